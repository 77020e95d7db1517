"""Questions: the ones being answered right now, and the ones worth keeping."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Inquiry(models.Model):
    """A question that takes longer than a moment: how far it is, and whether somebody wants it to stop.

    `ticket` is made up by whoever asks; `progress` is 0 to 1, NULL when the engine can't tell.
    """

    ticket = models.CharField(max_length=64, unique=True)
    started_at = models.DateTimeField(default=timezone.now, db_index=True)
    progress = models.FloatField(null=True)
    cancelled = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("进行中的查询")
        verbose_name_plural = _("进行中的查询")

    def __str__(self) -> str:
        return self.ticket


class SavedQuestion(models.Model):
    """A question with a name. `query` is its address on its page, without the question mark."""

    name = models.CharField(_("名称"), max_length=60)
    kind = models.CharField(_("类型"), max_length=20)
    query = models.TextField(_("问题"), blank=True)
    staff_id = models.BigIntegerField(_("保存人"), null=True)
    saved_at = models.DateTimeField(_("保存于"), default=timezone.now)

    class Meta:
        verbose_name = _("保存的问题")
        verbose_name_plural = _("保存的问题")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Dashboard(models.Model):
    """Saved questions side by side."""

    name = models.CharField(_("名称"), max_length=60)
    made_at = models.DateTimeField(_("创建于"), default=timezone.now)

    class Meta:
        verbose_name = _("看板")
        verbose_name_plural = _("看板")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Tile(models.Model):
    """A saved question's place on a dashboard."""

    dashboard = models.ForeignKey(Dashboard, models.CASCADE, related_name="tiles", verbose_name=_("看板"))
    question = models.ForeignKey(SavedQuestion, models.CASCADE, related_name="tiles", verbose_name=_("问题"))
    position = models.IntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = _("看板上的问题")
        verbose_name_plural = _("看板上的问题")
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["dashboard", "question"], name="once_on_a_dashboard")]

    def __str__(self) -> str:
        return f"{self.dashboard_id}/{self.question_id}"
