"""The SQL of visits: each is one row first, then everything is counted from these rows."""

# ruff: noqa: S608 - the text holds names of columns and parameters only

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from fangcun.insight.analytics.engines import Dialect
from fangcun.insight.analytics.spans import Span, day_sql, hour_sql
from fangcun.insight.analytics.visits.cutting import (
    PLACES,
    SESSION,
    cut_table,
    moment_of,
    place_of,
    place_table,
    session_key,
)

MOST_PAGES = 100
# The number of no period: before the span or after it.
_AROUND = -1
_IN_SPAN = "ts >= $since AND ts < $until"


class Kind(enum.IntEnum):
    """What a row of `visits_sql` is about."""

    PERIOD = 1  # number; visits, bounces, views and events of these visits; stay
    VISITORS = 2  # number of the period; visitors, new ones
    ALL_VISITORS = 3  # visitors, new ones
    ALL_VISITS = 4  # stay
    VIEWS = 5  # number of the period; views
    HOUR = 6  # number of the hour; visits
    PAGE = 7  # page; views, persons
    ENTRY = 8  # page; visits
    EXIT = 9  # page; visits
    STAY = 10  # page; stay


@dataclass(frozen=True, slots=True)
class Shape:
    """What the statement is made of: conditions on `ev`, and what the log knows.

    `left`: the phone says how long a page was looked at; `pages`: views have a page at all.
    """

    who: str
    views: str
    left: bool
    pages: bool
    span: Span
    unit: str

    def listed(self, dialect: Dialect) -> bool:
        """Whether the views of each visit are listed, to see how long each lasted, instead of sorting all views."""
        return dialect.asof and self.pages and not self.left


def visits_sql(shape: Shape, dialect: Dialect) -> str:
    """Rows (kind, number, page, four whole numbers, a median or -1); parameters are those of `limits` and $duration."""
    return f"WITH {', '.join(_tables(shape, dialect))} {' UNION ALL '.join(_counts(shape, dialect))}"


def _tables(shape: Shape, dialect: Dialect) -> Iterator[str]:
    place = f"CASE WHEN {shape.views} THEN ts * {PLACES} + coalesce(k, 0) END"
    # Counted while the events are read; sorting them all would take ten times as long.
    sums = f"""min(ts) AS t, count(*) AS events, count({place}) AS views, min({place}) AS a, max({place}) AS b,
            max(CASE WHEN event IN ('page_left', 'app_hidden') THEN ts END) AS away"""
    if shape.listed(dialect):
        sums += f", list({place}) FILTER (WHERE {shape.views}) AS seen"
    number = day_sql("ts", shape.span, dialect, unit=shape.unit)
    period = f"CASE WHEN {_IN_SPAN} THEN {number} ELSE {_AROUND} END"
    yield f"""viewed AS (SELECT page AS v, {period} AS p, count(*) AS n FROM ev
                WHERE {shape.views} AND {shape.who} AND ts >= $from AND ts < $to GROUP BY page, {period})"""
    yield place_table("place", "viewed")
    yield cut_table(shape.who)
    yield f"""met AS (SELECT person, {sums} FROM ev LEFT JOIN place ON place.v = ev.page
                WHERE {SESSION} AND {shape.who} AND ts >= $from AND ts < $to GROUP BY person, {session_key(dialect)}
            UNION ALL SELECT person, {sums} FROM cut LEFT JOIN place ON place.v = cut.page GROUP BY person, n)"""
    first, last = moment_of("a", dialect), moment_of("b", dialect)
    begun = day_sql("t", shape.span, dialect, unit=shape.unit)
    yield f"""visit AS (SELECT person, t, {begun} AS p, events, views, a, b,
                CASE WHEN away >= {last} THEN away - {first} WHEN views > 1 THEN {last} - {first} END AS stay
            FROM met WHERE t >= $since AND t < $until)"""
    yield "began AS (SELECT person, min(p) AS p FROM visit GROUP BY person)"
    # Nobody comes before his first event, so who is new in a period is so in that of his first visit.
    yield f"""fresh AS (SELECT w.p AS p, CASE WHEN w.p = f.p THEN 1 ELSE 0 END AS at_once
            FROM began w JOIN (SELECT person, {begun} AS p FROM (
                SELECT person, min(ts) AS t FROM ev WHERE {shape.who} AND ts < $until GROUP BY person
                HAVING min(ts) >= $since) e) f ON f.person = w.person)"""
    yield f"""shown AS (SELECT page, sum(n) AS views, count(*) AS persons FROM (
                SELECT page, person, count(*) AS n FROM ev WHERE {shape.views} AND {shape.who} AND {_IN_SPAN}
                GROUP BY page, person) e GROUP BY page ORDER BY views DESC, page LIMIT {MOST_PAGES})"""


