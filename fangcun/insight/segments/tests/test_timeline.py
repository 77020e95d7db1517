"""A person's own story, page by page, and it all in a few numbers."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from fangcun.identity.members.models import Member
from fangcun.insight.analytics.errors import QuestionInvalid
from fangcun.insight.segments.rfm import Score
from fangcun.insight.segments.services import make_segment
from fangcun.insight.segments.tasks import note_sizes
from fangcun.insight.segments.tests.log import Happening, store
from fangcun.insight.segments.timeline import facts_of, timeline
from fangcun.insight.tracking.models import Device, Identity
from fangcun.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db(databases="__all__")
DAY = 86_400_000


def now() -> int:
    return int(timezone.now().timestamp() * 1000)


def test_a_story_is_told_from_the_newest_page_by_page_without_losing_equal_moments():
    ts = now()
    happenings = [Happening(6, "goods_viewed", ts - n // 3, {"n": n}, id=f"e{n}") for n in range(10)] + [
        Happening(8, "goods_viewed", ts)
    ]
    store(*happenings)
    told, before, pages = [], "", 0
    while pages == 0 or before:
        page = timeline(6, before=before, limit=4)
        told += [entry.id for entry in page.entries]
        before, pages = page.next, pages + 1
    assert (told, pages) == (["e2", "e1", "e0", "e5", "e4", "e3", "e8", "e7", "e6", "e9"], 3)


def test_what_happened_is_said_in_words():
    ts = now()
    goods = {"product": "丹东草莓", "quantity": 2, "amount": 5980, "order_number": "N1"}
    store(
        Happening(6, "goods_bought", ts, goods),
        Happening(6, "page_viewed", ts - 1, page="pages/home"),
        Happening(6, "other_thing", ts - 2),
    )
    assert [(entry.title, entry.detail) for entry in timeline(6).entries] == [
        ("买到商品", "丹东草莓 N1 ×2 ¥59.80"),
        ("浏览页面", "pages/home"),
        ("other_thing", ""),
    ]


def test_a_story_follows_its_person_to_his_new_number():
    member = Member.objects.create()
    phone = Device.objects.create(key="phone")
    store(
        Happening(2 * phone.pk + 1, "app_shown", now()), Happening(2 * member.pk, "user_logged_in", now() + 1)
    )
    assert len(timeline(2 * phone.pk + 1).entries) == 1
    Identity.objects.create(device=phone, member_id=member.pk)
    store(Happening(2 * member.pk, "goods_viewed", now() + 2))
    for person in (2 * phone.pk + 1, 2 * member.pk):
        assert [entry.event for entry in timeline(person).entries] == [
            "goods_viewed",
            "user_logged_in",
            "app_shown",
        ]


@pytest.mark.parametrize("before", ["x", "1", "1~a", "1.5~a~b", f"{10**30}~a~b", "1~a~\0"])
def test_a_page_that_never_was_is_refused(before):
    with pytest.raises(QuestionInvalid):
        timeline(6, before=before)


@pytest.mark.parametrize("person", [-1, 2**63])
def test_a_number_that_is_nobodys_is_refused(person):
    with pytest.raises(QuestionInvalid):
        timeline(person)
    with pytest.raises(QuestionInvalid):
        facts_of(person)


def test_somebody_in_a_few_numbers():
    ts = now()
    segment = make_segment(name="买过", rule={"all": [{"kind": "event", "event": "order_paid"}]}, by=SYSTEM)
    store(
        Happening(6, "app_shown", ts - DAY, session="a"),
        Happening(6, "page_viewed", ts - DAY, session="a"),
        Happening(6, "app_shown", ts - 1, session="b"),
        Happening(6, "order_paid", ts, {"amount": 300}),
        Happening(8, "order_paid", ts - 5, {"amount": 200}),
    )
    found = facts_of(6)
    assert (found.member_id, found.events, found.visits, found.orders, found.amount_fen) == (3, 4, 2, 1, 300)
    assert (found.first_at, found.last_at) == tuple(
        dt.datetime.fromtimestamp(at / 1000, dt.UTC) for at in (ts - DAY, ts)
    )
    assert (found.stage, found.rfm, found.segments) == ("newcomer", Score(3, 1, 3, ts, 1, 300), (segment,))
    nobody = facts_of(10)
    assert (nobody.events, nobody.first_at, nobody.orders, nobody.stage, nobody.rfm) == (
        0,
        None,
        0,
        None,
        None,
    )


def test_sizes_are_noted_every_day_and_a_broken_rule_keeps_no_other_from_it():
    store(Happening(6, "order_paid", now()))
    good = make_segment(name="买过", rule={"all": [{"kind": "event", "event": "order_paid"}]}, by=SYSTEM)
    gone = make_segment(name="别的", rule={"all": [{"kind": "event", "event": "x"}]}, by=SYSTEM)
    type(gone).objects.filter(pk=gone.pk).update(rule={"all": [{"kind": "segment", "segment": 99}]})
    note_sizes()
    assert [list(one.sizes.values_list("size", flat=True)) for one in (good, gone)] == [[1], []]
