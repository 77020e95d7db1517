"""How an experiment stands, as tables and a chart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from fangcun.doors.console.insight.experiment_form import FEN, unit_of
from fangcun.doors.console.insight.grids import Column, Grid
from fangcun.doors.console.insight.words import count, decimal, share, yuan
from fangcun.insight.experiments.design import CONVERSION, ExperimentSpec, MetricSpec
from fangcun.insight.experiments.reporting import ExperimentReport, MetricReport, VariantResult


def shown(report: ExperimentReport, spec: ExperimentSpec) -> dict[str, Any]:
    """What the template of the report shows."""
    metrics = {one.name: one for one in spec.metrics}
    titles = {one.variant: one.title for one in report.metrics[0].variants}
    goal = spec.primary
    unit = unit_of(goal.kind, goal.prop)
    values = [{one.variant: one.value for one in day.points} for day in report.series]
    return {
        "report": report,
        "progress": [(titles[one.variant], one.seen, one.needed) for one in report.progress.variants],
        "metrics": [(one.name, _table(one, _writer(metrics[one.name]))) for one in report.metrics],
        "guardrails": [(one, titles[one.variant]) for one in report.guardrails],
        "daily": {
            "days": [day.date.isoformat() for day in report.series],
            "lines": [
                {"name": title, "values": [_divided(day.get(name), unit) for day in values]}
                for name, title in titles.items()
            ],
            "percent": goal.kind == CONVERSION,
        },
    }


def _table(metric: MetricReport, write: Callable[[float | None], str]) -> Grid:
    """Variants by one metric."""
    is_rate = metric.kind == CONVERSION
    numbers = [
        _("曝光人数"),
        _("转化人数"),
        _("转化率") if is_rate else _("人均"),
        _("区间"),
        _("提升"),
        _("提升区间"),
        "p",
    ]
    has_words = any(one.verdict for one in metric.variants)
    return Grid(
        [
            Column(_("分组"), number=False),
            *map(Column, numbers),
            *([Column(_("结论"), number=False)] if has_words else []),
        ],
        [
            [
                one.title,
                count(one.exposed),
                count(one.conversions),
                *_value(one, write, is_rate=is_rate),
                share(one.lift),
                _between(one.lift_low, one.lift_high, share),
                _chance(one.p),
                *([one.verdict.words if one.verdict else ""] if has_words else []),
            ]
            for one in metric.variants
        ],
    )


def _value(one: VariantResult, write: Callable[[float | None], str], *, is_rate: bool) -> Sequence[str]:
    if is_rate:
        return write(one.rate), _between(one.rate_low, one.rate_high, write)
    return write(one.mean), _between(one.mean_low, one.mean_high, write)


def _writer(metric: MetricSpec) -> Callable[[float | None], str]:
    """How a value of a metric is written."""
    if metric.kind == CONVERSION:
        return share
    return yuan if unit_of(metric.kind, metric.prop) == FEN else decimal


def _between(low: float | None, high: float | None, write: Callable[[float | None], str]) -> str:
    return "—" if low is None or high is None else f"{write(low)} – {write(high)}"


def _chance(p: float | None) -> str:
    return "< 0.0001" if p is not None and p < 0.0001 else decimal(p, 4)


def _divided(value: float | None, unit: int) -> float | None:
    return None if value is None else value / unit
