"""Sources: where visits come from, and what they bring.

The source of a visit is the property of the last `app_launched` or `app_shown` in it that carries one (its last
touch); in a log that knows neither, of the last event that does. A new visitor counts for the source of the first
visit in the span, a person is new who had no event before the span. An order counts for the person's last visit that
began at most 24 hours before it, in whichever of his sessions: orders are facts of the server and carry none.
Orders in the span without such a visit are counted apart. Of touches in the same millisecond the last by value counts.
"""

# ruff: noqa: S608 - the text holds names of columns and parameters only

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from fangcun.insight.analytics.engines import Dialect, Engine
from fangcun.insight.analytics.moments import DAY_MS
from fangcun.insight.analytics.scope import MOST_GROUPS, has, number_of, program_of, somebody_sql
from fangcun.insight.analytics.spans import Params, Span, one, span_of
from fangcun.insight.analytics.visits.cutting import (
    AROUND_MS,
    ON_SCREEN,
    PLACES,
    SESSION,
    cut_table,
    limits,
    place_of,
    place_table,
    session_key,
)
from fangcun.insight.analytics.visits.scenes import scene_name

USUAL_SOURCES = 20
ORDER_MS = DAY_MS
_ENTRIES = "event IN ('app_launched', 'app_shown')"


@dataclass(frozen=True, slots=True)
class SourceRow:
    """What one source brought. Amount in fen; conversion is the share of its visitors who bought, None without any.

    `value` is None where there is no source; `label` is a scene's name, else the value. The `other` row holds all
    sources that are not among the largest.
    """

    value: str | None
    label: str
    other: bool
    visits: int
    visitors: int
    new_visitors: int
    buyers: int
    orders: int
    amount_fen: int

    @property
    def conversion(self) -> float | None:
        """Buyers among visitors, 0 to 1."""
        return self.buyers / self.visitors if self.visitors else None


@dataclass(frozen=True, slots=True)
class SourcesAnswer:
    """Sources by their visits, the largest first; and the orders in the span that no visit explains."""

    by: str
    rows: tuple[SourceRow, ...]
    lone_orders: int
    lone_amount_fen: int


@dataclass(frozen=True, slots=True)
class SourcesQuestion:
    """What each source brought. `event` is the purchase, `amount` its property with the money in fen."""

    kind: ClassVar[str] = "sources"

    span: Span
    by: str = "scene"
    event: str = "order_paid"
    amount: str = "amount"
    top: int = USUAL_SOURCES
    program: int | None = None
    segment: str = ""
    among: tuple[int, ...] | None = None

    @classmethod
    def of(cls, params: Params) -> SourcesQuestion:
        """Read a question. Raises QuestionInvalid."""
        return cls(
            span=span_of(params),
            by=one(params, "by") or "scene",
            event=one(params, "event") or "order_paid",
            amount=one(params, "amount") or "amount",
            top=number_of(params, "top", USUAL_SOURCES, least=1, most=MOST_GROUPS),
            program=program_of(params),
            segment=one(params, "segment"),
        )

    def params(self) -> list[tuple[str, str]]:
        """The address of this question."""
        given = [
            ("by", "" if self.by == "scene" else self.by),
            ("event", "" if self.event == "order_paid" else self.event),
            ("amount", "" if self.amount == "amount" else self.amount),
            ("top", "" if self.top == USUAL_SOURCES else str(self.top)),
            ("program", "" if self.program is None else str(self.program)),
            ("segment", self.segment),
        ]
        return [*self.span.params(), *((name, value) for name, value in given if value)]

    def reads(self) -> Mapping[str, Any]:
        """From the beginning on, since somebody is new who was never seen before."""
        return {"until_ms": self.span.end_ms + AROUND_MS, "program_id": self.program}

    def answer(self, engine: Engine) -> SourcesAnswer:
        """Count."""
        around = {"since_ms": self.span.start_ms, "until_ms": self.span.end_ms}
        touches = _ENTRIES if has(engine, _ENTRIES, **around) else ON_SCREEN
        sql = _sql(somebody_sql(engine, self.among), touches, engine.dialect)
        params = limits(self.span) | {
            "by": self.by,
            "event": self.event,
            "amount": self.amount,
            "top": self.top,
        }
        rows, lone = [], (0, 0)
        for kind, number, value, *counts in engine.rows(sql, params):
            if kind == 1:
                lone = (counts[0], counts[1])
            else:
                rows.append((number, self._row(value, number > self.top, counts)))
        rows.sort(key=lambda row: row[0])
        return SourcesAnswer(self.by, tuple(row for _number, row in rows), *lone)

    def _row(self, value: str, other: bool, counts: list[int]) -> SourceRow:
        known = value or None
        label = "" if other or known is None else scene_name(value) if self.by == "scene" else value
        return SourceRow(None if other else known, label, other, *counts)


