"""Guardrails, the split, and how far an experiment is."""

from __future__ import annotations

import datetime as dt
import math

from django.utils.translation import gettext as _

from fangcun.insight.experiments.courses import Look
from fangcun.insight.experiments.design import UP, ExperimentSpec, MetricSpec
from fangcun.insight.experiments.inference.several import SPLIT_BROKEN, split_p
from fangcun.insight.experiments.measuring import Counts
from fangcun.insight.experiments.reporting import (
    GuardrailReport,
    Progress,
    ProgressOf,
    SampleRatio,
    SplitShare,
)
from fangcun.insight.experiments.verdicts import percent, title_of

FARTHEST_DAYS = 3_650


def guardrails_of(spec: ExperimentSpec, metric: MetricSpec, look: Look) -> list[GuardrailReport]:
    """A guardrail metric for every variant."""
    found = []
    for name, comparison in look.comparisons.items():
        tolerance = metric.tolerance or 0.0
        worse, low, high = comparison.lift, None, None
        if comparison.lift_in is not None:
            low, high = comparison.lift_in
        if metric.good == UP:
            worse = None if worse is None else -worse
            low, high = (None if high is None else -high), (None if low is None else -low)
        status = _status(worse, low, high, tolerance)
        words = _WORDS[status]().format(
            metric=metric.name,
            title=title_of(spec, name),
            worse=percent(worse or 0),
            tolerance=percent(tolerance),
        )
        found.append(
            GuardrailReport(
                metric.name, name, worse, low, high, tolerance, status, words, loud=status == "broken"
            )
        )
    return found


def split_of(spec: ExperimentSpec, counts: Counts) -> SampleRatio:
    """How many persons chance gave each variant, by the first that each saw.

    Crossovers are in it: without them a heavy variant would have more than its weight, since two phones of one
    person more often agree on it.
    """
    seen = {name: 0 for name, _weight in spec.weights}
    for (_day, name), shown in counts.exposed.items():
        seen[name] += shown.persons + shown.crossovers + shown.late
    weights, everybody = dict(spec.weights), sum(seen.values())
    p = split_p(seen, weights)
    broken = p is not None and p < SPLIT_BROKEN
    total = sum(weights.values())
    words = (
        _(
            "分组比例异常：实际人数和设定的比例相差太大，不可能是偶然。数字不可信，请先查明原因，比如某个分组的页面打不开"
        )
        if broken
        else _("分组比例正常")
        if p is not None
        else _("人数还太少，看不出分组比例是否正常")
    )
    shares = tuple(
        SplitShare(name, everybody * weight / total, seen[name]) for name, weight in weights.items()
    )
    return SampleRatio(shares, p, broken, words)


def progress_of(
    spec: ExperimentSpec,
    planned: dict[str, int],
    look: Look | None,
    *,
    started_at: dt.datetime | None,
    stopped: bool,
    at: dt.datetime,
) -> Progress:
    """How many persons there are of those that the plan needs, and when there will be enough at this pace."""
    seen = {name: look.standings[name].sample.n if look else 0 for name in planned}
    share = min(seen[name] / need for name, need in planned.items())
    variants = tuple(ProgressOf(name, seen[name], need) for name, need in planned.items())
    if share >= 1:
        return Progress(variants, 1.0, None, _("已达到计划的样本量"))
    needs = max(planned[name] - n for name, n in seen.items())
    words = _("还差 {people} 人（最慢的分组）").format(people=needs)
    ends_on = None
    if started_at is not None and not stopped and share > 0:
        days = (at - started_at) / dt.timedelta(days=1) / share + spec.window_days
        if days < FARTHEST_DAYS:
            ends_on = (started_at + dt.timedelta(days=math.ceil(days))).date()
            words += _("，按目前的速度约在 {date} 得出结论").format(date=ends_on.isoformat())
    return Progress(variants, share, ends_on, words)


def _status(worse: float | None, low: float | None, high: float | None, tolerance: float) -> str:
    if low is not None and low > tolerance:
        return "broken"
    if worse is not None and worse > tolerance:
        return "risky"
    return "held" if high is not None and high <= tolerance else "unclear"


_WORDS = {
    "broken": lambda: _("“{metric}”在“{title}”变差了 {worse}，超过了允许的 {tolerance}"),
    "risky": lambda: _("“{metric}”在“{title}”看起来变差了 {worse}，超过了允许的 {tolerance}，但还可能是偶然"),
    "held": lambda: _("“{metric}”在“{title}”没有变差超过 {tolerance}"),
    "unclear": lambda: _("“{metric}”在“{title}”会不会变差超过 {tolerance}，还看不出来"),
}
