"""Activity: how many persons there were, and how many events, per day, week or month of the shop's calendar.

Periods that the span touches count whole. Events of nobody are counted, nobody is not. By a property, a person with
two values in one period is in both groups, and once in the total.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from fangcun.insight.analytics.conditions import Condition, condition_sql, conditions, text_of
from fangcun.insight.analytics.engines import Engine
from fangcun.insight.analytics.moments import midnight
from fangcun.insight.analytics.scope import MOST_GROUPS, choice_of, number_of, program_of, somebody_sql
from fangcun.insight.analytics.spans import (
    UNITS,
    Params,
    Span,
    date_of_number,
    day_sql,
    number_of_date,
    one,
    span_of,
)

USUAL_GROUPS = 5


@dataclass(frozen=True, slots=True)
class ActivityDay:
    """The period that begins on `date`: persons, and how many events there were."""

    date: dt.date
    persons: int
    count: int


@dataclass(frozen=True, slots=True)
class ActivityGroup:
    """The same of the events with one value of the property.

    `value` is None for events without it; the `other` group holds all values that are not among the largest.
    """

    value: str | None
    other: bool
    rows: tuple[ActivityDay, ...]


@dataclass(frozen=True, slots=True)
class ActivityAnswer:
    """Every period of the span, quiet ones too, in total and by group; groups are sorted by their events."""

    unit: str
    rows: tuple[ActivityDay, ...]
    groups: tuple[ActivityGroup, ...]


@dataclass(frozen=True, slots=True)
class ActivityQuestion:
    """How many persons and events. Without names of `events` any event counts; a `top` of 0 folds no group."""

    kind: ClassVar[str] = "activity"

    span: Span
    events: tuple[str, ...] = ()
    where: tuple[Condition, ...] = ()
    unit: str = "day"
    by: str = ""
    top: int = USUAL_GROUPS
    program: int | None = None
    segment: str = ""
    among: tuple[int, ...] | None = None

    @classmethod
    def of(cls, params: Params) -> ActivityQuestion:
        """Read a question. Raises QuestionInvalid."""
        return cls(
            span=span_of(params),
            events=tuple(dict.fromkeys(filter(None, map(str.strip, one(params, "event").split("|"))))),
            where=conditions(one(params, "where")),
            unit=choice_of(params, "unit", UNITS, "day"),
            by=one(params, "by"),
            top=number_of(params, "top", USUAL_GROUPS, least=0, most=MOST_GROUPS),
            program=program_of(params),
            segment=one(params, "segment"),
        )

    def params(self) -> list[tuple[str, str]]:
        """The address of this question."""
        given = [
            ("event", "|".join(self.events)),
            ("where", text_of(self.where)),
            ("unit", "" if self.unit == "day" else self.unit),
            ("by", self.by),
            ("top", "" if self.top == USUAL_GROUPS else str(self.top)),
            ("program", "" if self.program is None else str(self.program)),
            ("segment", self.segment),
        ]
        return [*self.span.params(), *((name, value) for name, value in given if value)]

    def reads(self) -> Mapping[str, Any]:
        """The periods that the span touches, whole."""
        lowest, highest = self._periods()
        return {
            "since_ms": midnight(date_of_number(lowest, self.unit)),
            "until_ms": midnight(date_of_number(highest + 1, self.unit)),
            "program_id": self.program,
        }

    def answer(self, engine: Engine) -> ActivityAnswer:
        """Count."""
        reads = self.reads()
        where, params = condition_sql(self.where, engine.dialect, "where")
        params |= {f"event_{n}": name for n, name in enumerate(self.events)}
        params |= {"since": reads["since_ms"], "until": reads["until_ms"], "by": self.by, "top": self.top}
        listed = ", ".join(f"$event_{n}" for n in range(len(self.events)))
        kept = " AND ".join(
            [
                "ts >= $since AND ts < $until",
                *([f"event IN ({listed})"] if listed else []),
                *([] if self.among is None else [somebody_sql(engine, self.among)]),
                where,
            ]
        )
        period = day_sql("ts", self._calendar(), engine.dialect, unit=self.unit)
        if self.by:
            return self._grouped(engine, period, kept, params)
        rows = self._rows(engine.rows(_TOTAL.format(period=period, kept=kept), params))
        return ActivityAnswer(self.unit, rows, ())

    def _grouped(self, engine: Engine, period: str, kept: str, params: dict[str, Any]) -> ActivityAnswer:
        value = f"coalesce({engine.dialect.text('by')}, '')"
        if self.top:
            names = _by_size(engine.rows(_VALUES.format(kept=kept, value=value), params))[: self.top]
            arms = " ".join(f"WHEN v = $value_{n} THEN {n}" for n in range(len(names)))
            group = f"CASE {arms or 'WHEN v IS NULL THEN 0'} ELSE {len(names)} END"
            params = params | {f"value_{n}": name for n, name in enumerate(names)}
        else:
            group = "v"
        found = engine.rows(_GROUPS.format(period=period, kept=kept, value=value, group=group), params)
        parts = [row for grouped, *row in found if grouped]
        if not self.top:
            names = _by_size((name, count) for name, _period, _persons, count in parts)
        places = {name: n for n, name in enumerate(names)}
        rows: dict[int, list[list[Any]]] = defaultdict(list)
        for key, *row in parts:
            rows[key if self.top else places[key]].append(row)
        return ActivityAnswer(
            self.unit,
            self._rows(row for grouped, _key, *row in found if not grouped),
            tuple(
                ActivityGroup(
                    value=names[n] or None if n < len(names) else None,
                    other=n == len(names),
                    rows=self._rows(rows[n]),
                )
                for n in sorted(rows)
            ),
        )

    def _periods(self) -> tuple[int, int]:
        return number_of_date(self.span.first, self.unit), number_of_date(self.span.last, self.unit)

    def _calendar(self) -> Span:
        lowest, highest = self._periods()
        last = date_of_number(highest + 1, self.unit) - dt.timedelta(days=1)
        return Span(date_of_number(lowest, self.unit), last)

    def _rows(self, found: Iterable[Iterable[Any]]) -> tuple[ActivityDay, ...]:
        known = {period: (persons, count) for period, persons, count in found}
        lowest, highest = self._periods()
        return tuple(
            ActivityDay(date_of_number(period, self.unit), *known.get(period, (0, 0)))
            for period in range(lowest, highest + 1)
        )


def _by_size(values: Iterable[tuple[Any, ...]]) -> list[str]:
    """The values by the number of their events, then by name."""
    sizes: Counter[str] = Counter()
    for name, count in values:
        sizes[name] += count
    return sorted(sizes, key=lambda name: (-sizes[name], name))


# One row for a person and period first: distinct persons then need no counting of their own.
_TOTAL = """
SELECT p, count(person) AS persons, sum(n) AS events
FROM (SELECT person, {period} AS p, count(*) AS n FROM ev WHERE {kept} GROUP BY person, {period}) a GROUP BY p
"""

_VALUES = "SELECT v, count(*) AS n FROM (SELECT {value} AS v FROM ev WHERE {kept}) e GROUP BY v"

# The same for groups, and for all of them together.
_GROUPS = """
WITH g AS (SELECT person, p, k, count(*) AS n FROM (SELECT person, p, {group} AS k FROM (
    SELECT person, {period} AS p, {value} AS v FROM ev WHERE {kept}) e) f GROUP BY person, p, k)
SELECT 1 AS grouped, k, p, count(person) AS persons, sum(n) AS events FROM g GROUP BY k, p
UNION ALL SELECT 0 AS grouped, min(k) AS k, p, count(DISTINCT person) AS persons, sum(n) AS events FROM g GROUP BY p
"""
