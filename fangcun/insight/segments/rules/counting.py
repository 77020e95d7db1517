"""The persons that a rule describes: one statement, which reads each event name once.

Each condition has a column that is 1 for the persons of whom something is known that speaks for it, or, where it
holds for somebody of whom nothing is known, against it. The columns of all sources are stacked and summed per person.
"""

# ruff: noqa: S608 - the text holds names of columns and parameters only; what people write travels as parameters

from __future__ import annotations

import datetime as dt
import math
import operator
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from fangcun.insight.analytics.conditions import condition_sql
from fangcun.insight.analytics.engines import Dialect, Engine
from fangcun.insight.analytics.moments import midnight
from fangcun.insight.segments.amounts import amount_sql
from fangcun.insight.segments.lifecycle import stages_sql
from fangcun.insight.segments.rfm import group_sql, scores_sql
from fangcun.insight.segments.rules.document import (
    Did,
    Fact,
    Group,
    Happened,
    Leaf,
    Part,
    Scored,
    Staged,
    Summed,
    When,
    leaves_of,
)
from fangcun.insight.segments.rules.facts import BY_NUMBER

THOUSANDTHS = 1000
COMPARE = {
    ">=": operator.ge,
    ">": operator.gt,
    "==": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
}
Given = Mapping[Leaf, tuple[int, ...]]


def needs_everybody(part: Part) -> bool:
    """Whether somebody of whom nothing is known may be one of them."""
    return True in _without_evidence(part)


def _without_evidence(part: Part) -> frozenset[bool]:
    """What a condition may be for a person of whom nothing is known."""
    if isinstance(part, Group):
        found = [_without_evidence(one) for one in part.parts]
        if part.how == "all":
            true, false = all(True in one for one in found), any(False in one for one in found)
        else:
            true, false = any(True in one for one in found), all(False in one for one in found)
            if part.how == "none":
                true, false = false, true
        return frozenset({value for value, may in ((True, true), (False, false)) if may})
    if isinstance(part, Did):
        return frozenset({COMPARE[part.op](0, part.number)})
    if isinstance(part, Summed):
        return frozenset({COMPARE[part.op](0, part.value)})
    if isinstance(part, Fact):
        return frozenset({True, False} if part.fact == BY_NUMBER else {not part.yes})
    return frozenset({False})


def since_of(part: Part, today: dt.date) -> int | None:
    """From when on events are looked at; None when from the very first."""
    moments = [_bounds(leaf, today)[0] for leaf in leaves_of(part) if _reads(leaf)]
    known = [moment for moment in moments if moment is not None]
    if needs_everybody(part) or not moments or len(known) < len(moments):
        return None
    return min(known)


def _reads(leaf: Leaf) -> bool:
    return isinstance(leaf, Did | Summed | Happened | Scored | Staged)


def _bounds(leaf: Leaf, today: dt.date) -> tuple[int | None, int]:
    """The moments [since, until) that decide a condition."""
    tomorrow = midnight(today + dt.timedelta(days=1))
    if isinstance(leaf, Did | Summed):
        return _moments(leaf.when, today)
    if isinstance(leaf, Happened) and leaf.which == "last":
        # The last time may be after those days, but not before them.
        return _moments(leaf.when, today)[0], tomorrow
    return None, tomorrow


def _moments(when: When, today: dt.date) -> tuple[int | None, int]:
    first, last = when.dates(today)
    tomorrow = midnight(today + dt.timedelta(days=1))
    end = tomorrow if last is None else min(tomorrow, midnight(last + dt.timedelta(days=1)))
    return None if first is None else midnight(first), end


