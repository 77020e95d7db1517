"""Visits, sources and shares on random small logs, against counting in plain Python."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from statistics import median
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fangcun.insight.analytics.sharing import SharingQuestion
from fangcun.insight.analytics.spans import Span
from fangcun.insight.analytics.tests.log import DAY, SHANGHAI, T0, ZERO
from fangcun.insight.analytics.tests.plain import Fact, answered, counting, period
from fangcun.insight.analytics.visits import SourcesQuestion, VisitsQuestion

pytestmark = pytest.mark.django_db(databases="__all__")

IDLE = 30 * 60_000
SPAN = Span(ZERO, ZERO + dt.timedelta(days=2))
FACTS = ("order_paid", "cart_added", "user_logged_in", "goods_bought")
by_examples = settings(max_examples=150, deadline=None)

# Around midnights and half hours, many at the same millisecond.
TIMES = st.builds(
    lambda day, part: T0 + day * DAY + part,
    st.integers(-1, 3),
    st.sampled_from(
        [0, 1, IDLE, IDLE + 1, 2 * IDLE, 2 * IDLE + 1, DAY // 2, DAY - IDLE, DAY - IDLE - 1, DAY - 1]
    ),
)
PERSONS = st.sampled_from([None, 2, 3, 4])
SESSIONS = st.sampled_from(["", "", "a", "b"])
PAGES = st.sampled_from(["", "home", "cart"])
SOURCES = st.sampled_from([None, "", "1007", 1007, 1089, "x"])
LOGS = st.lists(
    st.one_of(
        st.builds(
            Fact,
            person=PERSONS,
            event=st.sampled_from(["page_viewed", "page_viewed", "app_shown", "app_hidden", "page_left", "tap"]),
            ts=TIMES,
            props=st.fixed_dictionaries({}, optional={"scene": SOURCES, "duration_ms": st.integers(0, 9)}),
            session=SESSIONS,
            page=PAGES,
        ),
        st.builds(
            Fact,
            person=PERSONS,
            event=st.sampled_from(FACTS),
            ts=TIMES,
            props=st.fixed_dictionaries({}, optional={"amount": st.sampled_from([1, 250, 2.0, "x"])}),
        ),
    ),
    max_size=25,
)  # fmt: skip


def numbered(facts: list[Fact]) -> list[Fact]:
    return [
        Fact(f.person, f.event, f.ts, f.props, f.program, f.session, f.page, f"e{n}")
        for n, f in enumerate(facts)
    ]


def visits_of(facts: list[Fact], span: Span = SPAN) -> list[list[Fact]]:
    """The events of each visit, in order of time, looked at a day around the span."""
    looked = [f for f in facts if f.person is not None and span.start_ms - DAY <= f.ts < span.end_ms + DAY]
    visits: dict[Any, list[Fact]] = defaultdict(list)
    cuts: dict[int | None, list[Fact]] = defaultdict(list)
    for fact in sorted(looked, key=lambda f: f.ts):
        if fact.session:
            visits[fact.person, fact.session].append(fact)
        elif fact.event not in FACTS:
            cuts[fact.person].append(fact)
    found = list(visits.values())
    for rows in cuts.values():
        visit = [rows[0]]
        for before, fact in itertools.pairwise(rows):
            if fact.ts - before.ts > IDLE:
                found.append(visit)
                visit = []
            visit.append(fact)
        found.append(visit)
    return found


def span_has(span: Span, ts: int) -> bool:
    return span.start_ms <= ts < span.end_ms


def inside(ts: int) -> bool:
    return span_has(SPAN, ts)


def text(value: Any) -> str | None:
    return None if value in (None, "") else str(value)


@by_examples
@given(LOGS, st.sampled_from(["day", "week"]), st.sampled_from([None, (2, 3)]))
def test_visits(logged, unit, among):
    facts = numbered(logged)
    span = SPAN if unit == "day" else Span(ZERO, ZERO + dt.timedelta(days=6))
    found = answered(VisitsQuestion(SPAN, unit, among=among), facts)
    knows = any(f.event == "page_viewed" and span_has(span, f.ts) for f in facts)
    mine = [f for f in facts if f.person is not None and (among is None or f.person in among)]

    def is_view(f: Fact) -> bool:
        return f.event == "page_viewed" if knows else f.event not in FACTS

    all_visits = [v for v in visits_of(mine, span) if span.start_ms <= v[0].ts < span.end_ms]
    expected: dict[dt.date, dict[str, Any]] = {}
    for day in found.days:
        visits = [v for v in all_visits if period(v[0].ts, unit, SHANGHAI) == day.date]
        persons = {v[0].person for v in visits}
        new = {
            p for p in persons if period(min(f.ts for f in mine if f.person == p), unit, SHANGHAI) == day.date
        }
        stays = [s for v in visits if (s := stay_of(v, is_view)) is not None]
        views = [f for f in mine if is_view(f) and period(f.ts, unit, SHANGHAI) == day.date]
        depth = sum(is_view(f) for v in visits for f in v)
        expected[day.date] = {
            "visitors": len(persons),
            "new_visitors": len(new),
            "visits": len(visits),
            "page_views": len(views),
            "bounces": sum(sum(map(is_view, v)) == 1 for v in visits),
            "stay_ms_median": median(stays) if stays else None,
            "depth_mean": depth / len(visits) if visits else None,
        }
    assert {d.date: {k: getattr(d, k) for k in expected[d.date]} for d in found.days} == expected
    assert found.totals.visits == len(all_visits) == sum(map(sum, found.hours))
    assert found.totals.visitors == len({v[0].person for v in all_visits})
    assert found.events == sum(map(len, all_visits))
    hours = [[0] * 24 for _ in range(7)]
    for visit in all_visits:
        begin = dt.datetime.fromtimestamp(visit[0].ts / 1000, SHANGHAI)
        hours[begin.weekday()][begin.hour] += 1
    assert [list(row) for row in found.hours] == hours
    within = [f for f in facts if span_has(span, f.ts)]
    left = any(f.event == "page_left" for f in within)
    pages = any(f.page and is_view(f) for f in within)
    for row in found.pages:
        views = [f for f in mine if is_view(f) and f.page == row.page and span_has(span, f.ts)]
        ends = [sorted((f.ts, f.page) for f in v if is_view(f)) for v in all_visits]
        assert (row.views, row.visitors) == (len(views), len({f.person for f in views}))
        assert row.entries == sum(bool(e) and e[0][1] == row.page for e in ends)
        assert row.exits == sum(bool(e) and e[-1][1] == row.page for e in ends)
        stays = page_stays(row.page, mine, is_view, span, left=left)
        # A log that knows no pages says nothing of them.
        assert row.stay_ms_median == (median(stays) if stays and pages else None)


def page_stays(page: str, facts: list[Fact], is_view: Any, span: Span, *, left: bool) -> list[int]:
    """How long views of a page lasted: as the phone says when it leaves, else until the visit's next view."""
    if left:
        rows = [f for f in facts if f.event == "page_left" and f.page == page]
        return [f.props["duration_ms"] for f in rows if "duration_ms" in f.props and span_has(span, f.ts)]
    views = [sorted((f.ts, f.page) for f in visit if is_view(f)) for visit in visits_of(facts, span)]
    pairs = [pair for visit in views for pair in itertools.pairwise(visit)]
    return [then - ts for (ts, where), (then, _page) in pairs if where == page and span_has(span, ts)]