def _sql(who: str, touches: str, dialect: Dialect) -> str:
    return f"WITH {', '.join(_tables(who, touches, dialect))} {_COUNTS}"


def _tables(who: str, touches: str, dialect: Dialect) -> Iterator[str]:
    value = dialect.text("by")
    looked = f"{who} AND ts >= $from AND ts < $to"
    # Where a visit began is known by all of its events, what it came from by few of them: their properties are
    # opened apart, and once.
    yield f"""touched AS (SELECT person, {session_key(dialect)} AS s, ts, {value} AS v FROM ev
            WHERE {touches} AND {SESSION} AND {looked})"""
    yield cut_table(who, ", props")
    yield f"touched_cut AS (SELECT person, n, ts, CASE WHEN {touches} THEN {value} END AS v FROM cut)"
    yield place_table(
        "place", "(SELECT v FROM touched UNION ALL SELECT v FROM touched_cut) e WHERE v IS NOT NULL"
    )
    yield f"""touch AS (SELECT e.person AS person, e.s AS s, max(e.ts * {PLACES} + place.k) AS a
            FROM touched e JOIN place ON place.v = e.v GROUP BY e.person, e.s)"""
    yield f"""met AS (SELECT person, {session_key(dialect)} AS s, min(ts) AS t FROM ev
            WHERE {SESSION} AND {looked} GROUP BY person, {session_key(dialect)})"""
    yield f"""led_by AS (SELECT person, t, CASE WHEN a IS NULL THEN 0 ELSE {place_of("a", dialect)} END AS k FROM (
                SELECT met.person AS person, met.t AS t, touch.a AS a FROM met
                LEFT JOIN touch ON touch.person = met.person AND touch.s = met.s
                UNION ALL SELECT c.person AS person, min(c.ts) AS t, max(c.ts * {PLACES} + place.k) AS a
                FROM touched_cut c LEFT JOIN place ON place.v = c.v GROUP BY c.person, c.n) m)"""
    yield "visit AS (SELECT person, t, k FROM led_by WHERE t >= $since AND t < $until)"
    # Sources are numbered by their visits; those after $top are one.
    yield """ranked AS (SELECT k, v, CASE WHEN r <= $top THEN r ELSE $top + 1 END AS g FROM (
                SELECT n.k AS k, coalesce(place.v, '') AS v,
                    row_number() OVER (ORDER BY n.visits DESC, coalesce(place.v, '')) AS r
                FROM (SELECT k, count(*) AS visits FROM visit GROUP BY k) n
                LEFT JOIN place ON place.k = n.k) q)"""
    yield """came AS (SELECT visit.person AS person, ranked.g AS g FROM visit JOIN ranked ON ranked.k = visit.k)"""
    # Nothing that anybody does in a visit is sooner than the visit, so only what is in none has to be looked at.
    yield f"""fresh AS (SELECT person FROM (SELECT person, t FROM led_by
                UNION ALL SELECT person, ts AS t FROM ev WHERE {who} AND ts < $from
                UNION ALL SELECT person, ts AS t FROM ev WHERE session = '' AND NOT ({ON_SCREEN}) AND {looked}) e
            GROUP BY person HAVING min(t) >= $since)"""
    yield f"""began AS (SELECT {place_of("a", dialect)} AS k FROM (
                SELECT visit.person AS person, min(visit.t * {PLACES} + visit.k) AS a
                FROM visit JOIN fresh ON fresh.person = visit.person GROUP BY visit.person) b)"""
    # An order is of the last visit before it: of several that began at one moment the last by the source's name.
    amount = f"CAST(floor(coalesce({dialect.number('amount')}, 0) + 0.5) AS BIGINT)"
    yield f"""bought AS (SELECT person, ts, id, {amount} AS amount FROM ev
            WHERE event = $event AND {looked})"""
    earlier = f"""SELECT b.person AS person, b.ts AS ts, b.id AS id, min(b.amount) AS amount,
                max(v.t * {PLACES} + v.k) AS a FROM bought b JOIN led_by v ON v.person = b.person
            WHERE v.t <= b.ts AND v.t >= b.ts - {ORDER_MS} GROUP BY b.person, b.ts, b.id"""
    if dialect.asof:
        earlier = f"""SELECT b.person AS person, b.ts AS ts, b.id AS id, b.amount AS amount, v.a AS a
            FROM (SELECT person, ts, id, min(amount) AS amount, ts * {PLACES} + {PLACES - 1} AS latest
                FROM bought GROUP BY person, ts, id) b
            ASOF JOIN (SELECT person, t * {PLACES} + k AS a FROM led_by
                WHERE person IN (SELECT person FROM bought)) v ON v.person = b.person AND v.a <= b.latest
            WHERE v.a >= (b.ts - {ORDER_MS}) * {PLACES}"""
    yield f"led AS (SELECT person, ts, id, amount, a FROM ({earlier}) o)"
    yield f"""paid AS (SELECT led.person AS person, led.amount AS amount, ranked.g AS g
            FROM (SELECT person, amount, {dialect.whole("a", PLACES)} AS t, {place_of("a", dialect)} AS k FROM led) led
            JOIN ranked ON ranked.k = led.k WHERE led.t >= $since AND led.t < $until)"""