class Counting:
    """Builds the statement for one rule, as of the end of a day.

    `given` are the persons of each condition that no event decides, `members` all members. `sql` needs the tables
    in `lists`, each of persons.
    """

    def __init__(
        self, rule: Group, today: dt.date, *, given: Given, members: tuple[int, ...], dialect: Dialect
    ) -> None:
        self._today, self._dialect = today, dialect
        self._tomorrow = midnight(today + dt.timedelta(days=1))
        self.params: dict[str, Any] = {"tomorrow": self._tomorrow}
        self.lists: dict[str, tuple[int, ...]] = {}
        self._leaves = list(dict.fromkeys(leaf for leaf in leaves_of(rule) if not _by_number(leaf)))
        tables, sources = [], []
        by_event: dict[str, list[int]] = defaultdict(list)
        for number, leaf in enumerate(self._leaves):
            if isinstance(leaf, Did | Summed | Happened):
                by_event[leaf.event].append(number)
            elif isinstance(leaf, Scored):
                sources.append(self._source({number: _scored_sql(leaf)}, "FROM rfm"))
            elif isinstance(leaf, Staged):
                stages = ", ".join(f"'{stage}'" for stage in leaf.stages)
                sources.append(self._source({number: f"stage IN ({stages})"}, "FROM stages"))
            else:
                self.lists[f"list{number}"] = given[leaf]
                sources.append(self._source({number: "TRUE"}, f"FROM list{number}"))
        sources += [self._of_event(event, numbers) for event, numbers in by_event.items()]
        if any(isinstance(leaf, Scored) for leaf in self._leaves):
            tables.append(self._named(scores_sql(dialect, until_ms=self._tomorrow)))
        if any(isinstance(leaf, Staged) for leaf in self._leaves):
            tables.append(self._named(stages_sql(today)))
        if needs_everybody(rule):
            self.lists["everyone"] = members
            sources.append(self._source({}, "FROM everyone"))
            sources.append(
                self._source({}, "FROM ev WHERE person IS NOT NULL AND ts < $tomorrow GROUP BY person")
            )
        tables.append(f"evidence AS ({' UNION ALL '.join(sources)})")
        sums = "".join(f", sum(c{number}) AS c{number}" for number in range(len(self._leaves)))
        tables.append(f"known AS (SELECT person{sums} FROM evidence GROUP BY person)")
        self.sql = (
            f"WITH {', '.join(tables)} SELECT person FROM known WHERE {self._holds(rule)} ORDER BY person"
        )

    def _named(self, made: tuple[str, dict[str, Any]]) -> str:
        sql, params = made
        self.params |= params
        return sql

    def _source(self, evidence: Mapping[int, str], rest: str) -> str:
        """Rows of one source: a person, and 1 in the columns of the conditions for which there is evidence."""
        columns = "".join(
            f", CASE WHEN {evidence[number]} THEN 1 ELSE 0 END AS c{number}"
            if number in evidence
            else f", 0 AS c{number}"
            for number in range(len(self._leaves))
        )
        return f"SELECT person{columns} {rest}"

    def _of_event(self, event: str, numbers: list[int]) -> str:
        limits = ["person IS NOT NULL"]
        if event:
            name = f"e{numbers[0]}"
            self.params[name] = event
            limits.append(f"event = ${name}")
        bounds = [_bounds(self._leaves[number], self._today) for number in numbers]
        limits.append(f"ts < {max(until for _since, until in bounds)}")
        since = [moment for moment, _until in bounds if moment is not None]
        if len(since) == len(bounds):
            limits.append(f"ts >= {min(since)}")
        evidence = {number: self._evidence(number, self._leaves[number]) for number in numbers}
        return self._source(evidence, f"FROM ev WHERE {' AND '.join(limits)} GROUP BY person")

    def _evidence(self, number: int, leaf: Leaf) -> str:
        assert isinstance(leaf, Did | Summed | Happened)  # noqa: S101 - what `_of_event` is called with
        since, until = _bounds(leaf, self._today)
        matches, params = condition_sql(leaf.where, self._dialect, f"w{number}")
        self.params |= params
        fits = f"{matches} AND ts < {until}" + ("" if since is None else f" AND ts >= {since}")
        if isinstance(leaf, Happened):
            which = "min" if leaf.which == "first" else "max"
            moment = f"{which}(CASE WHEN {fits} THEN ts END)"
            if leaf.over is not None:
                return f"{moment} < {midnight(self._today - dt.timedelta(days=leaf.over - 1))}"
            begin, end = _moments(leaf.when, self._today)
            return f"{moment} < {end}" + ("" if begin is None else f" AND {moment} >= {begin}")
        if isinstance(leaf, Did):
            self.params[f"n{number}"] = leaf.number
            added = f"sum(CASE WHEN {fits} THEN 1 ELSE 0 END)"
        else:
            self.params[f"s{number}"] = leaf.prop
            self.params[f"n{number}"] = _thousandths(leaf.value)
            value = amount_sql(f"s{number}", self._dialect, scale=THOUSANDTHS)
            added = f"sum(CASE WHEN {fits} THEN {value} ELSE 0 END)"
        op = "=" if leaf.op == "==" else leaf.op
        compared = f"{added} {op} $n{number}"
        return f"NOT ({compared})" if _by_default(leaf) else compared

    def _holds(self, part: Part) -> str:
        if isinstance(part, Group):
            joined = (" AND " if part.how == "all" else " OR ").join(map(self._holds, part.parts))
            return f"NOT ({joined})" if part.how == "none" else f"({joined})"
        if _by_number(part):
            assert isinstance(part, Fact)  # noqa: S101 - that is what `_by_number` says
            return f"person {'=' if part.yes else '<>'} 2 * ({self._dialect.whole('person', 2)})"
        return f"c{self._leaves.index(part)} {'= 0' if _by_default(part) else '> 0'}"


def _by_number(leaf: Leaf) -> bool:
    return isinstance(leaf, Fact) and leaf.fact == BY_NUMBER


def _by_default(leaf: Leaf) -> bool:
    """Whether it holds for somebody of whom nothing is known."""
    return _without_evidence(leaf) == {True}


def _scored_sql(leaf: Scored) -> str:
    tests = [
        f"{column} IN ({', '.join(map(str, scores))})"
        for column, scores in (("r", leaf.r), ("f", leaf.f), ("m", leaf.m))
        if scores
    ]
    if leaf.groups:
        groups = ", ".join(f"'{group}'" for group in leaf.groups)
        tests.append(f"{group_sql()} IN ({groups})")
    return " AND ".join(tests)


def _thousandths(value: float) -> int:
    return math.floor(value * THOUSANDTHS + 0.5)


def run(engine: Engine, counting: Counting) -> tuple[int, ...]:
    """The persons, in the order of their numbers."""
    for name, persons in counting.lists.items():
        engine.put(name, persons)
    return tuple(person for (person,) in engine.rows(counting.sql, counting.params))
