"""Experiments as they were planned and decided, and who belongs to the audience of those that have one."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.insight.experiments.assigning import BUCKETS
from fangcun.insight.experiments.design import CONTROL, ExperimentSpec
from fangcun.insight.experiments.states import EXPERIMENT_TRANSITIONS, ExperimentStatus
from fangcun.kernel.states import Stateful


def _salt() -> str:
    return secrets.token_hex(8)


class ExperimentSet(models.QuerySet["Experiment"]):
    """Sets of experiments."""

    def serving(self) -> ExperimentSet:
        """Those that phones must know of: running ones, and decided ones whose new variant stays on."""
        return self.filter(
            Q(status=ExperimentStatus.RUNNING)
            | Q(status=ExperimentStatus.STOPPED, shipped__gt="") & ~Q(shipped=CONTROL)
        )


class Experiment(Stateful):
    """One question put to chance: who sees which variant, what is measured, how it is judged, what was decided.

    `variants` and `metrics` are lists of what `design.VariantSpec` and `design.MetricSpec` hold, control and the
    primary metric first. Weights and `traffic` are basis points; `planned` is how many persons each variant needs.
    `shipped` is the variant that was decided for, `because` the reason, both empty until it is stopped.
    """

    transitions = EXPERIMENT_TRANSITIONS
    objects = ExperimentSet.as_manager()

    key = models.CharField(_("标识"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    hypothesis = models.CharField(_("假设"), max_length=500, blank=True, default="")
    status = models.CharField(
        _("状态"), max_length=10, choices=ExperimentStatus.choices, default=ExperimentStatus.DRAFT
    )
    program = models.ForeignKey(
        "programs.Program",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("小程序"),
    )
    segment_id = models.BigIntegerField(_("人群"), null=True, blank=True)
    traffic = models.IntegerField(_("流量"), default=BUCKETS)
    variants = models.JSONField(_("分组"))
    metrics = models.JSONField(_("指标"))
    planned = models.JSONField(_("计划样本量"))
    window_days = models.IntegerField(_("观察期（天）"))
    method = models.CharField(_("检验方法"), max_length=12)
    alpha = models.FloatField(_("显著性水平"))
    power = models.FloatField(_("检验功效"))
    mde = models.FloatField(_("最小可检出提升"))
    salt = models.CharField(max_length=32, default=_salt)
    created_at = models.DateTimeField(_("创建于"), default=timezone.now)
    started_at = models.DateTimeField(_("开始于"), null=True)
    stopped_at = models.DateTimeField(_("结束于"), null=True)
    shipped = models.CharField(_("采用的分组"), max_length=40, blank=True, default="")
    because = models.CharField(_("理由"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("实验")
        verbose_name_plural = _("实验")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(traffic__gte=1, traffic__lte=BUCKETS), name="experiment_traffic_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def spec(self) -> ExperimentSpec:
        """What was planned, typed."""
        return ExperimentSpec.of(
            {name: getattr(self, name) for name in (*ExperimentSpec.plain, "variants", "metrics")}
        )


class Entrant(models.Model):
    """A person (as events number them) who was once found in the segment of an experiment, and so stays in."""

    experiment = models.ForeignKey(
        Experiment, on_delete=models.CASCADE, related_name="entrants", verbose_name=_("实验")
    )
    person = models.BigIntegerField(_("人"))

    class Meta:
        verbose_name = _("实验对象")
        verbose_name_plural = _("实验对象")
        constraints = [models.UniqueConstraint(fields=["experiment", "person"], name="enters_once")]

    def __str__(self) -> str:
        return f"{self.experiment_id}/{self.person}"
