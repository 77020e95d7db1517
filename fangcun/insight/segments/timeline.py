"""One person's own story: everything that happened to him, the newest first, and it all in a few numbers."""

# ruff: noqa: S608 - the text holds names of columns and parameters only

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import orjson
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.insight.analytics.asking import ask
from fangcun.insight.analytics.engines import Engine
from fangcun.insight.analytics.errors import QuestionInvalid
from fangcun.insight.analytics.moments import midnight
from fangcun.insight.analytics.scope import number_of
from fangcun.insight.analytics.spans import Params, one
from fangcun.insight.segments.addresses import day_of
from fangcun.insight.segments.amounts import amount_sql
from fangcun.insight.segments.lifecycle import stages_sql
from fangcun.insight.segments.models import Segment
from fangcun.insight.segments.queries import now_persons, segments_of
from fangcun.insight.segments.rfm import AMOUNT, PAID, Score, scores_sql
from fangcun.insight.segments.titles import title_of
from fangcun.kernel.money import yuan

LIMIT, MOST = 100, 1_000
LARGEST = 2**63 - 1
_MONEY = ("amount", "total_amount", "price_amount")
_NAMES = ("product", "title", "query", "element", "order_number", "purpose", "channel")


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened to him. `title` and `detail` are for people; `ts` is epoch ms."""

    ts: int
    event: str
    title: str
    detail: str
    page: str
    session: str
    props: dict[str, Any]
    program: int | None
    id: str

    @property
    def at(self) -> dt.datetime:
        """The moment, aware."""
        return dt.datetime.fromtimestamp(self.ts / 1000, dt.UTC)


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of his story. `next` is what to give as `before` for the one after it, "" at the end."""

    entries: tuple[Entry, ...]
    next: str


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """Somebody in a few numbers, as of now. Visits are sessions of his phones; the amount is in fen."""

    person: int
    first_at: dt.datetime | None
    last_at: dt.datetime | None
    events: int
    visits: int
    orders: int
    amount_fen: int
    stage: str | None
    rfm: Score | None
    segments: tuple[Segment, ...] = ()

    @property
    def member_id(self) -> int | None:
        """His id, None for a phone without a member."""
        return None if self.person % 2 else self.person // 2


def timeline(person: int, *, before: str = "", limit: int = LIMIT) -> Timeline:
    """What happened to somebody on all his phones, the newest first. Member m is person 2 × m.

    `before` is the `next` of the page before. Raises QuestionInvalid.
    """
    return ask(TimelineQuestion(_now(person), _read(before), min(max(limit, 1), MOST)))


def facts_of(person: int) -> PersonFacts:
    """Somebody in a few numbers, and the segments he is in."""
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    found = ask(FactsQuestion(_now(person), today))
    return replace(found, segments=tuple(segments_of(found.person)))


def _now(person: int) -> int:
    if not 0 <= person <= LARGEST:
        raise QuestionInvalid(_("没有这个人"))
    return now_persons([person])[0]


def _read(before: str) -> tuple[int, str, str] | None:
    """The entry after which a page begins. Raises QuestionInvalid."""
    if not before:
        return None
    ts, _mark, rest = before.partition("~")
    event, mark, key = rest.partition("~")
    if not mark or not ts.removeprefix("-").isdecimal() or abs(int(ts)) > LARGEST or "\0" in rest:
        raise QuestionInvalid(_("这一页不在了，请从头看起"))
    return int(ts), event, key


_PAGE = """
SELECT ts, event, id, page, session, props, program FROM ev WHERE person = $person{after}
ORDER BY ts DESC, event DESC, id DESC LIMIT {limit}
"""
_AFTER = " AND (ts < $ts OR (ts = $ts AND event < $event) OR (ts = $ts AND event = $event AND id < $id))"


