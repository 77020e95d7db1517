"""The portable form of a funnel: the same text on every engine, every kind of step, exact in every corner.

The events of one unit in one millisecond are a block. For a block it is known how many of its events fit which
steps, so it is known which steps following each other could all be done in it. Two passes:

1. For each step and block, the latest start of a way that does the step in this block (a<step>). Of all ways the one
   with the latest start is the best: it has the most time left. From there the chosen attempt: the deepest, of
   several the one that was completed first, then the one that started last.
2. Its times: see `times`.
"""

# ruff: noqa: S608 - the text is made of step numbers only; names travel as parameters

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fangcun.insight.analytics.engines import Dialect
from fangcun.insight.analytics.funnels.source import NEVER, Form, Plan, events_sql
from fangcun.insight.analytics.funnels.steps import Crowd
from fangcun.insight.analytics.funnels.times import Times

_PAST = "OVER (PARTITION BY unit ORDER BY ts ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
_JUST_BEFORE = "OVER (PARTITION BY unit ORDER BY ts ROWS BETWEEN 1 PRECEDING AND 1 PRECEDING)"
_BY_NOW = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"


def block_form(plan: Plan, dialect: Dialect) -> Form:
    """The chosen attempts of any way, ordered or strict."""
    tables, params = latest_starts(plan, dialect)
    best = _best(len(plan.way.required))
    return Form((*tables, *best, *Times(plan).tables("b", dialect)), params, "count(*)")


def latest_starts(plan: Plan, dialect: Dialect) -> tuple[list[str], dict[str, Any]]:
    """Up to `w<N>`: the blocks (unit, ts) with a1 … aN, the latest start of a way that does this step in the block.

    Where no way does it the start is NEVER. N is the number of required steps.
    """
    events, params = events_sql(plan, dialect, alone=False)
    times = Times(plan)
    columns = ", ".join(f"{column} AS {name}" for name, column in times.columns(alone=False).items())
    blocks = f"b AS (SELECT unit, ts, {columns} FROM e GROUP BY unit, ts)"
    return [f"e AS ({events})", blocks, *_Blocks(plan, times.crowds).tables()], params


class _Blocks:
    def __init__(self, plan: Plan, crowds: Sequence[Crowd]) -> None:
        self.plan = plan
        self.way = plan.way
        self.required = plan.way.required
        self.crowds = crowds

    def tables(self) -> Iterator[str]:
        """`w<N>` from `b`.

        lo<k> is the step after which all steps up to k could be done in this block, so k where k itself can't;
        q<k> is the latest start of a way whose step k was done before this block and from which it may go on.
        """
        start = "n1 > 0 AND ts < $until"
        source = "b"
        if self.plan.first_touch:
            yield f"f AS (SELECT *, min(CASE WHEN {start} THEN ts END) OVER (PARTITION BY unit) AS opening FROM b)"
            start, source = f"{start} AND ts = opening", "f"
        yield f"""w1 AS (SELECT *, CASE WHEN {start} THEN ts ELSE {NEVER} END AS a1,
            CASE WHEN n1 > 0 THEN 0 ELSE 1 END AS lo1 FROM {source})"""
        for k in range(2, len(self.required) + 1):
            if k - 1 in self.way.excluded:
                # Those who stand at step k - 1 have to begin anew after something excluded; the block before this one
                # knows who still stands there.
                yield f"""h{k} AS (SELECT *, sum(x{k - 1}) OVER (
                    PARTITION BY unit ORDER BY ts {_BY_NOW}) AS era{k} FROM w{k - 1})"""
                yield f"""g{k} AS (SELECT *, max(a{k - 1}) OVER (
                    PARTITION BY unit, era{k} ORDER BY ts {_BY_NOW}) AS still{k} FROM h{k})"""
                latest, source = f"max(still{k}) {_JUST_BEFORE}", f"g{k}"
            else:
                latest, source = f"max(a{k - 1}) {_PAST}", f"w{k - 1}"
            yield f"""l{k} AS (SELECT *, coalesce({latest}, {NEVER}) AS q{k - 1}, {self._low(k)} AS lo{k}
                FROM {source})"""
            yield f"w{k} AS (SELECT *, {self._arrival(k)} AS a{k} FROM l{k})"

    def _low(self, k: int) -> str:
        if self.plan.strict:
            return f"CASE WHEN n{self.required[k - 1]} > 0 THEN {k - 1} ELSE {k} END"
        lows = [f"lo{k - 1}"]
        for crowd in self.crowds:
            places = [p for p in range(k, 0, -1) if self.required[p - 1] in crowd.members]
            if places and places[0] == k:
                arms = " ".join(f"WHEN {n} THEN {place}" for n, place in enumerate(places))
                lows.append(f"CASE {crowd.name} {arms} ELSE 0 END")
        return f"greatest({', '.join(lows)})"

    def _arrival(self, k: int) -> str:
        ways = [
            f"CASE WHEN lo{k} <= {j} AND ts <= q{j} + $window THEN q{j} ELSE {NEVER} END"
            for j in range(k - 1 if self.plan.strict else 1, k)
        ]
        if not self.plan.strict:
            ways.append(f"CASE WHEN lo{k} = 0 THEN a1 ELSE {NEVER} END")
        return ways[0] if len(ways) == 1 else f"greatest({', '.join(ways)})"


def _best(steps: int) -> tuple[str, str]:
    down = range(steps, 0, -1)
    levels = " ".join(f"WHEN a{k} > {NEVER} THEN {k}" for k in down)
    starts = " ".join(f"WHEN a{k} > {NEVER} THEN a{k}" for k in down)
    return (
        f"""far AS (SELECT unit, ts, CASE {levels} ELSE 0 END AS level, CASE {starts} ELSE {NEVER} END AS s
            FROM w{steps})""",
        """best AS (SELECT unit, level, s, ts AS ended FROM (SELECT unit, level, s, ts, row_number() OVER (
            PARTITION BY unit ORDER BY level DESC, ts) AS place FROM far WHERE level > 0) AS ranked
            WHERE place = 1)""",
    )
