"""The portable form of a funnel: the same text on every engine, every kind of step, exact in every corner.

The events of one unit in one millisecond are a block. For a block it is known how many of its events fit which
steps, so it is known which steps following each other could all be done in it. Two passes:

1. For each step and block, the latest start of a way that does the step in this block (a<step>). Of all ways the one
   with the latest start is the best: it has the most time left. From there the chosen attempt: the deepest, of
   several the one that was completed first, then the one that started last.
2. Its times. Each step takes the earliest block that it may, given those of the steps before it.
"""

# ruff: noqa: S608 - the text is made of step numbers only; names travel as parameters

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fangcun.insight.analytics.engines import Dialect
from fangcun.insight.analytics.funnels.source import NEVER, Form, Plan, events_sql, value_tables
from fangcun.insight.analytics.funnels.steps import Crowd

_PAST = "OVER (PARTITION BY unit ORDER BY ts ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
_JUST_BEFORE = "OVER (PARTITION BY unit ORDER BY ts ROWS BETWEEN 1 PRECEDING AND 1 PRECEDING)"
_BY_NOW = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"


def block_form(plan: Plan, dialect: Dialect) -> Form:
    """The chosen attempts of any way, ordered or strict."""
    events, params = events_sql(plan, dialect, alone=False)
    return Form((f"e AS ({events})", *_Blocks(plan).tables()), params, "count(*)")


