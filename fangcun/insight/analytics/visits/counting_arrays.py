"""The quickest form of counting visits, on an engine that hands out columns: all numbers from one walk through them."""

# ruff: noqa: S608 - the text holds conditions whose values are parameters, and our own names

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fangcun.insight.analytics.spans import day_sql, hour_sql
from fangcun.insight.analytics.visits.counting import MOST_PAGES, Kind, Shape, stays_sql
from fangcun.insight.analytics.visits.cutting import ON_SCREEN, SESSION
from fangcun.insight.analytics.visits.rows import Rows, Walkable, Wholes, firsts, walked

# With more pages than these another form is as quick.
MOST_NAMES = 100_000
_MINUTE = 60_000
_WEEK_HOURS = 7 * 24
_NONE = -1
# Longer than anything lasts, in ms.
_LONG = 2**42


def visits_rows(shape: Shape, engine: Walkable, params: Mapping[str, Any]) -> list[tuple[Any, ...]] | None:
    """What the statement of `visits_sql` finds. None where there is too much for this form."""
    looked = f"{shape.who} AND ts >= $from AND ts < $to"
    distinct = f"SELECT DISTINCT page FROM ev WHERE {looked} AND {shape.views}"
    pages = [page for (page,) in engine.rows(f"{distinct} ORDER BY page LIMIT {MOST_NAMES + 1}", params)]
    if len(pages) > MOST_NAMES:
        return None
    number = engine.rows("SELECT count(*) AS n FROM ev WHERE ts >= $from AND ts < $to", params)[0][0]
    # Twice the number of a viewed page, from 1, and 1 more where somebody went away; 0 for anything else.
    source = f"""SELECT person, ts, session, (CASE WHEN {shape.views} THEN 2 * k ELSE 0 END
            + CASE WHEN event IN ('page_left', 'app_hidden') THEN 1 ELSE 0 END)::INTEGER AS tag
        FROM (SELECT person, ts, session, event, page FROM ev
            WHERE {looked} AND ({SESSION} OR {ON_SCREEN})) AS e
        LEFT JOIN (SELECT unnest($pages::VARCHAR[]) AS page, unnest(range(1, {len(pages) + 1})) AS k) AS p
            ON p.page = e.page"""
    calendar = _calendar(shape, engine, params)
    # What is in no visit may still be the first that somebody did.
    earlier = engine.columns(
        f"""SELECT person, min(ts) AS t FROM (
                SELECT person, ts FROM ev WHERE {shape.who} AND ts < $from
                UNION ALL SELECT person, ts FROM ev
                WHERE {looked} AND ts < $until AND session = '' AND NOT ({ON_SCREEN})) AS e
            GROUP BY person ORDER BY person""",
        params,
    )
    given = {**params, "pages": pages}
    found = walked(
        engine,
        source,
        given,
        number=number,
        since=params["from"],
        until=params["to"],
        work=partial(_counted, calendar=calendar, earlier=earlier, pages=len(pages)),
    )
    if found is None:
        return None
    stays: dict[str, float] | None = None
    if shape.pages and shape.left:
        relation = stays_sql(shape, engine.dialect)
        median = engine.dialect.median("stay")
        stays = dict(engine.rows(f"SELECT page, {median} AS stay FROM {relation} GROUP BY page", params))
    return list(_rows(_Sum(found, calendar, pages), shape, stays))


