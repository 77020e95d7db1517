"""What news of the house lets members into automations."""

from __future__ import annotations

import pytest

from fangcun.flows.after_automation import let_in_who_paid, let_in_who_rose
from fangcun.grow.automations.models import Run
from fangcun.grow.automations.services import make_automation, start_automation
from fangcun.grow.loyalty.events import TierChanged
from fangcun.identity.members.models import Account, Member
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import SYSTEM
from fangcun.shop.orders.events import OrderPaid

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def program() -> Program:
    return Program.objects.create(appid="wx1", name="青禾鲜")


def member(program: Program, **facts) -> Member:
    made = Member.objects.create(**facts)
    Account.objects.create(program=program, openid=f"o{made.pk}", member=made)
    return made


def waits_for(news: str) -> None:
    document = {
        "trigger": {"kind": "news", "news": news},
        "steps": [{"do": "tag", "tag": "x"}],
        "again_days": 1,
    }
    made = make_automation(name=news, document=document, held_out=0, by=SYSTEM)
    start_automation(automation_id=made.pk, by=SYSTEM)


def entered() -> list[tuple[int, str]]:
    return list(Run.objects.order_by("id").values_list("member_id", "key"))


def test_a_paid_order_lets_its_member_in_once(program):
    one = member(program)
    waits_for("order_paid")
    waits_for("order_completed")
    news = OrderPaid(order_id=0, number="F1", member_id=one.pk, program_id=program.pk, amount=1280)
    let_in_who_paid(news)
    let_in_who_paid(news)
    assert entered() == [(one.pk, "order_paid:F1")]
    assert Run.objects.get().facts == {"order_number": "F1", "amount": "12.80", "goods": ""}


def test_who_rises_enters_and_who_falls_does_not(program):
    one = member(program)
    waits_for("tier_rose")
    for number, rose in ((1, False), (2, True)):
        let_in_who_rose(TierChanged(one.pk, number, 0, 1, "银卡", rose))
    assert entered() == [(one.pk, "tier_rose:2")]