class _Blocks:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.way = plan.way
        self.required = plan.way.required
        numbers = range(1, len(plan.way.counted) + 1)
        # Later steps of a strict way never share a millisecond, so only skippable ones can want the same event.
        self.crowds = plan.way.crowds(plan.way.optional if plan.strict else numbers)

    def tables(self) -> Iterator[str]:
        yield self._blocks()
        yield from self._latest_starts()
        yield from self._best()
        yield from self._times()

    def _blocks(self) -> str:
        columns = [f"sum(m{n}) AS n{n}" for n in range(1, len(self.way.counted) + 1)]
        for number, crowd in enumerate(self.crowds):
            fits = " + ".join(f"m{n}" for n in crowd.kinds)
            columns.append(f"sum(CASE WHEN {fits} > 0 THEN 1 ELSE 0 END) AS c{number}")
        columns += [f"max(x{place}) AS x{place}" for place in self.way.excluded]
        return f"b AS (SELECT unit, ts, {', '.join(columns)} FROM e GROUP BY unit, ts)"

    def _latest_starts(self) -> Iterator[str]:
        """`w<N>`: blocks with a1 … aN, the latest start (or NEVER) of a way that does this step in this block.

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
        for number, crowd in enumerate(self.crowds):
            places = [p for p in range(k, 0, -1) if self.required[p - 1] in crowd.members]
            if places and places[0] == k:
                arms = " ".join(f"WHEN {n} THEN {place}" for n, place in enumerate(places))
                lows.append(f"CASE c{number} {arms} ELSE 0 END")
        return f"greatest({', '.join(lows)})"

    def _arrival(self, k: int) -> str:
        ways = [
            f"CASE WHEN lo{k} <= {j} AND ts <= q{j} + $window THEN q{j} ELSE {NEVER} END"
            for j in range(k - 1 if self.plan.strict else 1, k)
        ]
        if not self.plan.strict:
            ways.append(f"CASE WHEN lo{k} = 0 THEN a1 ELSE {NEVER} END")
        return ways[0] if len(ways) == 1 else f"greatest({', '.join(ways)})"

    def _best(self) -> Iterator[str]:
        down = range(len(self.required), 0, -1)
        levels = " ".join(f"WHEN a{k} > {NEVER} THEN {k}" for k in down)
        starts = " ".join(f"WHEN a{k} > {NEVER} THEN a{k}" for k in down)
        yield f"""far AS (SELECT unit, ts, CASE {levels} ELSE 0 END AS level, CASE {starts} ELSE {NEVER} END AS s
            FROM w{len(self.required)})"""
        yield """best AS (SELECT unit, level, s, ts AS ended FROM (SELECT unit, level, s, ts, row_number() OVER (
            PARTITION BY unit ORDER BY level DESC, ts) AS place FROM far WHERE level > 0) AS ranked
            WHERE place = 1)"""

    def _times(self) -> Iterator[str]:
        until = "best.s + $window" if self.way.optional else "best.ended"
        blocks = ", ".join(
            [
                *(f"b.n{n} AS n{n}" for n in range(1, len(self.way.counted) + 1)),
                *(f"b.c{number} AS c{number}" for number in range(len(self.crowds))),
                *(f"b.x{place} AS x{place}" for place in self.way.excluded),
            ]
        )
        yield f"""k1 AS (SELECT b.unit AS unit, b.ts AS ts, {blocks}, best.level AS level, best.s AS t1,
            best.ended AS ended FROM b JOIN best ON b.unit = best.unit WHERE b.ts >= best.s AND b.ts <= {until})"""
        source = "k1"
        if self.way.excluded:
            for k in range(len(self.required) - 1, 0, -1):
                yield from self._leading(k, source)
                source = f"r{k}"
        for k in range(2, len(self.required) + 1):
            n = self.required[k - 1]
            yield f"k{n} AS (SELECT *, {self._required_time(k)} AS t{n} FROM {source})"
            source = f"k{n}"
        for n in self.way.optional:
            yield f"k{n} AS (SELECT *, {self._optional_time(n)} AS t{n} FROM {source})"
            source = f"k{n}"
        times = ", ".join(f"a.t{n} AS t{n}" for n in range(1, len(self.way.counted) + 1))
        columns = f"a.unit AS unit, a.level AS level, {times}"
        if self.plan.valued:
            yield from value_tables("e.m1 = 1")
            yield f"""att AS (SELECT {columns}, valued.v AS v FROM {source} AS a
                JOIN valued ON a.unit = valued.unit WHERE a.ts = a.t1)"""
        else:
            yield f"att AS (SELECT {columns} FROM {source} AS a WHERE a.ts = a.t1)"

    def _leading(self, k: int, source: str) -> Iterator[str]:
        """`r<k>`: which blocks may do step k + 1 (ok<k + 1>), given that the attempt ends as it does.

        And for each block when such a one comes next (on<k>), and when something excluded after step k does (no<k>).
        """
        frame = "ROWS BETWEEN {} AND UNBOUNDED FOLLOWING"
        here = f"n{self.required[k]} > 0"
        ends = f"(level = {k + 1} AND ts = ended)"
        if k + 1 < len(self.required):
            fits = f"coalesce(on{k + 1} <= no{k + 1}, FALSE)"
            ok = f"{here} AND ({ends} OR (level > {k + 1} AND {fits}))"
        else:
            ok = f"{here} AND {ends}"
        yield f"""o{k} AS (SELECT *, CASE WHEN {ok} THEN 1 ELSE 0 END AS ok{k + 1} FROM {source})"""
        following = f"OVER (PARTITION BY unit ORDER BY ts {frame})"
        on = following.format("1 FOLLOWING" if self.plan.strict else "CURRENT ROW")
        no = (
            f"coalesce(min(CASE WHEN x{k} > 0 THEN ts END) {following.format('1 FOLLOWING')}, {-NEVER})"
            if k in self.way.excluded
            else f"{-NEVER}"
        )
        yield f"r{k} AS (SELECT *, min(CASE WHEN ok{k + 1} = 1 THEN ts END) {on} AS on{k}, {no} AS no{k} FROM o{k})"

    def _required_time(self, k: int) -> str:
        n, before = self.required[k - 1], self.required[k - 2]
        if self.plan.strict:
            fits = [f"ts > t{before}", f"n{n} > 0"]
        else:
            fits = [f"ts >= t{before}", *self._room(n, self.required[: k - 1])]
        if self.way.excluded:
            # From such a block the next one that may do the step after it is never behind something excluded.
            fits.append(f"ok{k} = 1")
        found = f"min(CASE WHEN {' AND '.join(fits)} THEN ts END) OVER (PARTITION BY unit)"
        return f"CASE WHEN level >= {k} THEN {found} END"

    def _optional_time(self, n: int) -> str:
        place = self.way.before(n)
        last = f"t{self.required[place - 1]}"
        less, more = ("<", ">") if self.plan.strict else ("<=", ">=")
        fits = [f"ts {more} {last}"]
        if place < len(self.required):
            fits.append(f"(level = {place} OR ts {less} t{self.required[place]})")
        placed = [*self.required, *(m for m in self.way.optional if m < n)]
        fits += self._room(n, placed)
        found = f"min(CASE WHEN {' AND '.join(fits)} THEN ts END) OVER (PARTITION BY unit)"
        return f"CASE WHEN level >= {place} THEN {found} END"

    def _room(self, n: int, placed: Sequence[int]) -> list[str]:
        """Conditions that a block has an event for step n beside those for the steps that are placed in it."""
        return [
            self._left(number, crowd, n, placed)
            for number, crowd in enumerate(self.crowds)
            if n in crowd.members
        ]

    def _left(self, number: int, crowd: Crowd, n: int, placed: Sequence[int]) -> str:
        taken = [f"CASE WHEN t{m} = ts THEN 1 ELSE 0 END" for m in placed if m in crowd.members]
        return f"c{number} > {' + '.join(taken) or '0'}"
