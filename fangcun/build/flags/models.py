"""Feature flags as the staff set them, and who belongs to the segment of those that have one."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.build.flags.deciding import EVERYBODY, Rule
from fangcun.identity.programs.models import Program

STALE_AFTER = dt.timedelta(days=30)


class Flag(models.Model):
    """A switch in the code: for whom it is on.

    `killed_at` is an emergency stop: it is off for everybody, whatever else is set. `full_since` is since when it has
    been on for everybody; None while it is not.
    """

    key = models.CharField(_("标识"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    description = models.CharField(_("说明"), max_length=500, blank=True, default="")
    is_on = models.BooleanField(_("打开"), default=False)
    percent = models.PositiveSmallIntegerField(_("比例（%）"), default=EVERYBODY)
    program = models.ForeignKey(
        Program, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("小程序")
    )
    segment_id = models.BigIntegerField(_("人群"), null=True, blank=True)
    min_version = models.CharField(_("最低版本"), max_length=32, blank=True, default="")
    max_version = models.CharField(_("最高版本"), max_length=32, blank=True, default="")
    killed_at = models.DateTimeField(_("紧急关闭于"), null=True, blank=True)
    killed_because = models.CharField(_("紧急关闭的原因"), max_length=200, blank=True, default="")
    full_since = models.DateTimeField(_("全量开始于"), null=True, blank=True)
    created_at = models.DateTimeField(_("创建于"), default=timezone.now)
    changed_at = models.DateTimeField(_("修改于"), default=timezone.now)

    class Meta:
        verbose_name = _("功能开关")
        verbose_name_plural = _("功能开关")
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(condition=Q(percent__lte=EVERYBODY), name="flag_percent_is_a_share"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rule(self) -> Rule:
        """What it is decided by."""
        return Rule(
            key=self.key,
            is_on=self.is_on,
            killed=self.killed_at is not None,
            percent=self.percent,
            program_id=self.program_id,
            segment_id=self.segment_id,
            min_version=self.min_version,
            max_version=self.max_version,
            id=self.pk,
        )

    @property
    def is_for_everybody(self) -> bool:
        """Whether it is on and leaves nobody out."""
        limited = self.program_id or self.segment_id or self.min_version or self.max_version
        return self.is_on and self.killed_at is None and self.percent == EVERYBODY and not limited

    def is_stale(self, now: dt.datetime) -> bool:
        """Whether it has been on for everybody for so long that the code needs it no more."""
        return self.full_since is not None and self.full_since < now - STALE_AFTER


class FlagMember(models.Model):
    """A person (as events number them) who is in the segment of a flag, as of the last look."""

    flag = models.ForeignKey(Flag, models.CASCADE, related_name="members", verbose_name=_("功能开关"))
    person = models.BigIntegerField(_("人"))

    class Meta:
        verbose_name = _("开关对象")
        verbose_name_plural = _("开关对象")
        constraints = [models.UniqueConstraint(fields=["flag", "person"], name="flag_person_once")]

    def __str__(self) -> str:
        return f"{self.flag_id}/{self.person}"
