"""The portable form of a funnel whose steps may be done in any order.

An attempt starts at any event of any step; the level is how many different steps were done within the window from
it, the start included. The k-th time is when the k-th of them was first done, whichever it was.
"""

# ruff: noqa: S608 - the text is made of step numbers only; names travel as parameters

from __future__ import annotations

from collections.abc import Iterator

from fangcun.insight.analytics.engines import Dialect
from fangcun.insight.analytics.funnels.source import NEVER, Form, Plan, attempts_sql, events_sql, valued_sql


def unordered_form(plan: Plan, dialect: Dialect) -> Form:
    """The chosen attempts of steps in any order; no event fits two of them."""
    events, params = events_sql(plan, dialect, alone=True)
    return Form((f"e AS ({events})", *_tables(plan, dialect)), params, "count(*)")


def _tables(plan: Plan, dialect: Dialect) -> Iterator[str]:
    steps = range(1, len(plan.way.counted) + 1)
    # Seen from the last event back, the latest of a step so far is the next one of it. Of the events of one
    # millisecond the first one sees all the others.
    coming = "OVER (PARTITION BY unit ORDER BY ts DESC, step DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
    nexts = ", ".join(f"min(CASE WHEN step = {n} THEN ts END) {coming} AS f{n}" for n in steps)
    opening = ", min(ts) OVER (PARTITION BY unit) AS opening" if plan.first_touch else ""
    yield f"c AS (SELECT unit, ts, step, {nexts}{opening} FROM e)"
    starts = "ts < $until AND ts = opening" if plan.first_touch else "ts < $until"
    done = ", ".join(f"CASE WHEN f{n} <= ts + $window THEN f{n} END AS d{n}" for n in steps)
    yield f"d AS (SELECT unit, ts AS s, step, {done} FROM c WHERE {starts})"
    level = " + ".join(f"CASE WHEN d{n} IS NOT NULL THEN 1 ELSE 0 END" for n in steps)
    ended = f"greatest({', '.join(f'coalesce(d{n}, s)' for n in steps)})"
    names = ", ".join(f"d{n}" for n in steps)
    yield f"a AS (SELECT unit, s, step, {names}, {level} AS level, {ended} AS ended FROM d)"
    yield f"""best AS (SELECT unit, s, {names}, level FROM (SELECT unit, s, {names}, level, row_number() OVER (
        PARTITION BY unit ORDER BY level DESC, ended, s DESC, step) AS place FROM a) AS ranked WHERE place = 1)"""
    # How many steps were done by the time of each: the k-th time is the earliest by which there were k.
    by_then = ", ".join(
        f"{' + '.join(f'CASE WHEN d{m} <= d{n} THEN 1 ELSE 0 END' for m in steps)} AS r{n}" for n in steps
    )
    yield f"o AS (SELECT unit, s, {names}, level, {by_then} FROM best)"
    if plan.valued:
        yield valued_sql(plan, dialect)
    times = {k: f"CASE WHEN level >= {k} THEN {_earliest(k, steps)} END" for k in steps}
    yield attempts_sql(plan, "o", times)


def _earliest(k: int, steps: range) -> str:
    return f"least({', '.join(f'CASE WHEN r{n} >= {k} THEN d{n} ELSE {-NEVER} END' for n in steps)})"
