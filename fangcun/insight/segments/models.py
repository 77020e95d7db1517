"""Segments: audiences by a rule, or frozen as a list of persons."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """Whether a segment follows what people do, or stays as it was."""

    LIVE = "live", _("随时更新")
    SNAPSHOT = "snapshot", _("固定名单")


class Segment(models.Model):
    """Persons who have something in common.

    A live one has a `rule` and its persons are counted when somebody asks; a snapshot has a row per person, and the
    rule it was frozen by, or none. `size` is what it was when last counted.
    """

    name = models.CharField(_("名称"), max_length=60)
    kind = models.CharField(_("类型"), max_length=8, choices=Kind.choices)
    rule = models.JSONField(_("规则"), default=dict, blank=True)
    note = models.CharField(_("说明"), max_length=300, blank=True, default="")
    source = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="snapshots", verbose_name=_("来自人群")
    )
    size = models.BigIntegerField(_("人数"), null=True)
    counted_at = models.DateTimeField(_("统计于"), null=True)
    made_at = models.DateTimeField(_("创建于"), default=timezone.now)
    changed_at = models.DateTimeField(_("修改于"), default=timezone.now)

    class Meta:
        verbose_name = _("人群")
        verbose_name_plural = _("人群")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class SegmentPerson(models.Model):
    """One person of a snapshot, by the number he had then: 2 × member, or 2 × phone + 1."""

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="people", verbose_name=_("人群"))
    person = models.BigIntegerField(_("人"))

    class Meta:
        verbose_name = _("名单中的人")
        verbose_name_plural = _("名单中的人")
        constraints = [models.UniqueConstraint(fields=["segment", "person"], name="once_in_a_segment")]
        indexes = [models.Index(fields=["person"], name="segments_of_person")]

    def __str__(self) -> str:
        return f"{self.segment_id}: {self.person}"


class SegmentSize(models.Model):
    """How many a live segment was on a day of the shop's calendar."""

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="sizes", verbose_name=_("人群"))
    day = models.DateField(_("日期"))
    size = models.BigIntegerField(_("人数"))

    class Meta:
        verbose_name = _("人群每日人数")
        verbose_name_plural = _("人群每日人数")
        constraints = [models.UniqueConstraint(fields=["segment", "day"], name="segment_size_of_a_day")]

    def __str__(self) -> str:
        return f"{self.segment_id} {self.day}: {self.size}"
