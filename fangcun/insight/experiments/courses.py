"""The course of an experiment: what each variant came to by the end of each day, and how it compared with control."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fangcun.insight.analytics.spans import date_of_number
from fangcun.insight.experiments.design import (
    CONTROL,
    CONVERSION,
    GUARDRAIL,
    SEQUENTIAL,
    UP,
    ExperimentSpec,
    MetricSpec,
)
from fangcun.insight.experiments.inference.always import compare_always
from fangcun.insight.experiments.inference.fixed import Comparison, compare
from fangcun.insight.experiments.inference.samples import Sample
from fangcun.insight.experiments.inference.several import holm
from fangcun.insight.experiments.measuring import Counts

EPOCH = dt.date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Standing:
    """One variant by one metric, all days so far summed up; `doers` did it at least once."""

    sample: Sample
    doers: int


@dataclass(frozen=True, slots=True)
class Look:
    """The end of a day: where every variant stands, and how those beside control compare with it.

    `ps` are comparable to alpha, None where nothing can be said yet; where one may look at any time they are the
    smallest so far. `decided` says which variants have been decided by then, and whether the value was higher.
    """

    date: dt.date
    standings: Mapping[str, Standing]
    comparisons: Mapping[str, Comparison]
    ps: Mapping[str, float | None]
    decided: Mapping[str, bool]


def course(spec: ExperimentSpec, counts: Counts, place: int, *, first: dt.date, last: dt.date) -> list[Look]:
    """Every day from first to last, by the metric at `place` in `spec.ordered`."""
    metric = spec.ordered[place]
    smallest: dict[str, float | None] = {name: None for name, _weight in spec.weights if name != CONTROL}
    decided: dict[str, bool] = {}
    looks = []
    for day, standings in _standings(spec, counts, place, first, last):
        comparisons = {name: compared(spec, metric, standings, name) for name in smallest}
        if always(spec, metric):
            for name, comparison in comparisons.items():
                smallest[name] = _least(smallest[name], comparison.p)
            ps = dict(zip(smallest, holm(list(smallest.values())), strict=True))
        else:
            ps = dict(zip(comparisons, holm([one.p for one in comparisons.values()]), strict=True))
        for name, p in ps.items():
            difference = comparisons[name].difference
            if p is not None and p <= spec.alpha and difference is not None:
                decided.setdefault(name, difference > 0)
        looks.append(Look(day, standings, comparisons, ps, dict(decided)))
    return looks


def always(spec: ExperimentSpec, metric: MetricSpec) -> bool:
    """Whether the metric is judged so that one may look at any time. Guardrails are, since somebody looks every day."""
    return spec.method == SEQUENTIAL or metric.role == GUARDRAIL


def compared(
    spec: ExperimentSpec, metric: MetricSpec, standings: Mapping[str, Standing], name: str
) -> Comparison:
    """A variant against control, by the method that fits the metric."""
    variant, control = standings[name], standings[CONTROL]
    alpha = spec.alpha / (len(spec.variants) - 1)
    if not always(spec, metric):
        return compare(variant.sample, control.sample, alpha=alpha)
    share = spec.mde if metric.tolerance is None else metric.tolerance
    return compare_always(
        variant.sample,
        control.sample,
        alpha=alpha,
        effect=share * metric.baseline,
        doers=variant.doers + control.doers,
    )


def better(metric: MetricSpec, higher: bool) -> bool:
    """Whether a higher or lower value is what one wants."""
    return higher == (metric.good == UP)


def _standings(
    spec: ExperimentSpec, counts: Counts, place: int, first: dt.date, last: dt.date
) -> Sequence[tuple[dt.date, Mapping[str, Standing]]]:
    binary = spec.ordered[place].kind == CONVERSION
    sums = {name: [0, 0, 0.0, 0.0] for name, _weight in spec.weights}
    found = []
    for number in range(first.toordinal() - EPOCH, last.toordinal() - EPOCH + 1):
        for name, so_far in sums.items():
            if (shown := counts.exposed.get((number, name))) is not None:
                so_far[0] += shown.persons
            if (added := counts.done[place].get((number, name))) is not None:
                so_far[1] += added.persons
                so_far[2] += added.total
                so_far[3] += added.squares
        standings = {
            name: Standing(Sample(int(n), total, squares, binary), int(doers))
            for name, (n, doers, total, squares) in sums.items()
        }
        found.append((date_of_number(number), standings))
    return found


def _least(one: float | None, other: float | None) -> float | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
