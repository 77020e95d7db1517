"""Inspections as they were, and what somebody decided to live with."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.build.checks.states import RUN_TRANSITIONS, RunStatus
from fangcun.kernel.models import ActorFields
from fangcun.kernel.states import Stateful


class CheckRun(Stateful, ActorFields):
    """One inspection. `report` is what `Report.as_json` wrote, null until it is done.

    `counts` are those of that day: error, warning, note, waived. `declared` is what was known beside the plan, as
    `declared_as_json` has it; `excuses` came with a file.
    """

    transitions: ClassVar = RUN_TRANSITIONS

    artifact = models.ForeignKey(
        "artifacts.Artifact",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="check_runs",
        verbose_name=_("构建"),
    )
    target = models.CharField(_("检查了"), max_length=300, blank=True, default="")
    digest = models.CharField(_("内容摘要"), max_length=64, blank=True, default="")
    status = models.CharField(
        _("状态"), max_length=12, choices=RunStatus.choices, default=RunStatus.RUNNING, db_index=True
    )
    walks = models.BooleanField(_("在浏览器里走一遍"), default=False)
    step = models.CharField(_("正在做"), max_length=120, blank=True, default="")
    done = models.PositiveIntegerField(_("已完成步数"), default=0)
    whole = models.PositiveIntegerField(_("总步数"), default=0)
    report = models.JSONField(_("报告"), null=True)
    counts = models.JSONField(_("数目"), default=dict, blank=True)
    declared = models.JSONField(_("在微信登记的"), default=dict, blank=True)
    excuses = models.JSONField(_("文件里的豁免"), default=list, blank=True)
    error = models.TextField(_("没能检查的原因"), blank=True, default="")
    created_at = models.DateTimeField(_("开始于"), default=timezone.now, db_index=True)
    finished_at = models.DateTimeField(_("结束于"), null=True)

    class Meta:
        verbose_name = _("检查")
        verbose_name_plural = _("检查")
        constraints = [
            models.UniqueConstraint(
                fields=["artifact"], condition=Q(status=RunStatus.RUNNING), name="check_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.target}"


class Waiver(ActorFields):
    """A finding that does not count until the end of a day. Rows stay when they are lifted."""

    key = models.CharField(_("问题编号"), max_length=16)
    rule = models.CharField(_("规则"), max_length=80)
    message = models.TextField(_("问题"))
    reason = models.CharField(_("理由"), max_length=300)
    until = models.DateField(_("有效至"))
    created_at = models.DateTimeField(_("豁免于"), default=timezone.now)
    lifted_at = models.DateTimeField(_("撤销于"), null=True)

    class Meta:
        verbose_name = _("豁免")
        verbose_name_plural = _("豁免")
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(lifted_at=None), name="waiver_one_of_a_finding"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.key}"
