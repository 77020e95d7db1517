"""Messages wanted at the same moment: the last turn, the last consent, one run for two workers, one key for many."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest
import time_machine
from django.db import transaction

from fangcun.grow.automations.advancing import advance_due
from fangcun.grow.automations.entering import look_around
from fangcun.grow.automations.models import Act, Automation, Run
from fangcun.grow.automations.services import let_in_by_news, make_automation, start_automation, use_ready
from fangcun.grow.messaging.models import Grant, Message, Text, Touch
from fangcun.grow.messaging.services import (
    confirm_answer,
    record_consents,
    register_template,
    register_text_template,
    take_turn,
    text,
)
from fangcun.identity.members.models import Account, Member
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import SYSTEM
from fangcun.shop.cart.models import CartLine

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
NOON = dt.datetime(2026, 11, 23, 4, tzinfo=dt.UTC)
MANY = 8


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def program() -> Program:
    return Program.objects.create(appid="wx1", name="青禾鲜", app_secret="s")


@pytest.fixture
def account(program) -> Account:
    return Account.objects.create(program=program, openid="o1", member=Member.objects.create())


def running(*steps: dict[str, object], trigger: dict[str, object]) -> Automation:
    document = {"trigger": trigger, "steps": list(steps)}
    made = make_automation(name="试", document=document, held_out=0, by=SYSTEM)
    return start_automation(automation_id=made.pk, by=SYSTEM)


TELL = {"do": "tell", "channel": "in_app", "title": "你好", "body": "来看看"}
PAID = {"kind": "news", "news": "order_paid"}


def test_the_last_turn_of_a_day_goes_to_exactly_one_message(account, at_once):
    def want(number: int) -> bool:
        with transaction.atomic():
            turn = take_turn(member_id=account.member_id, channel="in_app", key=f"k{number}", now=NOON)
        return turn is None

    taken = at_once(*(partial(want, number) for number in range(MANY)))
    assert sorted(map(str, taken)) == ["False"] * (MANY - 1) + ["True"]
    assert Touch.objects.count() == 1


def test_two_workers_take_each_step_once(program, at_once):
    running(TELL, {"do": "points", "points": 5}, trigger=PAID)
    for number in range(6):
        member = Member.objects.create()
        Account.objects.create(program=program, openid=f"o{number}", member=member)
        let_in_by_news(news="order_paid", member_id=member.pk, program_id=None, key="k", facts={})
    at_once(*(partial(advance_due, NOON) for _ in range(4)))
    advance_due(NOON)
    assert Run.objects.filter(status="done").count() == 6
    assert (Message.objects.filter(kind="care").count(), Act.objects.count(), Touch.objects.count()) == (
        6,
        12,
        6,
    )


def test_the_same_news_told_by_many_lets_in_once(account, at_once):
    running(TELL, trigger=PAID)
    news = {"news": "order_paid", "member_id": account.member_id, "program_id": None, "facts": {}}
    at_once(*(partial(let_in_by_news, key=f"order_paid:F{number % 2}", **news) for number in range(MANY)))
    assert Run.objects.count() == 1


def test_two_workers_that_look_at_once_let_in_once(account, carrot, at_once):
    made = running(TELL, trigger={"kind": "cart", "hours": 2})
    long_ago = NOON - dt.timedelta(hours=3)
    CartLine.objects.create(
        member_id=account.member_id, sku=carrot, quantity=1, price_amount=1280, added_at=long_ago
    )
    at_once(*(partial(look_around, made.pk, NOON) for _ in range(4)))
    assert Run.objects.count() == 1


def test_many_clicks_switch_a_ready_automation_on_once(at_once):
    found = at_once(*(partial(use_ready, key="birthday", by=SYSTEM) for _ in range(4)))
    made = Automation.objects.get()
    assert made.status == "running"
    assert [one for one in found if one == made] != []


def test_one_key_is_one_text_however_many_ask(account, at_once):
    register_text_template(code="hi", title="你好", body="你好", by=SYSTEM)
    ask = partial(text, template="hi", values={}, key="k", marketing=False, phone="13800000001")
    at_once(*(ask for _ in range(MANY)))
    assert Text.objects.count() == 1


def test_phone_and_wechat_that_tell_at_once_tell_one_answer(program, account, at_once):
    register_template(
        program=program,
        purpose="order_paid",
        template_id="T",
        title="t",
        fields={"thing1": "goods"},
        by=SYSTEM,
    )
    said = partial(record_consents, account=account, moment="order_submit", results={"T": "accept"})
    told = partial(
        confirm_answer,
        program_id=program.pk,
        openid="o1",
        template_id="T",
        answer="accept",
        at=NOON,
        key="p1",
    )
    at_once(said, told, told)
    assert list(Grant.objects.values_list("status", "told")) == [("open", "both")]