@dataclass(frozen=True, slots=True)
class TimelineQuestion:
    """One page of somebody's story. Address: `person`, `before`, `limit`."""

    kind: ClassVar[str] = "timeline"

    person: int
    before: tuple[int, str, str] | None = None
    limit: int = LIMIT

    @classmethod
    def of(cls, params: Params) -> Self:
        """Read it from an address. Raises QuestionInvalid."""
        person = number_of(params, "person", 0, least=0, most=LARGEST)
        limit = number_of(params, "limit", LIMIT, least=1, most=MOST)
        return cls(person, _read(one(params, "before")), limit)

    def params(self) -> list[tuple[str, str]]:
        """Its address."""
        before = [] if self.before is None else [("before", "~".join(map(str, self.before)))]
        limit = [] if self.limit == LIMIT else [("limit", str(self.limit))]
        return [("person", str(self.person)), *before, *limit]

    def reads(self) -> Mapping[str, Any]:
        """Everything up to where it begins."""
        return {} if self.before is None else {"until_ms": self.before[0] + 1}

    def answer(self, engine: Engine) -> Timeline:
        """Look it up; one more than asked for says whether there is a next page."""
        params: dict[str, Any] = {"person": self.person}
        if self.before is not None:
            params |= dict(zip(("ts", "event", "id"), self.before, strict=True))
        sql = _PAGE.format(after="" if self.before is None else _AFTER, limit=self.limit + 1)
        rows = engine.rows(sql, params)
        entries = tuple(_entry(*row) for row in rows[: self.limit])
        more = len(rows) > self.limit
        return Timeline(entries, f"{entries[-1].ts}~{entries[-1].event}~{entries[-1].id}" if more else "")


def _entry(ts: int, event: str, key: str, page: str, session: str, props: str, program: int | None) -> Entry:
    try:
        found = orjson.loads(props)
    except orjson.JSONDecodeError:
        found = None
    plain = found if isinstance(found, dict) else {}
    return Entry(ts, event, title_of(event), _detail(plain, page), page, session, plain, program, key)


def _detail(props: Mapping[str, Any], page: str) -> str:
    said = [str(props[name]) for name in _NAMES if props.get(name) not in (None, "")]
    if isinstance(number := props.get("quantity"), int) and not isinstance(number, bool):
        said.append(f"×{number}")
    amounts = [props[name] for name in _MONEY if type(props.get(name)) is int]
    said += [f"¥{yuan(amount)}" for amount in amounts[:1]]
    return " ".join(said) or page


@dataclass(frozen=True, slots=True)
class FactsQuestion:
    """Somebody in a few numbers, as of the end of a day. Address: `person`, `at`."""

    kind: ClassVar[str] = "person"

    person: int
    today: dt.date

    @classmethod
    def of(cls, params: Params) -> Self:
        """Read it from an address. Raises QuestionInvalid."""
        return cls(number_of(params, "person", 0, least=0, most=LARGEST), day_of(params))

    def params(self) -> list[tuple[str, str]]:
        """Its address."""
        return [("person", str(self.person)), ("at", self.today.isoformat())]

    def reads(self) -> Mapping[str, Any]:
        """Everything up to its day."""
        return {"until_ms": midnight(self.today + dt.timedelta(days=1))}

    def answer(self, engine: Engine) -> PersonFacts:
        """Count; his scores are those among all buyers."""
        engine.put("among", [self.person])
        until = midnight(self.today + dt.timedelta(days=1))
        fen = amount_sql("amount", engine.dialect)
        sql = f"""SELECT min(ts) AS first_ms, max(ts) AS last_ms, count(*) AS n,
                count(DISTINCT CASE WHEN session <> '' THEN session END) AS visits,
                sum(CASE WHEN event = $paid THEN 1 ELSE 0 END) AS orders,
                sum(CASE WHEN event = $paid THEN {fen} ELSE 0 END) AS fen
            FROM ev WHERE person = $person AND ts < $until"""
        named = {"person": self.person, "until": until, "paid": PAID, "amount": AMOUNT}
        first, last, number, visits, orders, amount = engine.rows(sql, named)[0]
        tables, params = stages_sql(self.today, among=True)
        stages = engine.rows(f"WITH {tables} SELECT stage FROM stages", params)
        score = None
        if orders:
            tables, params = scores_sql(engine.dialect, until_ms=until)
            sql = f"WITH {tables} SELECT r, f, m, last_ms, orders, fen FROM rfm WHERE person = $person"
            score = Score(*map(int, engine.rows(sql, params | {"person": self.person})[0]))
        return PersonFacts(
            self.person,
            _moment(first if number else None),
            _moment(last if number else None),
            number,
            visits,
            int(orders or 0),
            int(amount or 0),
            stages[0][0] if stages else None,
            score,
        )


def _moment(ts: int | None) -> dt.datetime | None:
    return None if ts is None else dt.datetime.fromtimestamp(ts / 1000, dt.UTC)
