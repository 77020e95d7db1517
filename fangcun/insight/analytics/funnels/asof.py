"""The short form of a funnel, for engines with ASOF joins: each event fits one step, and every step must be done.

Of all ways to a step only the one with the latest start is worth keeping: whatever else may follow, it may follow
too, and has the most time left. So each step is one join with the latest row of the step before it.
"""

# ruff: noqa: S608 - the text is made of step numbers only; names travel as parameters

from __future__ import annotations

from collections.abc import Iterator

from fangcun.insight.analytics.engines import Dialect
from fangcun.insight.analytics.funnels.source import Form, Plan, events_sql, value_tables

_DEEPER = 2**50  # more than any two moments are apart


def asof_form(plan: Plan, dialect: Dialect) -> Form:
    """The chosen attempts of a plain way, ordered or strict."""
    events, params = events_sql(plan, dialect, alone=True)
    return Form(
        tuple(_tables(plan, events)),
        params,
        "count(*)" if plan.everyone else "(SELECT count(DISTINCT unit) FROM l0)",
    )


def _tables(plan: Plan, events: str) -> Iterator[str]:
    steps = range(2, len(plan.way.counted) + 1)
    after = ">" if plan.strict else ">="
    yield f"e AS MATERIALIZED ({events})"
    yield (
        "l0 AS (SELECT unit, min(ts) AS t FROM e WHERE step = 1 AND ts < $until GROUP BY unit)"
        if plan.first_touch
        else "l0 AS (SELECT unit, ts AS t FROM e WHERE step = 1 AND ts < $until)"
    )
    # Whoever never does the second step needs no comparing.
    yield "l1 AS (SELECT unit, t, t AS s FROM l0 WHERE unit IN (SELECT unit FROM e WHERE step = 2))"
    for n in steps:
        rows = f"(SELECT unit, ts AS t FROM e WHERE step = {n})"
        yield f"""l{n} AS (SELECT x.unit AS unit, x.t AS t, l.s AS s FROM {rows} x ASOF JOIN l{n - 1} l
            ON x.unit = l.unit AND x.t {after} l.t WHERE x.t <= l.s + $window)"""
    # The deepest row, of several equally deep ones the first, tells whose attempt it is: the larger `k`, the better.
    rows = " UNION ALL ".join(
        f"SELECT unit, t, {n} AS step, s, {n * _DEEPER} - t AS k FROM l{n}" for n in steps
    )
    yield f"r AS ({rows})"
    yield "top AS (SELECT unit, arg_max(s, k) AS s, max(step) AS level FROM r GROUP BY unit)"
    names = ", ".join(f"t{n}" for n in steps)
    times = ", ".join(f"min(CASE WHEN step = {n} THEN t END) AS t{n}" for n in steps)
    yield f"""far AS (SELECT top.unit AS unit, top.s AS s, top.level AS level, {times}
        FROM top JOIN r ON top.unit = r.unit AND top.s = r.s GROUP BY top.unit, top.s, top.level)"""
    if plan.everyone:
        none = ", ".join(f"NULL AS t{n}" for n in steps)
        yield f"""best AS (SELECT * FROM far UNION ALL SELECT unit, min(t) AS s, 1 AS level, {none} FROM l0
            WHERE unit NOT IN (SELECT unit FROM far) GROUP BY unit)"""
    else:
        yield "best AS (SELECT * FROM far)"
    columns = f"best.unit AS unit, level, s AS t1, {names}"
    if plan.valued:
        yield from value_tables("e.step = 1")
        yield f"att AS (SELECT {columns}, v FROM best JOIN valued ON best.unit = valued.unit)"
    else:
        yield f"att AS (SELECT {columns} FROM best)"
