"""What really happened to the plan: stages, acceptance, checks, conditions that came true.

Stages are known by their id in the blueprint. Dates that follow from all this are worked out when asked.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.kernel.models import ActorFields


class StageProgress(models.Model):
    """When a stage began, how much of it is done, when it ended."""

    stage = models.CharField(_("阶段"), max_length=200, unique=True)
    started_on = models.DateField(_("开始于"))
    finished_on = models.DateField(_("完成于"), null=True)
    percent = models.PositiveSmallIntegerField(_("完成百分比"), default=0)

    class Meta:
        verbose_name = _("阶段进度")
        verbose_name_plural = _("阶段进度")
        constraints = [
            models.CheckConstraint(condition=Q(percent__lte=100), name="stage_percent_within_100"),
            models.CheckConstraint(
                condition=Q(finished_on=None) | Q(finished_on__gte=F("started_on")),
                name="stage_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stage} {self.percent}%"


class Tick(ActorFields):
    """A person's word that an acceptance item holds, with what shows it. `item` is a digest of the item's text."""

    stage = models.CharField(_("阶段"), max_length=200)
    item = models.CharField(_("验收项"), max_length=16)
    text = models.TextField(_("验收标准"))
    evidence = models.TextField(_("依据"))
    link = models.URLField(_("链接"), max_length=500, blank=True, default="")
    at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("验收记录")
        verbose_name_plural = _("验收记录")
        constraints = [models.UniqueConstraint(fields=["stage", "item"], name="tick_once")]

    def __str__(self) -> str:
        return f"{self.stage}: {self.text[:60]}"


class CheckResult(ActorFields):
    """How one run of a check ended; the newest counts. Named `check_name`, for Django's models own `check`."""

    check_name = models.CharField(_("检查"), max_length=30)
    passed = models.BooleanField(_("通过"))
    detail = models.TextField(_("说明"), blank=True, default="")
    evidence = models.JSONField(_("依据"), default=dict)
    at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("检查结果")
        verbose_name_plural = _("检查结果")
        indexes = [models.Index(fields=["check_name", "-at", "-id"], name="check_newest")]

    def __str__(self) -> str:
        return f"{self.check_name} {self.at:%Y-%m-%d %H:%M}"


class Condition(ActorFields):
    """Something that a contingency was made for came true; over when `ended_at` is set.

    `stage` is the one whose work it holds up. `source` names the news it came from, so that it counts once.
    """

    when = models.CharField(_("情况"), max_length=30)
    note = models.TextField(_("说明"), blank=True, default="")
    stage = models.CharField(_("影响的阶段"), max_length=200, blank=True, default="")
    # NULL, not "": what people report has no source
    source = models.CharField(_("来源"), max_length=120, null=True, unique=True)  # noqa: DJ001
    at = models.DateTimeField(_("发生于"), default=timezone.now)
    ended_at = models.DateTimeField(_("结束于"), null=True)

    class Meta:
        verbose_name = _("突发情况")
        verbose_name_plural = _("突发情况")

    def __str__(self) -> str:
        return f"{self.when} {self.at:%Y-%m-%d}"
