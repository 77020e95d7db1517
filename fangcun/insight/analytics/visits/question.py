"""Visits: how many, by whom, of what; which pages they begin and end on, how long they last, at which hours.

A visit is all that one person did under one session id. Events without one are cut where more than 30 minutes pass
between two of a person; facts that the server records by itself belong to no visit. A visit counts, with everything
about it, in the period in which it began. A visitor is a person who began a visit; new is who had no event before
that period, in the whole store. A page view counts when it happened. A bounce is a visit with a single page view.

A visit lasts from its first page view until the last one, or until a page was left or the app hidden after that; one
with a single view and nothing of the kind has no length. A page lasts as long as the phone says when it leaves it;
in a log without `page_left` until the visit's next page view. In a log without `page_viewed` every event is a view.
Of views in the same millisecond the first by the page's name is the entry, the last the exit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from fangcun.insight.analytics.engines import Engine
from fangcun.insight.analytics.scope import choice_of, has, program_of, somebody_sql
from fangcun.insight.analytics.spans import UNITS, Params, Span, date_of_number, number_of_date, one, span_of
from fangcun.insight.analytics.visits.counting import MOST_PAGES, Kind, Shape, visits_sql
from fangcun.insight.analytics.visits.counting_arrays import visits_rows
from fangcun.insight.analytics.visits.cutting import AROUND_MS, limits, views_of
from fangcun.insight.analytics.visits.rows import columnar

WEEKDAYS, HOURS = 7, 24


@dataclass(frozen=True, slots=True)
class VisitsDay:
    """The period that begins on `date`. Stay in ms; it and the depth (views per visit) are None without any."""

    date: dt.date
    visitors: int
    new_visitors: int
    visits: int
    page_views: int
    bounces: int
    stay_ms_median: float | None
    depth_mean: float | None

    @property
    def returning_visitors(self) -> int:
        """Who had been seen before."""
        return self.visitors - self.new_visitors

    @property
    def bounce_rate(self) -> float | None:
        """Bounces among visits, 0 to 1."""
        return self.bounces / self.visits if self.visits else None


@dataclass(frozen=True, slots=True)
class PageRow:
    """A page: its views, by how many persons, and how many visits began and ended on it."""

    page: str
    views: int
    visitors: int
    entries: int
    exits: int
    stay_ms_median: float | None


@dataclass(frozen=True, slots=True)
class VisitsAnswer:
    """Every period, quiet ones too; `totals` of all of them, with the date of the first.

    `hours[weekday][hour]` are visits by when they began, Monday first; `events` is how many events were in them.
    `pages` are the 100 most viewed ones.
    """

    unit: str
    days: tuple[VisitsDay, ...]
    totals: VisitsDay
    pages: tuple[PageRow, ...]
    hours: tuple[tuple[int, ...], ...]
    events: int


@dataclass(frozen=True, slots=True)
class VisitsQuestion:
    """How the mini program is visited. Periods that the span touches count whole."""

    kind: ClassVar[str] = "visits"

    span: Span
    unit: str = "day"
    program: int | None = None
    segment: str = ""
    among: tuple[int, ...] | None = None

    @classmethod
    def of(cls, params: Params) -> VisitsQuestion:
        """Read a question. Raises QuestionInvalid."""
        return cls(
            span=span_of(params),
            unit=choice_of(params, "unit", UNITS, "day"),
            program=program_of(params),
            segment=one(params, "segment"),
        )

    def params(self) -> list[tuple[str, str]]:
        """The address of this question."""
        given = [
            ("unit", "" if self.unit == "day" else self.unit),
            ("program", "" if self.program is None else str(self.program)),
            ("segment", self.segment),
        ]
        return [*self.span.params(), *((name, value) for name, value in given if value)]

    def reads(self) -> Mapping[str, Any]:
        """From the beginning on, since somebody is new who was never seen before."""
        return {"until_ms": self._whole().end_ms + AROUND_MS, "program_id": self.program}

    def answer(self, engine: Engine) -> VisitsAnswer:
        """Count."""
        span = self._whole()
        views = views_of(engine, span)
        around = {"since_ms": span.start_ms, "until_ms": span.end_ms}
        shape = Shape(
            who=somebody_sql(engine, self.among),
            views=views,
            left=has(engine, "event = 'page_left'", **around),
            pages=has(engine, f"page <> '' AND {views}", **around),
            span=span,
            unit=self.unit,
        )
        found: dict[Kind, list[tuple[Any, ...]]] = {kind: [] for kind in Kind}
        params = limits(span) | {"duration": "duration_ms"}
        quick = columnar(engine)
        counted = None if quick is None else visits_rows(shape, quick, params)
        if counted is None:
            counted = engine.rows(visits_sql(shape, engine.dialect), params)
        for kind, *row in counted:
            found[Kind(kind)].append(tuple(row))
        lowest, highest = number_of_date(span.first, self.unit), number_of_date(span.last, self.unit)
        rows = {kind: {row[0]: row for row in some} for kind, some in found.items()}
        days = tuple(_day(date_of_number(n, self.unit), n, rows) for n in range(lowest, highest + 1))
        return VisitsAnswer(
            unit=self.unit,
            days=days,
            totals=_totals(span.first, days, found),
            pages=_pages(found),
            hours=_hours(found[Kind.HOUR]),
            events=sum(row[5] for row in found[Kind.PERIOD]),
        )

    def _whole(self) -> Span:
        lowest, highest = (number_of_date(date, self.unit) for date in (self.span.first, self.span.last))
        last = date_of_number(highest + 1, self.unit) - dt.timedelta(days=1)
        return Span(date_of_number(lowest, self.unit), last)


def _day(date: dt.date, number: int, found: Mapping[Kind, Mapping[int, tuple[Any, ...]]]) -> VisitsDay:
    _n, _page, visits, bounces, depth, _events, stay = found[Kind.PERIOD].get(number, _QUIET)
    visitors, fresh = found[Kind.VISITORS].get(number, _QUIET)[2:4]
    return VisitsDay(
        date=date,
        visitors=visitors,
        new_visitors=fresh,
        visits=visits,
        page_views=found[Kind.VIEWS].get(number, _QUIET)[2],
        bounces=bounces,
        stay_ms_median=_some(stay),
        depth_mean=depth / visits if visits else None,
    )


def _totals(
    date: dt.date, days: Iterable[VisitsDay], found: Mapping[Kind, list[tuple[Any, ...]]]
) -> VisitsDay:
    visitors, fresh = found[Kind.ALL_VISITORS][0][2:4]
    visits = sum(day.visits for day in days)
    return VisitsDay(
        date=date,
        visitors=visitors,
        new_visitors=fresh,
        visits=visits,
        page_views=sum(day.page_views for day in days),
        bounces=sum(day.bounces for day in days),
        stay_ms_median=_some(found[Kind.ALL_VISITS][0][6]),
        depth_mean=sum(row[4] for row in found[Kind.PERIOD]) / visits if visits else None,
    )


_QUIET = (0, "", 0, 0, 0, 0, -1.0)


def _pages(found: Mapping[Kind, list[tuple[Any, ...]]]) -> tuple[PageRow, ...]:
    entries, exits = ({row[1]: row[2] for row in found[kind]} for kind in (Kind.ENTRY, Kind.EXIT))
    stays = {row[1]: _some(row[6]) for row in found[Kind.STAY]}
    rows = [
        PageRow(page, views, persons, entries.get(page, 0), exits.get(page, 0), stays.get(page))
        for _number, page, views, persons, *_rest in found[Kind.PAGE]
    ]
    return tuple(sorted(rows, key=lambda row: (-row.views, row.page))[:MOST_PAGES])


def _hours(rows: list[tuple[Any, ...]]) -> tuple[tuple[int, ...], ...]:
    counts = [[0] * HOURS for _day in range(WEEKDAYS)]
    for hour, _page, visits, *_rest in rows:
        # 1970-01-01 was a Thursday.
        counts[(hour // HOURS + 3) % WEEKDAYS][hour % HOURS] += visits
    return tuple(map(tuple, counts))


def _some(value: float) -> float | None:
    """No time is negative: below zero stands for none."""
    return None if value < 0 else float(value)
