"""Whatever happens in whatever order, ledger, lots and card agree with a plain reference, and nobody is below zero."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, field
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fangcun.grow.loyalty import services
from fangcun.grow.loyalty.errors import PointsShort
from fangcun.grow.loyalty.models import Card, Lot, PointsEntry
from fangcun.grow.loyalty.queries import standing_of
from fangcun.identity.members.models import Member
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import Job
from fangcun.shop.orders.models import Order

pytestmark = pytest.mark.django_db(databases="__all__")

VALID, GRACE = 5, 2
START = dt.datetime(2026, 3, 2, 4, tzinfo=dt.UTC)
NUMBERS = itertools.count(20261126000001)


@dataclass
class Parcel:
    """The reference's lot: `source` names the order that gave it, if one did. Days count from the start."""

    left: int
    until: int
    source: int | None = None
    expired: int = 0


@dataclass
class Bought:
    """The reference's order."""

    amount: int = 0
    earned: int = 0
    taken: int = 0
    spent: int = 0
    returned: int = 0
    parts: list[list[int]] = field(
        default_factory=list
    )  # [points not yet returned, until], as they were drawn


class Reference:
    """Points as one would keep them on paper."""

    def __init__(self) -> None:
        self.day, self.debt = 0, 0
        self.parcels: list[Parcel] = []
        self.orders: list[Bought] = []

    @property
    def points(self) -> int:
        return sum(parcel.left for parcel in self.parcels)

    def usable(self) -> list[Parcel]:
        live = [parcel for parcel in self.parcels if parcel.left and parcel.until >= self.day]
        return sorted(live, key=lambda parcel: parcel.until)  # stable: of one day, the older first

    def add(self, pieces: list[tuple[int, int]], source: int | None = None) -> None:
        settled = min(sum(points for points, _ in pieces), self.debt)
        self.debt -= settled
        for points, until in sorted(pieces, key=lambda piece: piece[1]):
            part = min(points, settled)
            settled -= part
            if points > part:
                self.parcels.append(Parcel(points - part, until, source))

    def draw(self, parcels: list[Parcel], points: int) -> list[list[int]]:
        drawn = []
        for parcel in parcels:
            part = min(parcel.left, points)
            if part:
                parcel.left -= part
                points -= part
                drawn.append([part, parcel.until])
        return drawn

    def spend(self, points: int) -> bool:
        if sum(parcel.left for parcel in self.usable()) < points:
            return False
        self.orders.append(Bought(spent=points, parts=self.draw(self.usable(), points)))
        return True

    def complete(self, amount: int) -> None:
        self.orders.append(Bought(amount=amount, earned=amount // 100))
        if amount >= 100:
            self.add([(amount // 100, self.day + VALID)], source=len(self.orders) - 1)

    def refund(self, number: int, refunded: int) -> None:
        order = self.orders[number]
        due = order.earned - order.earned * (order.amount - refunded) // order.amount - order.taken
        if due <= 0:
            return
        order.taken += due
        own = [parcel for parcel in self.parcels if parcel.source == number]
        due -= sum(part for part, _ in self.draw(own, due))
        for parcel in own:
            part = min(due, parcel.expired)
            parcel.expired -= part
            due -= part
        due -= sum(part for part, _ in self.draw(self.usable(), due))
        self.debt += due

    def give_back(self, number: int, permille: int) -> None:
        order = self.orders[number]
        due = order.spent * permille // 1000 - order.returned
        pieces = []
        for part in reversed(order.parts):
            points = min(due, part[0])
            if points > 0:
                part[0] -= points
                due -= points
                order.returned += points
                pieces.append((points, max(part[1], self.day + GRACE)))
        joined: dict[int, int] = {}
        for points, until in pieces:
            joined[until] = joined.get(until, 0) + points
        if joined:
            self.add([(points, until) for until, points in joined.items()])

    def sweep(self) -> None:
        for parcel in self.parcels:
            if parcel.left and parcel.until < self.day:
                parcel.expired += parcel.left
                parcel.left = 0


STEP = st.one_of(
    st.tuples(st.just("earn"), st.integers(1, 60)),
    st.tuples(st.just("spend"), st.integers(1, 90)),
    st.tuples(st.just("complete"), st.integers(1, 9_000)),
    st.tuples(st.just("refund"), st.integers(0, 20), st.integers(0, 1000)),
    st.tuples(st.just("give_back"), st.integers(0, 20), st.integers(0, 1000)),
    st.tuples(st.just("wait"), st.integers(1, 4)),
    st.tuples(st.just("sweep")),
)


@settings(
    max_examples=40, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(steps=st.lists(STEP, min_size=4, max_size=25))
def test_points_agree_with_a_plain_reference(steps, program_of_the_test):
    member = Member.objects.create()
    reference = Reference()
    numbers: list[str] = []
    with time_machine.travel(START, tick=False) as clock:
        for place, step in enumerate(steps):
            play(member, program_of_the_test, reference, numbers, clock, place, *step)
            check(member, reference)
    Job.objects.all().delete()


@pytest.fixture
def program_of_the_test(program: Program) -> Program:
    services.save_rules(by=SYSTEM, valid_days=VALID, grace_days=GRACE, growth_per_yuan=0)
    return program


def play(
    member: Member, program: Program, reference: Reference, numbers: list[str], clock: Any, place: int, name: str,
    *values: int,
) -> None:  # fmt: skip
    """Do one step to both. Spent and completed orders are numbered alike on both sides."""
    if name == "earn":
        services.earn(member_id=member.pk, points=values[0], reason="review", key=f"{member.pk}:{place}")
        reference.add([(values[0], reference.day + VALID)])
    elif name == "spend":
        number = str(next(NUMBERS))
        try:
            services.spend_points(
                member_id=member.pk, points=values[0], order_number=number, program_id=program.pk
            )
        except PointsShort:
            assert not reference.spend(values[0])
        else:
            assert reference.spend(values[0])
            numbers.append(number)
    elif name == "complete":
        numbers.append(bought(member, program, values[0]))
        reference.complete(values[0])
    elif name == "wait":
        reference.day += values[0]
        clock.move_to(START + dt.timedelta(days=reference.day))
    elif name == "sweep":
        services.expire_points()
        reference.sweep()
    elif numbers:
        which, permille = values[0] % len(numbers), values[1]
        order = reference.orders[which]
        if name == "refund" and order.amount:
            refunded = order.amount * permille // 1000
            Order.objects.filter(number=numbers[which]).update(refunded_amount=refunded)
            services.settle_order(order_id=Order.objects.get(number=numbers[which]).pk)
            reference.refund(which, refunded)
        elif name == "give_back" and order.spent:
            services.return_points(order_number=numbers[which], permille=permille)
            reference.give_back(which, permille)


def bought(member: Member, program: Program, amount: int) -> str:
    number = str(next(NUMBERS))
    order = Order.objects.create(
        number=number, member=member, program=program, idempotency_key=number, request_digest="",
        items_amount=amount, freight_amount=0, total_amount=amount, paid_amount=amount, address={},
        status="completed", expires_at=timezone.now(),
    )  # fmt: skip
    services.settle_order(order_id=order.pk)
    return number


def check(member: Member, reference: Reference) -> None:
    """The three sums are one number, that of the reference, lot by lot."""
    card = Card.objects.filter(pk=member.pk).first() or Card(member=member)
    ledger = PointsEntry.objects.filter(member=member).order_by("id")
    assert card.points == sum(entry.points for entry in ledger) == reference.points
    assert card.points >= 0
    assert card.debt == reference.debt
    last = ledger.last()
    assert last is None or last.balance_after == card.points
    zone = timezone.get_default_timezone()
    first_midnight = dt.datetime(2026, 3, 3, tzinfo=zone)
    lots = Lot.objects.filter(member=member, left__gt=0).order_by("expires_at", "id")
    found = [(lot.left, (lot.expires_at - first_midnight).days) for lot in lots if lot.expires_at]
    live = sorted((parcel for parcel in reference.parcels if parcel.left), key=lambda parcel: parcel.until)
    assert found == [(parcel.left, parcel.until) for parcel in live]
    assert standing_of(member.pk).balance == sum(parcel.left for parcel in reference.usable())