def _counts(shape: Shape, dialect: Dialect) -> Iterator[str]:
    stay = f"coalesce({dialect.median('stay')}, -1)"
    yield f"""SELECT {_row(Kind.PERIOD, "p", "''", "visits", "bounces", "views", "events", last="stay")}
        FROM (SELECT p, count(*) AS visits, count(CASE WHEN views = 1 THEN 1 END) AS bounces,
            sum(views) AS views, sum(events) AS events, {stay} AS stay FROM visit GROUP BY p) v"""
    yield f"""SELECT {_row(Kind.VISITORS, "p", "''", "persons", "fresh")}
        FROM (SELECT c.p AS p, c.persons AS persons, f.fresh AS fresh
            FROM (SELECT p, count(DISTINCT person) AS persons FROM visit GROUP BY p) c
            LEFT JOIN (SELECT p, sum(at_once) AS fresh FROM fresh GROUP BY p) f ON f.p = c.p) v"""
    yield f"""SELECT {_row(Kind.ALL_VISITORS, "0", "''", "persons", "fresh")}
        FROM (SELECT count(*) AS persons, (SELECT count(*) FROM fresh) AS fresh FROM began) v"""
    yield f"SELECT {_row(Kind.ALL_VISITS, '0', chr(39) * 2, last=stay)} FROM visit"
    yield f"""SELECT {_row(Kind.VIEWS, "p", "''", "n")}
        FROM (SELECT p, sum(n) AS n FROM viewed WHERE p <> {_AROUND} GROUP BY p) v"""
    hour = hour_sql("t", shape.span, dialect)
    yield f"""SELECT {_row(Kind.HOUR, "h", "''", "n")}
        FROM (SELECT {hour} AS h, count(*) AS n FROM visit GROUP BY {hour}) v"""
    yield f"SELECT {_row(Kind.PAGE, '0', 'page', 'views', 'persons')} FROM shown"
    for kind, end in ((Kind.ENTRY, "a"), (Kind.EXIT, "b")):
        place = place_of(end, dialect)
        yield f"""SELECT {_row(kind, "0", "v", "n")} FROM (
                SELECT {place} AS k, count(*) AS n FROM visit WHERE views > 0 GROUP BY {place}) e
            JOIN place ON place.k = e.k JOIN shown ON shown.page = place.v"""
    if shape.pages:
        yield f"SELECT {_row(Kind.STAY, '0', 'page', last=stay)} FROM {stays_sql(shape, dialect)} GROUP BY page"


def stays_sql(shape: Shape, dialect: Dialect) -> str:
    """A relation (page, stay)."""
    if shape.left:
        return f"""(SELECT page, {dialect.number("duration")} AS stay FROM ev
            WHERE event = 'page_left' AND {shape.who} AND {_IN_SPAN}) l"""
    if shape.listed(dialect):
        here, then = (moment_of(column, dialect) for column in "xy")
        return f"""(SELECT v AS page, stay FROM (
                SELECT {place_of("x", dialect)} AS k, {here} AS ts, {then} - {here} AS stay
                FROM (SELECT unnest(seen[:-2]) AS x, unnest(seen[2:]) AS y
                    FROM (SELECT list_sort(seen) AS seen FROM met WHERE views > 1) m) p) s
            JOIN place ON place.k = s.k WHERE {_IN_SPAN}) l"""
    after = """min(ts) OVER (PARTITION BY person, session, n ORDER BY ts, page
                ROWS BETWEEN 1 FOLLOWING AND 1 FOLLOWING) - ts"""
    return f"""(SELECT page, stay FROM (SELECT page, ts, {after} AS stay FROM (
            SELECT person, session, 0 AS n, ts, page FROM ev
            WHERE {SESSION} AND {shape.views} AND {shape.who} AND ts >= $from AND ts < $to
            UNION ALL SELECT person, '' AS session, n, ts, page FROM cut WHERE {shape.views}) v) w
        WHERE {_IN_SPAN}) l"""


def _row(kind: Kind, number: str, page: str, *counts: str, last: str = "-1") -> str:
    """The columns of a row, of the same types for every kind."""
    numbers = [number, *counts, *["0"] * (4 - len(counts))]
    whole = [f"CAST(coalesce({one}, 0) AS BIGINT)" for one in numbers]
    named = [f"{one} AS n{n}" for n, one in enumerate(whole)]
    return f"{int(kind)} AS kind, {named[0]}, {page} AS page, {', '.join(named[1:])}, CAST({last} AS DOUBLE) AS stay"