def _whole(column: str) -> str:
    return f"CAST(coalesce({column}, 0) AS BIGINT)"


_COUNTS = f"""
SELECT 0 AS kind, {_whole("s.g")} AS g, s.v AS v, {_whole("s.visits")} AS visits, {_whole("s.persons")} AS persons,
    {_whole("f.n")} AS fresh, {_whole("p.buyers")} AS buyers, {_whole("p.orders")} AS orders,
    {_whole("p.amount")} AS amount
FROM (SELECT c.g AS g, n.v AS v, c.visits AS visits, c.persons AS persons
    FROM (SELECT g, count(*) AS visits, count(DISTINCT person) AS persons FROM came GROUP BY g) c
    JOIN (SELECT g, min(v) AS v FROM ranked GROUP BY g) n ON n.g = c.g) s
LEFT JOIN (SELECT ranked.g AS g, count(*) AS n FROM began JOIN ranked ON ranked.k = began.k GROUP BY ranked.g) f
    ON f.g = s.g
LEFT JOIN (SELECT g, count(DISTINCT person) AS buyers, count(*) AS orders, sum(amount) AS amount FROM paid GROUP BY g) p
    ON p.g = s.g
UNION ALL
SELECT 1 AS kind, {_whole("0")} AS g, '' AS v, {_whole("n")} AS visits, {_whole("amount")} AS persons,
    {_whole("0")} AS fresh, {_whole("0")} AS buyers, {_whole("0")} AS orders, {_whole("0")} AS amount
FROM (SELECT count(*) AS n, sum(b.amount) AS amount FROM bought b
    LEFT JOIN led ON led.person = b.person AND led.ts = b.ts AND led.id = b.id
    WHERE b.ts >= $since AND b.ts < $until AND led.person IS NULL) l
"""