@dataclass(frozen=True, slots=True)
class _Calendar:
    """For each minute of the span the number of its period from 0 and its hour of the week; the first period's own."""

    since: int
    until: int
    period: NDArray[np.int32]
    hour: NDArray[np.int32]
    first: int
    periods: int

    def inside(self, moments: Wholes) -> NDArray[np.bool_]:
        return (moments >= self.since) & (moments < self.until)

    def periods_of(self, moments: Wholes) -> NDArray[np.int32]:
        return self.period[(moments - self.since) // _MINUTE]

    def hours_of(self, moments: Wholes) -> NDArray[np.int32]:
        return self.hour[(moments - self.since) // _MINUTE]


def _calendar(shape: Shape, engine: Walkable, params: Mapping[str, Any]) -> _Calendar:
    since, until = params["since"], params["until"]
    number = day_sql("t", shape.span, engine.dialect, unit=shape.unit)
    hour = hour_sql("t", shape.span, engine.dialect)
    found = engine.columns(
        f"""SELECT {number} AS p, ({hour}) % {_WEEK_HOURS} AS h
            FROM (SELECT unnest(range({since}, {until}, {_MINUTE})) AS t) AS minutes ORDER BY t"""
    )
    first = int(found["p"][0])
    period = (found["p"] - first).astype(np.int32)
    return _Calendar(since, until, period, found["h"].astype(np.int32), first, int(period[-1]) + 1)


@dataclass(frozen=True, slots=True)
class _Counts:
    """What some persons did: sums by period, by hour and by page, and how long each visit and view lasted."""

    sums: Mapping[str, Wholes]
    visit_stays: Wholes
    view_stays: Wholes


def _counted(rows: Rows, *, calendar: _Calendar, earlier: Mapping[str, NDArray[Any]], pages: int) -> _Counts:
    begins = np.flatnonzero(rows.fresh)
    visit = np.cumsum(rows.fresh, dtype=np.int32) - 1
    start = rows.ts[begins]
    inside = calendar.inside(start)
    period = np.full(start.size, _NONE, dtype=np.int64)
    period[inside] = calendar.periods_of(start[inside])
    events = np.diff(begins, append=rows.ts.size)

    view = np.flatnonzero(rows.tag > 1)
    of, ts = visit[view], rows.ts[view]
    page = _in_order((rows.tag[view] >> 1) - 1, of, ts)
    views = np.bincount(of, minlength=start.size)
    first = np.flatnonzero(firsts(of))
    last = np.append(first[1:], of.size)[: first.size] - 1
    seen = of[first]
    away = np.full(start.size, _NONE, dtype=np.int64)
    gone = np.flatnonzero(rows.tag & 1)
    away[visit[gone]] = rows.ts[gone]
    stay = np.where(away[seen] >= ts[last], away[seen], ts[last]) - ts[first]
    known = inside[seen] & ((away[seen] >= ts[last]) | (views[seen] > 1))

    def by_period(of_visits: NDArray[Any] | None = None) -> Wholes:
        return _sum(period[inside], calendar.periods, None if of_visits is None else of_visits[inside])

    shown = calendar.inside(ts)
    next_ = np.flatnonzero((of[1:] == of[:-1]) & shown[:-1])
    by_page = np.argsort(page[shown].astype(np.int16 if pages < 2**15 else np.int32), kind="stable")
    visited, viewer = page[shown][by_page], rows.person[view][shown][by_page]
    sums = {
        "visits": by_period(),
        "bounces": by_period(views == 1),
        "views": by_period(views),
        "events": by_period(events),
        "hours": _sum(calendar.hours_of(start[inside]), _WEEK_HOURS),
        "viewed": _sum(calendar.periods_of(ts[shown]), calendar.periods),
        "page_views": _sum(page[shown], pages),
        "page_persons": _sum(visited[firsts(visited, viewer)], pages),
        "entries": _sum(page[first][inside[seen]], pages),
        "exits": _sum(page[last][inside[seen]], pages),
        **_visitors(rows, rows.person[begins][inside], period[inside], calendar, earlier),
    }
    return _Counts(
        sums,
        np.sort(period[seen][known] * _LONG + stay[known]),
        np.sort(page[next_].astype(np.int64) * _LONG + ts[next_ + 1] - ts[next_]),
    )


def _visitors(
    rows: Rows, person: Wholes, period: Wholes, calendar: _Calendar, earlier: Mapping[str, NDArray[Any]]
) -> dict[str, Wholes]:
    """Who began visits, by period and at all, and who of them was new; of visits in the span."""
    new_person = firsts(person)
    rank = np.cumsum(new_person) - 1
    pairs = np.sort(rank * calendar.periods + period, kind="stable")
    pairs = pairs[firsts(pairs)]
    began = pairs[firsts(pairs // calendar.periods)] % calendar.periods
    persons = person[new_person]
    # The first thing that anybody did at all.
    begins = np.flatnonzero(firsts(rows.person))
    known, seen = rows.person[begins], _least(rows.ts, begins)
    _both, here, there = np.intersect1d(known, earlier["person"], assume_unique=True, return_indices=True)
    seen[here] = np.minimum(seen[here], earlier["t"][there])
    seen = seen[np.searchsorted(known, persons)]
    fresh = seen >= calendar.since
    at_once = fresh.copy()
    at_once[fresh] = calendar.periods_of(seen[fresh]) == began[fresh]
    return {
        "visitors": _sum(pairs % calendar.periods, calendar.periods),
        "fresh": _sum(began[at_once], calendar.periods),
        "persons": np.array([persons.size, np.count_nonzero(fresh)]),
    }


def _least(values: Wholes, begins: Wholes) -> Wholes:
    if not begins.size:
        return values[:0]
    least: Wholes = np.minimum.reduceat(values, begins)
    return least


def _in_order(page: NDArray[Any], visit: NDArray[Any], ts: Wholes) -> NDArray[Any]:
    """Pages of one moment by name."""
    wrong = np.flatnonzero((page[1:] < page[:-1]) & (ts[1:] == ts[:-1]) & (visit[1:] == visit[:-1]))
    if wrong.size:
        moment = np.cumsum(firsts(ts, visit))
        places = np.flatnonzero(np.isin(moment, moment[wrong]))
        page[places] = page[places[np.lexsort((page[places], moment[places]))]]
    return page


def _sum(groups: NDArray[Any], number: int, values: NDArray[Any] | None = None) -> Wholes:
    # Sums of whole numbers below 2^53 are exact.
    return np.bincount(groups, values, minlength=number).astype(np.int64)


class _Sum:
    """All persons together."""

    def __init__(self, found: list[_Counts], calendar: _Calendar, pages: list[str]) -> None:
        self.calendar = calendar
        self.pages = pages
        names = found[0].sums if found else ()
        self._sums = {name: np.sum([one.sums[name] for one in found], axis=0) for name in names}
        self.visit_stays = _merged([one.visit_stays for one in found])
        self.view_stays = _merged([one.view_stays for one in found])

    def numbers(self, name: str) -> list[int]:
        found = self._sums.get(name)
        return [] if found is None else [int(number) for number in found]


def _merged(found: list[Wholes]) -> Wholes:
    # Sorted ones: merging them is quick.
    return np.sort(np.concatenate([np.empty(0, dtype=np.int64), *found]), kind="stable")


def _medians(stays: Wholes, groups: int) -> list[float]:
    """The median of each group, -1 where it has none."""
    edges = np.searchsorted(stays, np.arange(groups + 1) * _LONG)
    low, high = edges[:-1], edges[1:]
    size = high - low
    some = size > 0
    found = np.full(groups, -1.0)
    below, above = (low + (size - 1) // 2)[some], (low + size // 2)[some]
    found[some] = (stays[below] % _LONG + stays[above] % _LONG) / 2
    return [float(one) for one in found]


def _rows(total: _Sum, shape: Shape, stays: Mapping[str, float] | None) -> Iterator[tuple[Any, ...]]:
    """Rows as those of `visits_sql`."""
    calendar, pages = total.calendar, total.pages
    lasting = _medians(total.visit_stays, calendar.periods)
    columns = ("visits", "bounces", "views", "events", "visitors", "fresh", "viewed")
    for n, numbers in enumerate(zip(*map(total.numbers, columns), strict=True)):
        *visits, visitors, fresh, viewed = numbers
        period = calendar.first + n
        yield Kind.PERIOD, period, "", *visits, lasting[n]
        yield Kind.VISITORS, period, "", visitors, fresh, 0, 0, -1.0
        yield Kind.VIEWS, period, "", viewed, 0, 0, 0, -1.0
    yield Kind.ALL_VISITORS, 0, "", *(total.numbers("persons") or (0, 0)), 0, 0, -1.0
    yield Kind.ALL_VISITS, 0, "", 0, 0, 0, 0, _medians(np.sort(total.visit_stays % _LONG), 1)[0]
    for hour, number in enumerate(total.numbers("hours")):
        yield Kind.HOUR, hour, "", number, 0, 0, 0, -1.0
    page_views = total.numbers("page_views")
    shown = sorted((n for n, views in enumerate(page_views) if views), key=lambda n: (-page_views[n], n))
    by_page = {name: total.numbers(name) for name in ("page_persons", "entries", "exits")}
    page_stays = _medians(total.view_stays, len(pages))
    for n in shown[:MOST_PAGES]:
        yield Kind.PAGE, 0, pages[n], page_views[n], by_page["page_persons"][n], 0, 0, -1.0
        yield Kind.ENTRY, 0, pages[n], by_page["entries"][n], 0, 0, 0, -1.0
        yield Kind.EXIT, 0, pages[n], by_page["exits"][n], 0, 0, 0, -1.0
        if shape.pages:
            stay = page_stays[n] if stays is None else stays.get(pages[n])
            yield Kind.STAY, 0, pages[n], 0, 0, 0, 0, -1.0 if stay is None else stay
