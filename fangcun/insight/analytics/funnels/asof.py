"""The short form of a funnel, for engines with ASOF joins: two required steps or more, and no event fits two steps.

Of all ways to a step only the one with the latest start is worth keeping: whatever else may follow, it may follow
too, and has the most time left. So each step is one join with the latest row of the step before it. An event that is
excluded in between comes sooner after an earlier row than after the latest one, so the same row is the best again.
"""

# ruff: noqa: S608 - the text is made of step numbers only; names travel as parameters

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fangcun.insight.analytics.engines import Dialect
from fangcun.insight.analytics.funnels.source import Form, Plan, attempts_sql, events_sql, valued_sql
from fangcun.insight.analytics.funnels.times import Times

_DEEPER = 2**50  # more than any two moments are apart


def asof_form(plan: Plan, dialect: Dialect) -> Form:
    """The chosen attempts, ordered or strict."""
    events, params = events_sql(plan, dialect, alone=True)
    # Who did no more than the first step may still have done an optional one.
    everyone = plan.everyone or bool(plan.way.optional)
    tables = [f"e AS MATERIALIZED ({events})", *ways(plan)]
    if plan.way.optional or plan.way.excluded:
        tables += [
            """far AS (SELECT unit, max(step) AS level, arg_max(s, k) AS s, arg_max(t, k) AS ended
            FROM r GROUP BY unit)""",
            _best(["level", "s", "ended"], everyone=everyone),
            *Times(plan).tables("e", dialect),
        ]
    else:
        tables += [*_plain(plan, dialect, everyone=everyone)]
    return Form(tuple(tables), params, "count(*)" if everyone else "(SELECT count(DISTINCT unit) FROM l0)")


def ways(plan: Plan) -> Iterator[str]:
    """From `e`: `l0(unit, t)`, the starts; `l<n>(unit, t, s)`, when step n was done and the latest start from which.

    And at last all of them but the starts as `r(unit, t, step, s, k)`.
    The larger k, the better: the deepest row, of several equally deep ones the first, says whose attempt it is.
    """
    required = plan.way.required
    steps = range(2, len(required) + 1)
    after = ">" if plan.strict else ">="
    yield (
        "l0 AS (SELECT unit, min(ts) AS t FROM e WHERE step = 1 AND ts < $until GROUP BY unit)"
        if plan.first_touch
        else "l0 AS (SELECT unit, ts AS t FROM e WHERE step = 1 AND ts < $until)"
    )
    # Whoever never does the second step needs no comparing.
    yield f"l1 AS (SELECT unit, t, t AS s FROM l0 WHERE unit IN (SELECT unit FROM e WHERE step = {required[1]}))"
    for k in steps:
        rows = f"(SELECT unit, ts AS t FROM e WHERE step = {required[k - 1]})"
        before, limit = f"l{k - 1}", ""
        if k - 1 in plan.way.excluded:
            before, limit = f"f{k - 1}", " AND (l.no IS NULL OR x.t <= l.no)"
            yield f"""{before} AS (SELECT l.unit AS unit, l.t AS t, l.s AS s, x.ts AS no FROM l{k - 1} l ASOF LEFT JOIN
                (SELECT unit, ts FROM e WHERE x{k - 1} = 1) x ON l.unit = x.unit AND l.t < x.ts)"""
        yield f"""l{k} AS (SELECT x.unit AS unit, x.t AS t, l.s AS s FROM {rows} x ASOF JOIN {before} l
            ON x.unit = l.unit AND x.t {after} l.t WHERE x.t <= l.s + $window{limit})"""
    united = " UNION ALL ".join(
        f"SELECT unit, t, {k} AS step, s, {k * _DEEPER} - t AS k FROM l{k}" for k in steps
    )
    yield f"r AS ({united})"


def _plain(plan: Plan, dialect: Dialect, *, everyone: bool) -> Iterator[str]:
    """Up to `att`, where the times can be read off the rows: each is the earliest from the attempt's start."""
    steps = range(2, len(plan.way.required) + 1)
    names = [f"t{n}" for n in steps]
    yield "top AS (SELECT unit, arg_max(s, k) AS s, max(step) AS level FROM r GROUP BY unit)"
    times = ", ".join(f"min(CASE WHEN step = {n} THEN t END) AS t{n}" for n in steps)
    yield f"""far AS (SELECT top.unit AS unit, top.level AS level, top.s AS s, {times}
        FROM top JOIN r ON top.unit = r.unit AND top.s = r.s GROUP BY top.unit, top.s, top.level)"""
    yield _best(["level", "s", *names], everyone=everyone)
    if plan.valued:
        yield valued_sql(plan, dialect)
    yield attempts_sql(plan, "best", {1: "s", **{n: f"t{n}" for n in steps}})


def _best(columns: Sequence[str], *, everyone: bool) -> str:
    """`best`: those of `far`, and perhaps those who came no further than their first start."""
    if not everyone:
        return f"best AS (SELECT unit, {', '.join(columns)} FROM far)"
    known = {"level": "1", "s": "min(t)", "ended": "min(t)"}
    return f"""best AS (SELECT unit, {", ".join(columns)} FROM far UNION ALL
        SELECT unit, {", ".join(known.get(name, "NULL") for name in columns)} FROM l0
        WHERE unit NOT IN (SELECT unit FROM far) GROUP BY unit)"""
