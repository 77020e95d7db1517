"""The answer of a funnel, and how it is read off the chosen attempts."""

# ruff: noqa: S608 - the text is made of step numbers and our own names

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fangcun.insight.analytics.engines import Dialect, Engine
from fangcun.insight.analytics.funnels.arrays import Columnar, suits, waits_of
from fangcun.insight.analytics.funnels.asof import asof_form
from fangcun.insight.analytics.funnels.blocks import block_form
from fangcun.insight.analytics.funnels.source import Form, Plan
from fangcun.insight.analytics.funnels.steps import Way
from fangcun.insight.analytics.funnels.unordered import unordered_form

P90 = 0.9
_TOTAL, _GROUP, _PERIOD = range(3)


@dataclass(frozen=True, slots=True)
class StepAnswer:
    """How many came this far, and how long they took from the required step before.

    `of_first` and `of_previous` are shares, 0 to 1, of those who came to the first and to the last required step
    before; None for nobody. Of an optional step `count` says how many of the attempts did it in its place. The
    times are None for the first step, and where nobody came.
    """

    name: str
    role: str
    count: int
    of_first: float | None
    of_previous: float | None
    median_ms: float | None
    p90_ms: float | None


@dataclass(frozen=True, slots=True)
class FunnelGroup:
    """Those whose attempt started with this value of the property; None when it had none.

    The one group with `other` holds all values that are not among the most frequent.
    """

    value: str | None
    other: bool
    steps: tuple[StepAnswer, ...]


@dataclass(frozen=True, slots=True)
class FunnelDay:
    """Those whose attempt started on this day, or in the week that begins with it, by how far they came."""

    date: dt.date
    steps_counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FunnelAnswer:
    """Everybody, then by value (the largest first, others last) and by day as asked."""

    steps: tuple[StepAnswer, ...]
    groups: tuple[FunnelGroup, ...]
    trend: tuple[FunnelDay, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """One row of counts: `number` is the group's place or the period's number."""

    number: int
    label: str
    counts: tuple[int, ...]
    medians: tuple[float | None, ...]
    p90s: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Tallies:
    """All rows of one funnel."""

    total: Tally
    groups: tuple[Tally, ...]
    periods: tuple[Tally, ...]


def form_of(plan: Plan, dialect: Dialect) -> Form:
    """The quickest form that this engine has for this funnel; all forms give the same."""
    if plan.order == "unordered":
        return unordered_form(plan, dialect)
    if dialect.asof and plan.way.alone and len(plan.way.required) > 1:
        return asof_form(plan, dialect)
    return block_form(plan, dialect)


def counted(plan: Plan, engine: Engine, params: dict[str, Any], *, period: str = "", top: int = 0) -> Tallies:
    """Count the chosen attempts in the quickest way there is. See `tallies`."""
    if isinstance(engine, Columnar) and suits(plan) and not period:
        found = waits_of(plan, engine, params)
        if found is not None:
            entrants, waits = found
            medians, p90s = (
                tuple(_exact(np.quantile(wait, share)) if wait.size else None for wait in waits)
                for share in (0.5, P90)
            )
            counts = (entrants, *(wait.size for wait in waits))
            return Tallies(Tally(0, "", counts, (None, *medians), (None, *p90s)), (), ())
    return tallies(form_of(plan, engine.dialect), plan, engine, params, period=period, top=top)


def tallies(
    form: Form, plan: Plan, engine: Engine, params: dict[str, Any], *, period: str = "", top: int = 0
) -> Tallies:
    """Count the chosen attempts: all of them, by value when the plan has values, by period when one is given.

    `period` is an expression for the number of the period of t1. Parameters: $since, $until, $window (ms), and what
    `plan.unit` and `plan.limit` name.
    """
    columns = _columns(plan, engine.dialect)
    first = form.entrants if not (plan.valued or period) else "count(*)"
    selects = [f"SELECT {_TOTAL} AS what, 0 AS number, '' AS label, {first} AS k1{columns} FROM att"]
    tables = list(form.tables)
    if plan.valued:
        tables.append(
            """ranked AS (SELECT v, row_number() OVER (ORDER BY size DESC, v) AS place
            FROM (SELECT v, count(*) AS size FROM att GROUP BY v) AS sizes)"""
        )
        place = f"CASE WHEN ranked.place <= {top} THEN ranked.place ELSE {top + 1} END"
        label = f"max(CASE WHEN ranked.place <= {top} THEN ranked.v ELSE '' END)"
        selects.append(
            f"""SELECT {_GROUP} AS what, {place} AS number, {label} AS label, count(*) AS k1{columns}
            FROM att JOIN ranked ON att.v = ranked.v GROUP BY {place}"""
        )
    if period:
        selects.append(
            f"""SELECT {_PERIOD} AS what, {period} AS number, '' AS label, count(*) AS k1{columns}
            FROM att GROUP BY {period}"""
        )
    rows = engine.rows(f"WITH {', '.join(tables)} {' UNION ALL '.join(selects)}", params | form.params)
    by_kind: dict[int, list[Tally]] = {_TOTAL: [], _GROUP: [], _PERIOD: []}
    later = len(plan.way.counted) - 1
    for what, number, label, *values in sorted(rows, key=lambda row: row[:2]):
        counts = tuple(int(value or 0) for value in values[: later + 1])
        waits = [_exact(value) for value in values[later + 1 :]]
        by_kind[what].append(Tally(number, label, counts, (None, *waits[:later]), (None, *waits[later:])))
    return Tallies(by_kind[_TOTAL][0], tuple(by_kind[_GROUP]), tuple(by_kind[_PERIOD]))


def steps_of(way: Way, tally: Tally, names: Sequence[str]) -> tuple[StepAnswer, ...]:
    """A row of counts by its steps."""
    found = []
    for n, step in enumerate(way.counted, 1):
        count = tally.counts[n - 1]
        before = way.before(n)
        previous = tally.counts[way.required[before - 1] - 1] if before else 0
        found.append(
            StepAnswer(
                names[n - 1],
                step.role,
                count,
                _share(count, tally.counts[0]),
                _share(count, previous),
                tally.medians[n - 1],
                tally.p90s[n - 1],
            )
        )
    return tuple(found)


def reached_sql(way: Way, n: int, order: str) -> str:
    """Whether an attempt did a step, by its number."""
    if order != "unordered" and n not in way.required:
        return f"t{n} IS NOT NULL"
    return f"level >= {n if order == 'unordered' else way.before(n) + 1}"


def _columns(plan: Plan, dialect: Dialect) -> str:
    """Counts of the later steps, the medians of their waits, then the waits that 90 % stay below."""
    way, later = plan.way, range(2, len(plan.way.counted) + 1)
    reached = {n: reached_sql(way, n, plan.order) for n in later}
    waits = {n: f"CASE WHEN {reached[n]} THEN t{n} - t{way.required[way.before(n) - 1]} END" for n in later}
    columns = [
        *(f"sum(CASE WHEN {reached[n]} THEN 1 ELSE 0 END) AS k{n}" for n in later),
        *(f"{dialect.median(waits[n])} AS median{n}" for n in later),
        *(f"{dialect.quantile(waits[n], P90)} AS p90_{n}" for n in later),
    ]
    return "".join(f", {column}" for column in columns)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _exact(value: Any) -> float | None:
    """A wait in ms. Between two whole numbers lie tenths at most, so what engines add below them is their rounding."""
    if value is None or value != value:  # some engines say NaN where nobody came
        return None
    return round(float(value), 1)
