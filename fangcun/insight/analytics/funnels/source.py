"""Which events a funnel looks at, and as what it sees them."""

# ruff: noqa: S608 - the text holds conditions whose values are parameters, and our own names

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fangcun.insight.analytics.engines import Dialect
from fangcun.insight.analytics.funnels.steps import FunnelStep, Way, fits_sql

PERSON = "person"
# Sooner than everything that happened, and with room below it.
NEVER = -(2**60)


@dataclass(frozen=True, slots=True)
class Plan:
    """What the SQL of a funnel is made of.

    `unit` is an expression for who is counted, NULL for nobody; `limit` a further condition on events. `order` is
    "ordered", "strict" or "unordered". With `first_touch` only the first start of each unit is one. `valued` says
    that the property $by of the start is wanted; with `everyone` those who got no further than the first step are
    listed too.
    """

    way: Way
    order: str
    unit: str = PERSON
    limit: str = "TRUE"
    first_touch: bool = False
    valued: bool = False
    everyone: bool = True

    @property
    def strict(self) -> bool:
        return self.order == "strict"


@dataclass(frozen=True, slots=True)
class Form:
    """Common table expressions whose last is `att`, one row for each unit that started: its chosen attempt.

    att(unit, level, t1 … tN, v): how many required steps it did, when it did each step (epoch ms, NULL if not), and
    the property of its start ('' when that has none; no column v unless it is wanted). `entrants` is an expression
    for how many units started.
    """

    tables: tuple[str, ...]
    params: dict[str, Any]
    entrants: str


def events_sql(plan: Plan, dialect: Dialect, *, alone: bool) -> tuple[str, dict[str, Any]]:
    """The table `e`: the events that fit a step, with $since, $until and $window (ms) as limits.

    Columns: unit, ts; `step` (its number or NULL) when no event fits two, which is to be `alone`, else m1 … mN (1 where
    it fits that step, else 0); x1 … xN (1 where it is excluded after that required step, else 0).
    """
    params: dict[str, Any] = {}
    fits = [_noted(step, dialect, f"s{n}", params) for n, step in enumerate(plan.way.counted, 1)]
    named = {} if alone else {f"m{n}": fit for n, fit in enumerate(fits, 1)}
    for place, steps in plan.way.excluded.items():
        unwanted = (_noted(step, dialect, f"x{place}_{n}", params) for n, step in enumerate(steps, 1))
        named[f"x{place}"] = " OR ".join(unwanted)
    marks = [f"CASE WHEN {fit} THEN 1 ELSE 0 END AS {name}" for name, fit in named.items()]
    some = [f"{' + '.join(named)} > 0"] if named else []
    if alone:
        arms = " ".join(f"WHEN {fit} THEN {n}" for n, fit in enumerate(fits, 1))
        marks.append(f"CASE {arms} END AS step")
        some.append("step IS NOT NULL")
    names = {name for key, name in params.items() if "_e" in key}
    params |= {f"event_{n}": name for n, name in enumerate(sorted(names))}
    listed = ", ".join(f"$event_{n}" for n in range(len(names)))
    return (
        f"""SELECT * FROM (SELECT {plan.unit} AS unit, ts, {", ".join(marks)} FROM ev
        WHERE event IN ({listed}) AND ts >= $since AND ts < $until + $window AND {plan.limit}) AS seen
        WHERE unit IS NOT NULL AND ({" OR ".join(some)})""",
        params,
    )


def valued_sql(plan: Plan, dialect: Dialect) -> str:
    """The table `valued(unit, v)`: the property of the start of each attempt in `best(unit, s)`, '' for none.

    Of several events at the moment of the start it is that of the first by name and id. Only now are properties read.
    """
    params: dict[str, Any] = {}
    starts = plan.way.counted if plan.order == "unordered" else plan.way.counted[:1]
    fits = " OR ".join(_noted(step, dialect, f"s{n}", params) for n, step in enumerate(starts, 1))
    return f"""valued AS (SELECT unit, v FROM (SELECT unit, v, row_number() OVER (
            PARTITION BY unit ORDER BY event, id, v) AS place
        FROM (SELECT best.unit AS unit, x.event AS event, x.id AS id, coalesce({dialect.text("by")}, '') AS v
            FROM best JOIN (SELECT {plan.unit} AS unit, ts, event, id, props FROM ev
                WHERE ({fits}) AND ts >= $since AND ts < $until AND {plan.limit}) AS x
            ON best.unit = x.unit AND best.s = x.ts) AS begun) AS ranked WHERE place = 1)"""


def attempts_sql(plan: Plan, source: str, times: dict[int, str]) -> str:
    """The table `att` from a source with unit, level and these expressions for the times, beside `valued`."""
    columns = ", ".join([f"{time} AS t{n}" for n, time in times.items()])
    if not plan.valued:
        return f"att AS (SELECT unit, level, {columns} FROM {source})"
    named = ", ".join(f"y.t{n} AS t{n}" for n in times)
    return f"""att AS (SELECT y.unit AS unit, y.level AS level, {named}, valued.v AS v
        FROM (SELECT unit, level, {columns} FROM {source}) AS y JOIN valued ON y.unit = valued.unit)"""


def _noted(step: FunnelStep, dialect: Dialect, prefix: str, params: dict[str, Any]) -> str:
    sql, given = fits_sql(step, dialect, prefix)
    params |= given
    return sql