def stay_of(visit: list[Fact], is_view: Any) -> int | None:
    views = [f.ts for f in visit if is_view(f)]
    if not views:
        return None
    away = max((f.ts for f in visit if f.event in ("page_left", "app_hidden")), default=None)
    if away is not None and away >= views[-1]:
        return away - views[0]
    return views[-1] - views[0] if len(views) > 1 else None


@by_examples
@given(LOGS)
def test_sources(logged):
    facts = numbered(logged)
    found = answered(SourcesQuestion(SPAN), facts)
    entries = any(f.event in ("app_shown", "app_launched") and inside(f.ts) for f in facts)
    visits = []
    for visit in visits_of(facts):
        touches = [
            (f.ts, value)
            for f in visit
            if (f.event in ("app_shown", "app_launched") if entries else f.event not in FACTS)
            and (value := text(f.props.get("scene")))
        ]
        visits.append((visit[0].person, visit[0].ts, max(touches)[1] if touches else ""))
    rows: dict[str, dict[str, Any]] = defaultdict(
        lambda: {"visits": 0, "p": set(), "new": 0, "b": set(), "o": 0, "a": 0}
    )
    for person, begin, source in visits:
        if inside(begin):
            rows[source]["visits"] += 1
            rows[source]["p"].add(person)
    for person in {p for p, begin, _source in visits if inside(begin)}:
        if min(f.ts for f in facts if f.person == person and f.ts < SPAN.end_ms) >= SPAN.start_ms:
            first = min((begin, source) for p, begin, source in visits if p == person and inside(begin))
            rows[first[1]]["new"] += 1
    lone = [0, 0]
    for order in facts:
        if order.event != "order_paid" or order.person is None:
            continue
        amount = order.props.get("amount", 0)
        amount = 0 if amount == "x" else int(amount)
        led = [
            (begin, source)
            for p, begin, source in visits
            if p == order.person and order.ts - DAY <= begin <= order.ts
        ]
        if led and inside(max(led)[0]) and order.ts < SPAN.end_ms + DAY:
            row = rows[max(led)[1]]
            row["b"].add(order.person)
            row["o"] += 1
            row["a"] += amount
        elif not led and inside(order.ts):
            lone = [lone[0] + 1, lone[1] + amount]
    expected = {
        source or None: (r["visits"], len(r["p"]), r["new"], len(r["b"]), r["o"], r["a"])
        for source, r in rows.items()
    }
    assert {
        r.value: (r.visits, r.visitors, r.new_visitors, r.buyers, r.orders, r.amount_fen) for r in found.rows
    } == expected
    assert [found.lone_orders, found.lone_amount_fen] == lone


