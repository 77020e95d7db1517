"""A mini program with customers, and orders of theirs in any state."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from fangcun.grow.loyalty.models import Card, Lot, PointsEntry
from fangcun.identity.members.models import Account, Member
from fangcun.identity.programs.models import Program
from fangcun.shop.orders.models import Order


@pytest.fixture
def program(db) -> Program:
    return Program.objects.create(appid="wx0000000000000001", name="青禾鲜")


@pytest.fixture
def customer(program) -> Callable[..., Account]:
    """A function that makes one more customer."""
    numbers = itertools.count(1)

    def make() -> Account:
        number = next(numbers)
        member = Member.objects.create(nickname=f"会员{number}")
        return Account.objects.create(program=program, openid=f"o-{number}", member=member)

    return make


@pytest.fixture
def account(customer: Callable[[], Account]) -> Account:
    return customer()


@pytest.fixture
def order(program) -> Callable[..., Order]:
    """A function that makes an order of somebody, 100 yuan and paid unless told otherwise."""
    numbers = itertools.count(20261126000001)

    def make(account: Account, paid_amount: int = 10_000, status: str = "paid", **more: Any) -> Order:
        number = str(next(numbers))
        return Order.objects.create(
            number=number, member_id=account.member_id, program=program, idempotency_key=number,
            request_digest="", items_amount=paid_amount, freight_amount=0, total_amount=paid_amount,
            paid_amount=paid_amount, address={}, status=status, expires_at=timezone.now(), **more,
        )  # fmt: skip

    return make


@pytest.fixture
def books() -> Callable[[int], tuple[int, int, int, int]]:
    """A function that reads a member's card, ledger, lots and debt; the first three must be the same number."""

    def read(member_id: int) -> tuple[int, int, int, int]:
        card = Card.objects.get(pk=member_id)
        ledger = sum(PointsEntry.objects.filter(member_id=member_id).values_list("points", flat=True))
        lots = sum(Lot.objects.filter(member_id=member_id).values_list("left", flat=True))
        return card.points, ledger, lots, card.debt

    return read
