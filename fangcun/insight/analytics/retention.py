"""Retention: of those who began in one period, how many came back in the periods after it.

A cohort is everybody whose first start lies in its day, week or month: the first on record, also before the span
that is asked about; with `first=False` everybody with any start in it, so that one person may be in many cohorts.
Coming back N periods later means any return in that very period; with `later=True` in it or in any after it that
has been. Periods are those of the shop's calendar, and those that the span touches count whole. In a person's own
period 0 only what happened at the start or after it is a return; when start and return are the same, that is everybody.

A start or return without a name is a visit (`app_shown` or `page_viewed`) where there are any, else any event at all;
`*` is always any event at all.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils import timezone

from fangcun.insight.analytics.conditions import Condition, condition_sql, conditions, text_of
from fangcun.insight.analytics.engines import Engine
from fangcun.insight.analytics.moments import BEGINNING_OF_TIME, END_OF_TIME, midnight
from fangcun.insight.analytics.retention_sql import Shape, retention_sql
from fangcun.insight.analytics.scope import (
    MOST_GROUPS,
    VISITED_SQL,
    choice_of,
    has,
    number_of,
    program_of,
    somebody_sql,
)
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

ANYTHING = "*"
USUAL_PERIODS = 30
MOST_PERIODS = 366
USUAL_GROUPS = 5


@dataclass(frozen=True, slots=True)
class Cohort:
    """Those who began in the period that begins on `date`, and how many returned 0, 1, 2 … periods later.

    None stands where that period has not begun yet; the running one counts as it stands.
    """

    date: dt.date
    size: int
    returned: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class RetentionGroup:
    """The same of those whose start had one value of the property.

    `value` is None when it had none; the `other` group holds all values that are not among the largest.
    """

    value: str | None
    other: bool
    size: int
    curve: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class RetentionAnswer:
    """Cohorts by their dates (those of nobody are left out), and the share that returned over all of them.

    A curve has the share, 0 to 1, for 0, 1, 2 … periods later, of the cohorts that have come so far; None where
    none has. Groups are sorted by size, the other values last.
    """

    unit: str
    cohorts: tuple[Cohort, ...]
    curve: tuple[float | None, ...]
    groups: tuple[RetentionGroup, ...]


@dataclass(frozen=True, slots=True)
class RetentionQuestion:
    """How many come back. See the top of this module for what each number means."""

    kind: ClassVar[str] = "retention"

    span: Span
    start: str = ""
    start_where: tuple[Condition, ...] = ()
    back: str = ""
    back_where: tuple[Condition, ...] = ()
    unit: str = "day"
    periods: int = USUAL_PERIODS
    first: bool = True
    later: bool = False
    by: str = ""
    top: int = USUAL_GROUPS
    program: int | None = None
    segment: str = ""
    among: tuple[int, ...] | None = None

    @classmethod
    def of(cls, params: Params) -> RetentionQuestion:
        """Read a question. Raises QuestionInvalid."""
        return cls(
            span=span_of(params),
            start=one(params, "start"),
            start_where=conditions(one(params, "start_where")),
            back=one(params, "back"),
            back_where=conditions(one(params, "back_where")),
            unit=choice_of(params, "unit", UNITS, "day"),
            periods=number_of(params, "periods", USUAL_PERIODS, least=1, most=MOST_PERIODS),
            first=choice_of(params, "mode", ("first", "any"), "first") == "first",
            later=choice_of(params, "return", ("on", "after"), "on") == "after",
            by=one(params, "by"),
            top=number_of(params, "top", USUAL_GROUPS, least=1, most=MOST_GROUPS),
            program=program_of(params),
            segment=one(params, "segment"),
        )

    def params(self) -> list[tuple[str, str]]:
        """The address of this question."""
        given = [
            ("start", self.start),
            ("start_where", text_of(self.start_where)),
            ("back", self.back),
            ("back_where", text_of(self.back_where)),
            ("unit", "" if self.unit == "day" else self.unit),
            ("periods", "" if self.periods == USUAL_PERIODS else str(self.periods)),
            ("mode", "" if self.first else "any"),
            ("return", "after" if self.later else ""),
            ("by", self.by),
            ("top", "" if self.top == USUAL_GROUPS else str(self.top)),
            ("program", "" if self.program is None else str(self.program)),
            ("segment", self.segment),
        ]
        return [*self.span.params(), *((name, value) for name, value in given if value)]

    def reads(self) -> Mapping[str, Any]:
        """Who began before the span is in no cohort of it, so for first starts the whole past is read."""
        lowest, highest = self._cohorts()
        return {
            "since_ms": None if self.first else midnight(date_of_number(lowest, self.unit)),
            "until_ms": None
            if self.later
            else midnight(date_of_number(highest + self.periods + 1, self.unit)),
            "program_id": self.program,
        }

    def answer(self, engine: Engine) -> RetentionAnswer:
        """Count."""
        reads = self.reads()
        lowest, highest = self._cohorts()
        since = BEGINNING_OF_TIME if reads["since_ms"] is None else reads["since_ms"]
        until = END_OF_TIME if reads["until_ms"] is None else reads["until_ms"]
        somebody = f"{somebody_sql(engine, self.among)} AND ts >= $since AND ts < $until"
        usual = "TRUE"
        if not (self.start and self.back) and has(engine, VISITED_SQL, since_ms=since, until_ms=until):
            usual = VISITED_SQL
        start, start_params = condition_sql(self.start_where, engine.dialect, "start")
        back, back_params = condition_sql(self.back_where, engine.dialect, "back")
        same = (self.start, self.start_where) == (self.back, self.back_where)
        start = f"{somebody} AND {_named(self.start, 'start', usual)} AND {start}"
        back = start if same else f"{somebody} AND {_named(self.back, 'back', usual)} AND {back}"
        period = day_sql("ts", self._calendar(lowest, highest), engine.dialect, unit=self.unit)
        shape = Shape(start, back, period, self.first, self.later, bool(self.by))
        rows = engine.rows(
            retention_sql(shape, engine.dialect),
            {
                **start_params,
                **back_params,
                "start": self.start,
                "back": self.back,
                "since": since,
                "until": until,
                "lowest": lowest,
                "highest": highest,
                "periods": self.periods,
                "by": self.by,
                "top": self.top,
            },
        )
        return self._shaped(rows)

    def _cohorts(self) -> tuple[int, int]:
        """The numbers of the first and the last cohort."""
        return number_of_date(self.span.first, self.unit), number_of_date(self.span.last, self.unit)

    def _calendar(self, lowest: int, highest: int) -> Span:
        """The days whose periods have to be told apart; all before them may seem to be one period."""
        first = date_of_number(lowest, self.unit) - dt.timedelta(days=1)
        last = date_of_number(highest + self.periods + 1, self.unit)
        return Span(first, max(last, timezone.localdate()) if self.later else last)

    def _shaped(self, rows: list[tuple[Any, ...]]) -> RetentionAnswer:
        sizes: dict[tuple[int, int], int] = {}
        names: dict[int, str | None] = {}
        counts: dict[tuple[int, int, int], int] = defaultdict(int)
        for group, cohort, n, persons, value in rows:
            if n < 0:
                sizes[group, cohort], names[group] = persons, value
            else:
                counts[group, cohort, n] = persons
        # A log that was brought in may go on longer than the clock.
        now = max(
            [number_of_date(timezone.localdate(), self.unit), *(cohort + n for _group, cohort, n in counts)]
        )
        groups = {group: self._cohorts_of(group, sizes, counts, now) for group in sorted(names)}
        together: dict[dt.date, Cohort] = {}
        for cohort in (cohort for cohorts in groups.values() for cohort in cohorts):
            known = together.get(cohort.date)
            together[cohort.date] = _added(known, cohort) if known else cohort
        cohorts = tuple(together[date] for date in sorted(together))
        return RetentionAnswer(
            unit=self.unit,
            cohorts=cohorts,
            curve=self._curve(cohorts),
            groups=tuple(
                RetentionGroup(
                    value=names[group] or None,
                    other=names[group] is None,
                    size=sum(cohort.size for cohort in found),
                    curve=self._curve(found),
                )
                for group, found in groups.items()
                if self.by
            ),
        )

    def _cohorts_of(
        self,
        group: int,
        sizes: Mapping[tuple[int, int], int],
        counts: Mapping[tuple[int, int, int], int],
        now: int,
    ) -> tuple[Cohort, ...]:
        found = []
        for cohort in sorted(cohort for whose, cohort in sizes if whose == group):
            returned = [counts.get((group, cohort, n), 0) for n in range(self.periods + 1)]
            if self.later:
                for n in reversed(range(self.periods)):
                    returned[n] += returned[n + 1]
            found.append(
                Cohort(
                    date_of_number(cohort, self.unit),
                    sizes[group, cohort],
                    tuple(number if cohort + n <= now else None for n, number in enumerate(returned)),
                )
            )
        return tuple(found)

    def _curve(self, cohorts: tuple[Cohort, ...]) -> tuple[float | None, ...]:
        shares: list[float | None] = []
        for n in range(self.periods + 1):
            known = [(cohort.size, cohort.returned[n]) for cohort in cohorts]
            size = sum(size for size, returned in known if returned is not None)
            shares.append(sum(returned or 0 for _size, returned in known) / size if size else None)
        return tuple(shares)


def _named(event: str, param: str, usual: str) -> str:
    if event == ANYTHING:
        return "TRUE"
    return f"event = ${param}" if event else usual


def _added(one: Cohort, other: Cohort) -> Cohort:
    pairs = zip(one.returned, other.returned, strict=True)
    return Cohort(
        one.date, one.size + other.size, tuple(None if a is None or b is None else a + b for a, b in pairs)
    )
