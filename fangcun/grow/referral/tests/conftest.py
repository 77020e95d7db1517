"""Rules in force, an inviter with a code, and orders as the shop would leave them."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest
from django.utils import timezone

from fangcun.grow.referral.models import ReferralRules
from fangcun.grow.referral.services import code_of, save_rules
from fangcun.identity.members.models import Member
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import SYSTEM
from fangcun.shop.orders.models import Order
from fangcun.shop.orders.states import OrderStatus

PLACE = {
    "name": "王小二",
    "phone": "13800000001",
    "province": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "region_code": "330106",
    "detail": "文三路 1 号",
}
_numbers = itertools.count(1)


@pytest.fixture
def program(db) -> Program:
    return Program.objects.create(appid="wx1", name="青禾鲜", app_secret="s")


@pytest.fixture
def rules(db) -> ReferralRules:
    return save_rules(
        ReferralRules(is_active=True, inviter_points=100, invitee_points=50, invitee_template_id=7), by=SYSTEM
    )


class Inviter:
    """A member and his code."""

    def __init__(self, nickname: str) -> None:
        self.member = Member.objects.create(nickname=nickname)
        self.code = code_of(self.member.pk)


@pytest.fixture
def inviter(program) -> Inviter:
    return Inviter("小方")


def newcomer(nickname: str = "小圆") -> Member:
    return Member.objects.create(nickname=nickname)


def paid_order(member: Member, program: Program, **changes: Any) -> Order:
    """An order of the member, placed now and paid for."""
    now = timezone.now()
    number = next(_numbers)
    facts: dict[str, Any] = {
        "number": f"T{number:08d}",
        "member": member,
        "program": program,
        "status": OrderStatus.PAID,
        "idempotency_key": str(number),
        "request_digest": "",
        "items_amount": 5000,
        "freight_amount": 0,
        "total_amount": 5000,
        "paid_amount": 5000,
        "address": {**PLACE, "phone": f"1390000{number:04d}", "detail": f"幸福路 {number} 号"},
        "created_at": now,
        "expires_at": now + dt.timedelta(minutes=15),
        "paid_at": now,
    }
    return Order.objects.create(**{**facts, **changes})
