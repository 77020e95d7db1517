"""A member's way through an automation: once, in its order, at its time, whatever dies on the way."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from fangcun.grow.automations import acting
from fangcun.grow.automations.advancing import advance_due
from fangcun.grow.automations.models import Act, Run
from fangcun.grow.automations.services import (
    change_automation,
    end_automation,
    let_in_by_news,
    pause_automation,
    reassign_runs,
    start_automation,
)
from fangcun.grow.automations.tests.conftest import NOON, PAID, TELL, automation
from fangcun.grow.loyalty.models import Card
from fangcun.grow.messaging.models import Message, Text, Touch
from fangcun.grow.messaging.services import notify, register_text_template, set_preference
from fangcun.identity.members.phones import phone_digests
from fangcun.identity.members.queries import tags_of
from fangcun.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db(databases="__all__")
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as moved:
        yield moved


def enter(member, key: str = "order_paid:F1", **facts) -> int:
    return let_in_by_news(news="order_paid", member_id=member.pk, program_id=None, key=key, facts=facts)


def run() -> Run:
    return Run.objects.get()


def acts() -> list[tuple[str, str, str]]:
    return list(Act.objects.order_by("id").values_list("do", "outcome", "reason"))


def test_steps_are_taken_in_their_order_and_each_once(clock, members):
    (member,) = members(1, nickname="小方")
    automation(TELL, {"do": "points", "points": 66}, {"do": "tag", "tag": "老客"})
    assert enter(member) == 1
    assert advance_due(NOON) == 1
    assert advance_due(NOON) == 0
    assert [m.body for m in Message.objects.all()] == ["小方，来看看"]
    assert (Card.objects.get(pk=member.pk).points, tags_of(member)) == (66, ["老客"])
    assert acts() == [("tell", "done", ""), ("points", "done", ""), ("tag", "done", "")]
    assert (run().status, run().step) == ("done", 3)


def test_the_same_news_lets_nobody_in_twice(clock, members):
    (member,) = members(1)
    automation(TELL)
    assert (enter(member), enter(member), enter(member, "order_paid:F2")) == (1, 0, 0)
    assert Run.objects.count() == 1


def test_whoever_may_come_again_does_after_the_days(clock, members):
    (member,) = members(1)
    automation(TELL, again_days=7)
    enter(member)
    advance_due(NOON)
    assert enter(member, "order_paid:F2") == 0
    clock.shift(dt.timedelta(days=7))
    assert enter(member, "order_paid:F2") == 1
    assert Run.objects.count() == 2


def test_a_wait_is_waited_and_costs_nobody_a_look(clock, members):
    (member,) = members(1)
    automation({"do": "wait", "hours": 2}, TELL)
    enter(member)
    assert advance_due(NOON + HOUR) == 0
    assert not Message.objects.exists()
    clock.shift(2 * HOUR)
    assert advance_due(NOON + 2 * HOUR) == 1
    assert Message.objects.count() == 1


def test_a_wait_can_end_at_a_time_of_the_day(clock, members):
    (member,) = members(1)
    automation({"do": "wait", "hours": 20, "at": "10:00"}, TELL)
    enter(member)
    assert run().due_at == dt.datetime(2026, 11, 24, 2, tzinfo=dt.UTC)


def test_at_night_a_message_waits_for_the_morning_and_is_not_lost(clock, members):
    clock.move_to(night := dt.datetime(2026, 11, 23, 15, tzinfo=dt.UTC))
    (member,) = members(1)
    automation(TELL)
    enter(member)
    advance_due(night)
    assert (run().status, run().reason, Message.objects.count()) == ("waiting", "免打扰或已达上限，顺延", 0)
    clock.move_to(morning := dt.datetime(2026, 11, 24, 0, tzinfo=dt.UTC))
    assert run().due_at == morning
    advance_due(morning)
    assert (run().status, Message.objects.count()) == ("done", 1)


def test_the_cap_counts_across_automations_and_channels(clock, members):
    (member,) = members(1, phone="13800000001", phone_digest=phone_digests("13800000001")[0])
    set_preference(member_id=member.pk, marketing_texts=True, by=SYSTEM)
    register_text_template(code="hi", title="你好", body="{nickname}你好", marketing=True, by=SYSTEM)
    automation(TELL)
    automation({"do": "text", "template": "hi"})
    assert enter(member) == 2
    advance_due(NOON)
    assert (Message.objects.count(), Text.objects.count(), Touch.objects.count()) == (1, 0, 1)
    clock.move_to(tomorrow := dt.datetime(2026, 11, 24, 0, tzinfo=dt.UTC))
    advance_due(tomorrow)
    assert (Message.objects.count(), Text.objects.count(), Touch.objects.count()) == (1, 1, 2)
    assert Text.objects.get().body == "您你好"


def test_who_wants_no_care_gets_none_and_the_way_goes_on(clock, members):
    (member,) = members(1)
    set_preference(member_id=member.pk, care=False, by=SYSTEM)
    automation(TELL, {"do": "tag", "tag": "x"})
    enter(member)
    advance_due(NOON)
    assert acts() == [("tell", "skipped", "会员不接收关怀消息"), ("tag", "done", "")]
    assert not Message.objects.exists()
    assert not Touch.objects.exists()


def test_without_consent_a_subscribe_message_is_skipped_or_stays_in_the_app(clock, members):
    (member,) = members(1)
    strict = TELL | {"channel": "subscribe", "fallback": False}
    automation(strict, TELL | {"channel": "subscribe"})
    enter(member)
    advance_due(NOON)
    assert acts() == [("tell", "skipped", "没有可用的订阅消息授权"), ("tell", "done", "")]
    assert Touch.objects.get().channel == "in_app"


def test_a_text_needs_a_yes_and_a_number_and_takes_no_turn_without(clock, members):
    (member,) = members(1)
    register_text_template(code="hi", title="你好", body="你好", marketing=True, by=SYSTEM)
    automation({"do": "text", "template": "hi"})
    enter(member)
    advance_due(NOON)
    assert acts() == [("text", "skipped", "会员没有同意接收营销短信")]
    assert not Touch.objects.exists()


def test_a_condition_that_does_not_hold_ends_the_way(clock, members):
    (member,) = members(1)
    automation({"do": "check", "bought": True}, TELL)
    enter(member)
    advance_due(NOON)
    assert (run().status, run().reason, Message.objects.count()) == ("skipped", "条件不成立", 0)


def test_a_condition_can_be_a_rule_of_a_segment(clock, members):
    him, her = members(2)
    from fangcun.identity.members.services import tag_member

    tag_member(member_id=her.pk, tag="送礼", by=SYSTEM)
    rule = {"all": [{"kind": "member", "fact": "tag", "values": ["送礼"]}]}
    automation({"do": "check", "rule": rule}, TELL)
    enter(him)
    enter(her)
    advance_due(NOON)
    assert list(Message.objects.values_list("member_id", flat=True)) == [her.pk]


def test_a_process_that_dies_in_a_step_leaves_it_to_be_taken_again(clock, members, monkeypatch):
    (member,) = members(1)
    automation({"do": "points", "points": 66}, TELL)
    enter(member)

    def die(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(acting, "notify", die)
    with pytest.raises(KeyboardInterrupt):
        advance_due(NOON)
    assert (run().step, acts(), Touch.objects.count()) == (1, [("points", "done", "")], 0)
    monkeypatch.undo()
    advance_due(NOON)
    assert (run().status, Card.objects.get(pk=member.pk).points, Message.objects.count()) == ("done", 66, 1)


def test_one_members_trouble_is_not_anothers_and_ends_after_a_while(clock, members, monkeypatch):
    him, her = members(2)
    automation(TELL)
    enter(him)
    enter(her)
    told = notify

    def broken(**fields):
        if fields["member_id"] == him.pk:
            raise RuntimeError("boom")
        return told(**fields)

    monkeypatch.setattr(acting, "notify", broken)
    advance_due(NOON)
    assert Run.objects.get(member=her).status == "done"
    his = Run.objects.get(member=him)
    assert (his.status, his.attempts, his.due_at) == ("waiting", 1, NOON + dt.timedelta(minutes=10))
    for _ in range(5):
        advance_due(Run.objects.get(member=him).due_at)
    his = Run.objects.get(member=him)
    assert (his.status, his.reason, his.attempts) == ("stopped", "RuntimeError", 6)


def test_whoever_is_under_way_keeps_the_version_he_entered(clock, members):
    him, her = members(2)
    made = automation({"do": "wait", "hours": 1}, TELL)
    enter(him)
    document = {"trigger": PAID, "steps": [{"do": "wait", "hours": 1}, TELL | {"title": "新的"}]}
    change_automation(automation_id=made.pk, name="试试", document=document, held_out=0, by=SYSTEM)
    enter(her)
    advance_due(NOON + HOUR)
    assert list(Message.objects.order_by("member_id").values_list("title", flat=True)) == ["你好", "新的"]
    assert list(Run.objects.order_by("id").values_list("version__number", flat=True)) == [1, 2]


def test_while_it_is_paused_nobody_enters_and_nothing_happens(clock, members):
    him, her = members(2)
    made = automation({"do": "wait", "hours": 1}, TELL)
    enter(him)
    pause_automation(automation_id=made.pk, by=SYSTEM)
    assert enter(her) == 0
    assert advance_due(NOON + 2 * HOUR) == 0
    start_automation(automation_id=made.pk, by=SYSTEM)
    assert advance_due(NOON + 2 * HOUR) == 1
    assert list(Message.objects.values_list("member_id", flat=True)) == [him.pk]


def test_an_end_stops_whoever_is_under_way(clock, members):
    (member,) = members(1)
    made = automation({"do": "wait", "hours": 1}, TELL)
    enter(member)
    end_automation(automation_id=made.pk, by=SYSTEM)
    assert advance_due(NOON + 2 * HOUR) == 0
    assert (run().status, run().reason) == ("stopped", "自动化已结束")


def test_the_control_group_is_left_alone_and_stays_the_same(clock, members):
    people = members(60)
    made = automation(TELL, {"do": "points", "points": 5}, held_out=5_000, again_days=1)
    for member in people:
        enter(member)
    advance_due(NOON)
    held = set(Run.objects.filter(arm="held").values_list("member_id", flat=True))
    assert 15 < len(held) < 45
    assert not Message.objects.filter(member_id__in=held).exists()
    assert not Card.objects.filter(member_id__in=held).exists()
    assert Message.objects.count() == 60 - len(held)
    clock.shift(dt.timedelta(days=1))
    for member in people:
        enter(member, "order_paid:F2")
    again = Run.objects.filter(automation=made, key="order_paid:F2", arm="held")
    assert set(again.values_list("member_id", flat=True)) == held


def test_of_two_members_that_are_one_the_way_of_the_gone_stops(clock, members):
    kept, gone = members(2)
    automation({"do": "wait", "hours": 1}, TELL)
    enter(gone)
    reassign_runs(kept_id=kept.pk, gone_id=gone.pk)
    assert (run().member_id, run().status, run().reason) == (kept.pk, "stopped", "会员已合并")
