"""Whom triggers find: once, at their time, and who would be found before anything runs."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from fangcun.grow.automations.document import read_document
from fangcun.grow.automations.entering import arm_of, look_around
from fangcun.grow.automations.errors import AutomationInvalid, NothingToDo
from fangcun.grow.automations.models import Automation, Inside, Run, Version
from fangcun.grow.automations.queries import audience, preview
from fangcun.grow.automations.results import result_of
from fangcun.grow.automations.services import (
    change_automation,
    make_automation,
    start_automation,
    use_ready,
)
from fangcun.grow.automations.tests.conftest import NOON, PAID, TELL, automation
from fangcun.grow.automations.wording import sentence
from fangcun.grow.loyalty.models import Card
from fangcun.identity.members.services import tag_member, untag_member
from fangcun.insight.segments.services import make_segment
from fangcun.insight.tracking.services import record
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import AuditEntry
from fangcun.shop.cart.models import CartLine
from fangcun.shop.orders.models import Order

pytestmark = pytest.mark.django_db(databases="__all__")
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as moved:
        yield moved


def look(made: Automation) -> int:
    return look_around(made.pk, timezone.now())


def entered() -> list[int]:
    return list(Run.objects.order_by("id").values_list("member_id", flat=True))


def bought(member, program, at: dt.datetime) -> None:
    number = f"F{Order.objects.count()}"
    Order.objects.create(
        number=number, member=member, program=program, status="completed", idempotency_key=number,
        request_digest="", items_amount=1280, freight_amount=0, total_amount=1280, paid_amount=1280, address={},
        created_at=at, expires_at=at, paid_at=at, completed_at=at,
    )  # fmt: skip


def test_a_cart_that_waits_lets_its_owner_in_once(clock, members, carrot):
    him, her = members(2)
    made = automation(TELL, trigger={"kind": "cart", "hours": 2}, again_days=1)
    CartLine.objects.create(member=him, sku=carrot, quantity=1, price_amount=1280, added_at=NOON - 2 * HOUR)
    CartLine.objects.create(member=her, sku=carrot, quantity=1, price_amount=1280, added_at=NOON - HOUR)
    assert (look(made), look(made)) == (1, 0)
    assert entered() == [him.pk]
    assert Run.objects.get().facts == {"goods": "高原胡萝卜"}
    clock.shift(HOUR)
    assert look(made) == 1
    assert entered() == [him.pk, her.pk]
    clock.shift(DAY)
    assert look(made) == 0  # the same carts let nobody in again


def test_a_birthday_is_kept_once_a_year_at_its_hour(clock, members):
    him, her, leap = members(3)
    Card.objects.create(member=him, birth_month=11, birth_day=24)
    Card.objects.create(member=her, birth_month=11, birth_day=25)
    Card.objects.create(member=leap, birth_month=2, birth_day=29)
    made = automation(TELL, trigger={"kind": "birthday", "days": 0, "at": "09:00"}, again_days=300)
    clock.move_to(dt.datetime(2026, 11, 24, 0, 59, tzinfo=dt.UTC))
    assert look(made) == 0
    clock.shift(MINUTE)
    assert (look(made), look(made)) == (1, 0)
    assert entered() == [him.pk]
    Run.objects.update(status="done")
    clock.move_to(dt.datetime(2027, 2, 28, 1, tzinfo=dt.UTC))
    assert look(made) == 1  # no 29 February in 2027
    clock.move_to(dt.datetime(2027, 11, 24, 1, tzinfo=dt.UTC))
    assert look(made) == 1
    assert entered() == [him.pk, leap.pk, him.pk]


def test_days_after_the_last_order_let_in_who_lapses_and_on_wish_who_lapsed_long_ago(clock, members, program):
    now_due, long_ago, soon = members(3)
    bought(now_due, program, NOON - 30 * DAY)
    bought(long_ago, program, NOON - 90 * DAY)
    bought(soon, program, NOON - 29 * DAY)
    new = automation(
        TELL, trigger={"kind": "date", "of": "last_paid", "days": 30, "at": "10:00"}, again_days=90
    )
    assert look(new) == 1
    assert entered() == [now_due.pk]
    everybody = {"kind": "date", "of": "last_paid", "days": 30, "at": "10:00", "existing": True}
    old = automation(TELL, trigger=everybody, again_days=90)
    assert look(old) == 2
    clock.shift(DAY)
    assert (look(new), look(old)) == (1, 1)
    bought(soon, program, timezone.now())
    clock.shift(DAY)
    assert (look(new), look(old)) == (0, 0)


def test_who_comes_into_a_segment_enters_and_may_again_after_leaving(clock, members):
    inside, later = members(2)
    tag_member(member_id=inside.pk, tag="送礼", by=SYSTEM)
    rule = {"all": [{"kind": "member", "fact": "tag", "values": ["送礼"]}]}
    segment = make_segment(name="送礼的", rule=rule, by=SYSTEM)
    made = automation(TELL, trigger={"kind": "segment", "segment": segment.pk}, again_days=1)
    assert look(made) == 0  # who is in it already is only remembered
    tag_member(member_id=later.pk, tag="送礼", by=SYSTEM)
    clock.shift(5 * MINUTE)
    assert look(made) == 1
    assert entered() == [later.pk]
    Run.objects.update(status="done")
    untag_member(member_id=later.pk, tag="送礼", by=SYSTEM)
    clock.shift(5 * MINUTE)
    assert (look(made), Inside.objects.count()) == (0, 1)
    tag_member(member_id=later.pk, tag="送礼", by=SYSTEM)
    clock.shift(DAY)
    assert look(made) == 1


def test_who_is_in_a_segment_already_enters_when_that_is_wished(clock, members):
    (inside,) = members(1)
    tag_member(member_id=inside.pk, tag="送礼", by=SYSTEM)
    rule = {"all": [{"kind": "member", "fact": "tag", "values": ["送礼"]}]}
    segment = make_segment(name="送礼的", rule=rule, by=SYSTEM)
    made = automation(TELL, trigger={"kind": "segment", "segment": segment.pk, "existing": True})
    assert look(made) == 1


def test_a_segment_that_is_gone_is_shown_as_the_trouble_it_is(clock, members):
    made = automation(TELL, trigger={"kind": "segment", "segment": 99})
    assert look(made) == 0
    made.refresh_from_db()
    assert made.trouble != ""


def test_an_event_of_today_lets_in_who_did_it(clock, members, program):
    him, _her = members(2)
    made = automation(TELL, trigger={"kind": "event", "event": "coupon_claimed", "where": ""}, again_days=1)
    assert look(made) == 0
    record(
        "coupon_claimed", event_id="c1", member_id=him.pk, program_id=program.pk, props={"template_id": 1},
        at=timezone.now(),
    )  # fmt: skip
    clock.shift(5 * MINUTE)
    assert (look(made), look(made)) == (1, 0)
    assert entered() == [him.pk]


def test_a_newcomer_enters_once_and_who_was_there_before_does_not(clock, members):
    members(1, created_at=NOON - HOUR)
    made = automation(TELL, trigger={"kind": "news", "news": "registered"}, again_days=1)
    (new,) = members(1, created_at=NOON + MINUTE)
    clock.shift(2 * MINUTE)
    assert (look(made), look(made)) == (1, 0)
    clock.shift(2 * DAY)
    assert look(made) == 0
    assert entered() == [new.pk]


def test_a_preview_says_who_would_enter_and_writes_nothing(clock, members, program):
    people = members(20)
    for member in people:
        bought(member, program, NOON - DAY)
    document = {"trigger": PAID, "steps": [TELL]}
    seen = preview(document, salt="s", held_out=5_000, now=NOON)
    held = sum(arm_of("s", 5_000, member.pk) == "held" for member in people)
    assert (seen.members, seen.held, seen.by_news, len(seen.some)) == (20, held, True, 10)
    assert not Run.objects.exists()
    with pytest.raises(AutomationInvalid):
        preview({"trigger": {}, "steps": []}, salt="s", held_out=0, now=NOON)


def test_the_audience_is_who_is_under_way_and_who_would_enter(clock, members, carrot):
    him, her = members(2)
    made = automation({"do": "wait", "hours": 5}, TELL, trigger={"kind": "cart", "hours": 2})
    CartLine.objects.create(member=him, sku=carrot, quantity=1, price_amount=1280, added_at=NOON - 2 * HOUR)
    look(made)
    CartLine.objects.all().delete()
    CartLine.objects.create(member=her, sku=carrot, quantity=1, price_amount=1280, added_at=NOON - 2 * HOUR)
    assert audience(made, NOON) == {him.pk, her.pk}


def test_the_result_counts_both_groups_from_their_first_entry(clock, members, program):
    people = members(4)
    made = automation(TELL, goal_days=7)
    version = Version.objects.get()
    for number, member in enumerate(people):
        arm = "held" if number == 0 else "acted"
        Run.objects.create(
            automation=made, version=version, member=member, program=program, key="k", arm=arm, status="done",
            due_at=NOON, entered_at=NOON,
        )  # fmt: skip
    bought(people[0], program, NOON + 8 * DAY)  # too late
    bought(people[1], program, NOON + 6 * DAY)
    bought(people[1], program, NOON + DAY)
    bought(people[2], program, NOON - DAY)  # too early
    found = result_of(made, NOON + 8 * DAY)
    assert (found.told.members, found.told.bought, found.told.amount) == (3, 1, 2560)
    assert (found.held.members, found.held.bought, found.held.amount) == (1, 0, 0)
    assert (found.ripe, found.goal_days) == (4, 7)
    assert found.comparison is not None
    assert found.comparison.difference == pytest.approx(1 / 3)
    assert found.comparison.difference_in is not None
    assert found.comparison.difference_in.low < 0 < found.comparison.difference_in.high


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({}, "steps"),
        ({"trigger": {"kind": "moon"}, "steps": []}, "trigger"),
        ({"trigger": PAID, "steps": [{"do": "fly"}]}, "steps[0]"),
        ({"trigger": PAID, "steps": [TELL, {"do": "wait", "hours": 0}]}, "steps[1]"),
        ({"trigger": PAID, "steps": [TELL | {"link": "https://evil"}]}, "steps[0]"),
        ({"trigger": PAID, "steps": [{"do": "points", "points": True}]}, "steps[0]"),
        ({"trigger": PAID, "steps": [{"do": "check", "rule": {"all": []}}]}, "steps[0]"),
        ({"trigger": PAID, "steps": [TELL] * 21}, "steps"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_place(document, place):
    with pytest.raises(AutomationInvalid) as caught:
        make_automation(name="x", document=document, by=SYSTEM)
    assert caught.value.details["place"] == place
    assert not Automation.objects.exists()


def test_what_does_nothing_or_names_what_is_not_there_is_not_switched_on(db):
    empty = make_automation(name="空", document={"trigger": PAID, "steps": []}, by=SYSTEM)
    with pytest.raises(NothingToDo):
        start_automation(automation_id=empty.pk, by=SYSTEM)
    for step in ({"do": "text", "template": "no"}, {"do": "coupon", "template_id": 5}):
        lacking = make_automation(name="缺", document={"trigger": PAID, "steps": [step]}, by=SYSTEM)
        with pytest.raises(AutomationInvalid):
            start_automation(automation_id=lacking.pk, by=SYSTEM)
    assert not Automation.objects.exclude(status="draft").exists()


def test_the_share_of_the_control_group_stays_once_somebody_entered(clock, members, carrot):
    (him,) = members(1)
    made = automation(TELL, trigger={"kind": "cart", "hours": 2})
    document = Version.objects.get().document
    CartLine.objects.create(member=him, sku=carrot, quantity=1, price_amount=1280, added_at=NOON - 2 * HOUR)
    look(made)
    with pytest.raises(AutomationInvalid) as caught:
        change_automation(automation_id=made.pk, name="试试", document=document, held_out=2_000, by=SYSTEM)
    assert caught.value.details["place"] == "held_out"
    made.refresh_from_db()
    assert made.held_out == 0


def test_a_ready_automation_is_there_once_with_a_tenth_held_out(db):
    first = use_ready(key="win_back", by=SYSTEM)
    assert use_ready(key="win_back", by=SYSTEM) == first
    assert (first.status, first.held_out) == ("running", 1_000)
    assert AuditEntry.objects.filter(action="automations.start").count() == 1


def test_an_automation_reads_as_a_sentence(db):
    document = {
        "trigger": {"kind": "birthday", "days": 3, "at": "09:00"},
        "steps": [{"do": "wait", "hours": 24}, {"do": "points", "points": 10}, TELL],
    }
    assert sentence(read_document(document)) == (
        "在会员生日前 3 天 09:00，等 1 天，送 10 积分，发站内消息“你好”。"
    )