SHARES = st.sampled_from(["s1", "s2", "s3", "s4"])
SHARED = st.lists(
    st.one_of(
        st.builds(
            Fact,
            person=st.sampled_from([2, 3, 4, 6]),
            event=st.just("page_shared"),
            ts=TIMES,
            props=st.fixed_dictionaries(
                {"share_id": SHARES, "root_id": st.just("s1")}, optional={"parent_share_id": SHARES}
            ),
            page=PAGES,
        ),
        st.builds(
            Fact,
            person=PERSONS,
            event=st.just("app_shown"),
            ts=TIMES,
            props=st.fixed_dictionaries({}, optional={"share_id": SHARES}),
        ),
        st.builds(Fact, person=PERSONS, event=st.sampled_from(["page_viewed", "order_paid"]), ts=TIMES),
    ),
    max_size=20,
)  # fmt: skip


@by_examples
@given(SHARED)
def test_shares(logged):
    facts = numbered(logged)
    with counting(facts) as engine:
        found = SharingQuestion(SPAN).answer(engine)
    shares: dict[str, Fact] = {}
    for f in sorted(facts, key=lambda f: (f.ts, f.id)):
        if f.event == "page_shared" and f.ts < SPAN.end_ms:
            shares.setdefault(f.props["share_id"], f)
    opens = [
        f
        for f in facts
        if f.event == "app_shown" and f.person is not None and "share_id" in f.props and inside(f.ts)
        and (f.props["share_id"] not in shares or shares[f.props["share_id"]].person != f.person)
    ]  # fmt: skip
    brought: dict[int, str] = {}
    for f in sorted(opens, key=lambda f: (f.ts, f.props["share_id"])):
        if f.ts - min(g.ts for g in facts if g.person == f.person) <= IDLE:
            brought.setdefault(f.person or 0, f.props["share_id"])
    bought = {
        f.person
        for f in opens
        if any(g.event == "order_paid" and g.person == f.person and f.ts <= g.ts <= f.ts + DAY for g in facts)
    }
    made = [s for s in shares.values() if inside(s.ts)]
    assert (found.shares, found.sharers) == (len(made), len({s.person for s in made}))
    assert (found.opens, found.newcomers, found.buyers) == (
        len({f.person for f in opens}),
        len(brought),
        len(bought),
    )
    assert found.k_factor == (len(brought) / found.sharers if found.sharers else None)
    for row in found.top:
        below = set()
        for share_id in shares:
            at, seen = share_id, []
            while at in shares and at not in seen:
                seen.append(at)
                at = shares[at].props.get("parent_share_id", "")
            if any(shares[one].person == row.person for one in seen):
                below |= {p for p, one in brought.items() if one == share_id}
        mine = {one for one, share in shares.items() if share.person == row.person}
        assert row.newcomers == sum(one in mine for one in brought.values())
        assert row.opens == len({f.person for f in opens if f.props["share_id"] in mine})
        assert row.downstream == len(below - {row.person})
    assert sum(level.shares for level in found.levels) == len(made)
