"""When the chosen attempts did their steps: the same text on every engine.

The events of one unit in one millisecond are a block. Each step takes the earliest block that it may, given those of
the steps before it: one that has an event for it beside those for the steps that are in it already.
"""

# ruff: noqa: S608 - the text is made of step numbers only; names travel as parameters

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fangcun.insight.analytics.engines import Dialect
from fangcun.insight.analytics.funnels.source import NEVER, Plan, attempts_sql, valued_sql
from fangcun.insight.analytics.funnels.steps import Crowd


class Times:
    """The last tables of a funnel, from `best(unit, level, s, ended)`: attempts by level, start and end."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.way = plan.way
        self.required = plan.way.required
        numbers = range(1, len(plan.way.counted) + 1)
        # Required steps of a strict way never share a millisecond, so only optional ones can want the same event.
        self.crowds = plan.way.crowds(plan.way.optional if plan.strict else numbers)

    def columns(self, *, alone: bool) -> dict[str, str]:
        """What is to be known of a block, as sums over its events in `e`: how many fit which steps."""
        numbers = range(1, len(self.way.counted) + 1)
        marks = {n: f"CASE WHEN step = {n} THEN 1 ELSE 0 END" if alone else f"m{n}" for n in numbers}
        found = {f"n{n}": f"sum({mark})" for n, mark in marks.items()}
        for crowd in self.crowds:
            fits = " + ".join(marks[n] for n in crowd.kinds)
            found.setdefault(crowd.name, f"sum(CASE WHEN {fits} > 0 THEN 1 ELSE 0 END)")
        return found | {f"x{place}": f"max(x{place})" for place in self.way.excluded}

    def tables(self, source: str, dialect: Dialect) -> Iterator[str]:
        """Up to `att`. The source is `b`, the blocks, or `e`, events each of which fits one step alone."""
        until = "best.s + $window" if self.way.optional else "best.ended"
        names = self.columns(alone=True)
        known = {name: f"b.{name}" for name in names} if source == "b" else names
        columns = ", ".join(f"{column} AS {name}" for name, column in known.items())
        grouped = "" if source == "b" else " GROUP BY e.unit, e.ts, best.level, best.s, best.ended"
        yield f"""k1 AS (SELECT {source}.unit AS unit, {source}.ts AS ts, {columns}, best.level AS level,
            best.s AS t1, best.ended AS ended FROM {source} JOIN best ON {source}.unit = best.unit
            WHERE {source}.ts >= best.s AND {source}.ts <= {until}{grouped})"""
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
        if self.plan.valued:
            yield valued_sql(self.plan, dialect)
        times = {n: f"t{n}" for n in range(1, len(self.way.counted) + 1)}
        yield attempts_sql(self.plan, f"{source} WHERE ts = t1", times)

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
        return [self._left(crowd, placed) for crowd in self.crowds if n in crowd.members]

    def _left(self, crowd: Crowd, placed: Sequence[int]) -> str:
        taken = [f"CASE WHEN t{m} = ts THEN 1 ELSE 0 END" for m in placed if m in crowd.members]
        return f"{crowd.name} > {' + '.join(taken) or '0'}"
