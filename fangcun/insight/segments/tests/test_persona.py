"""A persona: what a segment is like, and that what sets it apart is no chance."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fangcun.insight.analytics.spans import Span
from fangcun.insight.segments.persona import PersonaQuestion, persona
from fangcun.insight.segments.persona.lift import LEAST_PERSONS, deviations, lift_of
from fangcun.insight.segments.services import make_snapshot, note_size
from fangcun.insight.segments.tests import plain
from fangcun.insight.segments.tests.log import Happening, engine_of, store
from fangcun.kernel.actors import SYSTEM

TODAY = dt.date(2026, 11, 26)
SPAN = Span(TODAY - dt.timedelta(days=6), TODAY)
T0 = plain.midnight(SPAN.first)
HOUR = 3_600_000


def question(*among: int) -> PersonaQuestion:
    return PersonaQuestion(1, "人群", SPAN, None, among, (2, 4, 200), ())


def paid(person: int, at: int, amount: int, product: str, category: str) -> list[Happening]:
    goods = {
        "product_id": product,
        "product": f"商品{product}",
        "category": category,
        "quantity": 2,
        "amount": amount,
    }
    return [
        Happening(person, "order_paid", at, {"amount": amount}),
        Happening(person, "goods_bought", at, goods),
    ]


def test_a_persona_counts_what_the_segment_did_within_the_span():
    log = [
        Happening(2, "app_shown", T0 + 9 * HOUR, {"scene": 1001}),
        Happening(2, "page_viewed", T0 + 9 * HOUR, page="pages/home"),
        Happening(4, "app_shown", T0 + 33 * HOUR, {"scene": 1001, "channel": "poster"}),
        Happening(7, "app_shown", T0 + 33 * HOUR, {"scene": 1047}),
        Happening(9, "app_shown", T0 - 40 * 24 * HOUR, {"scene": 1047}),
        *paid(2, T0 + 10 * HOUR, 300, "7", "水果"),
        *paid(2, T0 + 10 * HOUR, 500, "8", "水果"),
        *paid(4, T0 + 10 * HOUR, 200, "9", "蔬菜"),
        *paid(7, T0 + 10 * HOUR, 900, "8", "水果"),
        Happening(2, "order_shipped", T0 + 20 * HOUR),
    ]
    with engine_of(log) as engine:
        found = question(2, 4, 6).answer(engine)
    # 6 never came, 200 is a member without an event.
    assert (found.size, found.everybody, found.share) == (3, 5, 0.6)
    assert (found.active, found.active_all) == (2, 3)
    assert {hour: count for hour, count in enumerate(found.hours) if count} == {9: 3, 10: 6}
    assert found.weekdays == (0, 0, 0, 0, 8, 1, 0)  # the span begins on a Friday
    assert [(one.value, one.persons, one.share, one.share_all, one.count) for one in found.scenes] == [
        ("1001", 2, 1.0, 2 / 3, 2)
    ]
    assert [(one.value, one.persons) for one in found.channels] == [("poster", 1)]
    assert [(one.value, one.persons, one.count) for one in found.pages] == [("pages/home", 1, 1)]
    assert [(one.value, one.label, one.persons, one.count) for one in found.events] == [
        ("goods_bought", "买到商品", 2, 3),
        ("order_paid", "支付成功", 2, 3),
        ("app_shown", "进入小程序", 2, 2),
        ("order_shipped", "订单发货", 1, 1),
        ("page_viewed", "浏览页面", 1, 1),
    ]
    assert [(one.value, one.persons, one.quantity, one.amount_fen) for one in found.categories] == [
        ("水果", 1, 4, 800),
        ("蔬菜", 1, 2, 200),
    ]
    assert [(one.label, one.amount_fen) for one in found.products] == [
        ("商品8", 500),
        ("商品7", 300),
        ("商品9", 200),
    ]
    assert (found.worth.buyers, found.worth.orders, found.worth.amount_fen) == (2, 3, 1000)
    assert (found.worth.per_order_fen, found.worth.per_buyer_fen) == (1000 / 3, 500)
    assert (found.worth_all.persons, found.worth_all.buyers, found.worth_all.amount_fen) == (3, 3, 1900)
    assert {one.value: (one.persons, one.share_all) for one in found.stages if one.share_all} == {
        "newcomer": (1, 0.5),
        "loyal": (1, 0.25),
        "at_risk": (0, 0.25),
    }
    assert sum(one.persons for one in found.rfm) == 2
    assert found.lifts == ()


def test_a_segment_that_nobody_is_in_has_an_empty_persona():
    with engine_of([]) as engine:
        found = question().answer(engine)
    assert (found.size, found.active, found.events, found.lifts, sum(found.hours)) == (0, 0, (), (), 0)
    assert found.worth.per_order_fen is None


def test_what_sets_a_segment_apart_is_found_and_what_does_not_is_left_out():
    chance = random.Random(4)
    among = [2 * n for n in range(1, 201)]
    log = [
        Happening(2 * n, "goods_viewed", T0 + n, {"category": "水果" if n <= 200 or n % 10 == 0 else "蔬菜"})
        for n in range(1, 2001)
    ]
    log += [Happening(2 * n, "page_shared", T0 + n) for n in range(1, 2001) if chance.random() < 0.5]
    with engine_of(log) as engine:
        found = question(*among).answer(engine)
    assert [(one.kind, one.event, one.prop, one.value) for one in found.lifts] == [
        ("property", "goods_viewed", "category", "水果")
    ]
    lift = found.lifts[0]
    assert (lift.persons, lift.share, lift.persons_all, lift.share_all) == (200, 1.0, 380, 0.19)
    assert lift.lift == pytest.approx(1 / 0.19)
    assert 4 < lift.low < lift.lift


@settings(max_examples=300, deadline=None)
@given(
    segment=st.integers(1, 500),
    others=st.integers(0, 2000),
    share=st.floats(0, 1),
    rest=st.floats(0, 1),
    comparisons=st.integers(1, 500),
)
def test_a_lift_is_the_ratio_of_shares_and_its_bound_lies_below(segment, others, share, rest, comparisons):
    mine, theirs = round(share * segment), round(rest * others)
    found = lift_of(mine, segment, mine + theirs, segment + others, deviations(comparisons))
    if found is not None:
        lift, low = found
        assert mine >= LEAST_PERSONS
        assert lift == pytest.approx(mine * (segment + others) / segment / (mine + theirs))
        assert 1 < low < lift


def test_a_segment_no_different_from_everybody_is_seldom_set_apart():
    chance = random.Random(7)
    z, wrong = deviations(1), 0
    for _ in range(1000):
        everybody = [chance.random() < 0.2 for _ in range(1000)]
        wrong += lift_of(sum(everybody[:200]), 200, sum(everybody), 1000, z) is not None
    assert wrong < 80  # one in twenty is what it promises


@pytest.mark.django_db(databases="__all__")
def test_a_persona_is_asked_by_its_segment_and_knows_its_past():
    store(Happening(6, "app_shown", T0), Happening(9, "app_shown", T0))
    segment = make_snapshot(name="名单", persons=[6], by=SYSTEM)
    found = persona(segment.pk, SPAN)
    assert (found.name, found.size, found.active, found.everybody, found.trend) == ("名单", 1, 1, 2, ())
    asked = PersonaQuestion.of({"segment": [str(segment.pk)], "from": ["2026-11-20"], "to": ["2026-11-26"]})
    assert asked.params()[:3] == [("segment", str(segment.pk)), ("from", "2026-11-20"), ("to", "2026-11-26")]
    note_size(segment_id=segment.pk, size=5)  # a snapshot does not change
    assert persona(segment.pk, SPAN).trend == ()
