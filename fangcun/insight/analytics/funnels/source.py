"""Which events a funnel looks at, and as what it sees them."""

# ruff: noqa: S608 - the text holds conditions whose values are parameters, and our own names

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fangcun.insight.analytics.engines import Dialect
from fangcun.insight.analytics.funnels.steps import FunnelStep, Way, fits_sql

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
    unit: str = "person"
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

    Columns: unit, ts; `step` when every event fits one step `alone`, else m1 … mN (1 where it fits that step) and
    x1 … xN (1 where it is excluded after that required step); event, id and v when a value is wanted.
    """
    params: dict[str, Any] = {}
    fits = [_noted(step, dialect, f"s{n}", params) for n, step in enumerate(plan.way.counted, 1)]
    unwanted = {
        place: " OR ".join(_noted(step, dialect, f"x{place}_{n}", params) for n, step in enumerate(steps, 1))
        for place, steps in plan.way.excluded.items()
    }
    if alone:
        arms = " ".join(f"WHEN {fit} THEN {n}" for n, fit in enumerate(fits, 1))
        marks, some = [f"CASE {arms} END AS step"], "step IS NOT NULL"
    else:
        named = {f"m{n}": fit for n, fit in enumerate(fits, 1)}
        named |= {f"x{place}": fit for place, fit in unwanted.items()}
        marks = [f"CASE WHEN {fit} THEN 1 ELSE 0 END AS {name}" for name, fit in named.items()]
        some = f"{' + '.join(named)} > 0"
    value = []
    if plan.valued:
        first = " OR ".join(fits if plan.order == "unordered" else fits[:1])
        value = ["event", "id", f"CASE WHEN {first} THEN coalesce({dialect.text('by')}, '') ELSE '' END AS v"]
    names = {name for key, name in params.items() if "_e" in key}
    params |= {f"event_{n}": name for n, name in enumerate(sorted(names))}
    listed = ", ".join(f"$event_{n}" for n in range(len(names)))
    return (
        f"""SELECT * FROM (SELECT {plan.unit} AS unit, ts, {", ".join([*marks, *value])} FROM ev
        WHERE event IN ({listed}) AND ts >= $since AND ts < $until + $window AND {plan.limit}) AS seen
        WHERE unit IS NOT NULL AND {some}""",
        params,
    )


def value_tables(start: str) -> Sequence[str]:
    """`valued(unit, v)` from `best(unit, s)`: the value of the first event, by name and id, of the attempt's start."""
    return (
        f"""valued AS (SELECT unit, v FROM (SELECT best.unit AS unit, e.v AS v, row_number() OVER (
            PARTITION BY best.unit ORDER BY e.event, e.id, e.v) AS place
            FROM best JOIN e ON best.unit = e.unit AND best.s = e.ts WHERE {start}) AS one WHERE place = 1)""",
    )


def _noted(step: FunnelStep, dialect: Dialect, prefix: str, params: dict[str, Any]) -> str:
    sql, given = fits_sql(step, dialect, prefix)
    params |= given
    return sql
