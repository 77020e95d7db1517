"""Exact end states when points, check-ins and places are wanted by many at the same moment."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from fangcun.grow.loyalty import services
from fangcun.grow.loyalty.errors import ActivityFull, NoMakeUpCard, NotSignedUp, PointsShort
from fangcun.grow.loyalty.models import (
    Activity,
    Card,
    CheckIn,
    GrowthEntry,
    Lot,
    PointsEntry,
    SignUp,
    TierChange,
)
from fangcun.grow.loyalty.queries import sums_agree
from fangcun.grow.loyalty.services import Checked, TierSpec
from fangcun.identity.members.models import Account, Member
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.states import StatusChanged
from fangcun.shop.orders.models import Order

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True, databases="__all__")]

NUMBERS = itertools.count(20261126000001)


@pytest.fixture
def program(transactional_db) -> Program:
    return Program.objects.create(appid="wx0000000000000001", name="青禾鲜")


def customer(program: Program, number: int = 1) -> Account:
    member = Member.objects.create(nickname=f"会员{number}")
    return Account.objects.create(program=program, openid=f"o-{number}", member=member)


def earn(account: Account, points: int, key: str) -> bool:
    return services.earn(member_id=account.member_id, points=points, reason="review", key=key)


def spend(account: Account, points: int, number: str) -> int:
    services.spend_points(
        member_id=account.member_id, points=points, order_number=number, program_id=account.program_id
    )
    return points


def completed(account: Account, amount: int = 10_000) -> Order:
    number = str(next(NUMBERS))
    order = Order.objects.create(
        number=number, member_id=account.member_id, program_id=account.program_id, idempotency_key=number,
        request_digest="", items_amount=amount, freight_amount=0, total_amount=amount, paid_amount=amount,
        address={}, status="completed", expires_at=timezone.now(),
    )  # fmt: skip
    services.settle_order(order_id=order.pk)
    return order


def books(account: Account) -> tuple[int, int]:
    """A member's points and debt; his ledger and lots agree with the card."""
    assert sums_agree() == []
    card = Card.objects.get(pk=account.member_id)
    return card.points, card.debt


def kinds(results: list[Any]) -> Counter[str]:
    return Counter(type(result).__name__ for result in results)


def test_points_for_three_orders_are_spent_by_three_of_ten(program, at_once):
    me = customer(program)
    for number in range(5):
        earn(me, 20, f"a:{number}")
    results = at_once(*[partial(spend, me, 33, f"2026{number}") for number in range(10)])
    assert kinds(results) == {"int": 3, "PointsShort": 7}
    assert all(isinstance(result, (int, PointsShort)) for result in results)
    assert books(me) == (1, 0)
    assert PointsEntry.objects.filter(reason="spend").count() == 3


def test_one_order_that_spends_ten_times_at_once_spends_once(program, at_once):
    me = customer(program)
    earn(me, 100, "a")
    at_once(*[partial(spend, me, 30, "20261126") for _ in range(10)])
    assert books(me) == (70, 0)
    assert PointsEntry.objects.filter(reason="spend").count() == 1


def test_one_reason_told_ten_times_at_once_gives_once(program, at_once):
    me = customer(program)
    results = at_once(*[partial(earn, me, 30, "review:1") for _ in range(10)])
    assert Counter(results) == {True: 1, False: 9}
    assert books(me) == (30, 0)


def test_ten_reasons_at_once_give_all_of_them_to_a_member_without_a_card(program, at_once):
    me = customer(program)
    at_once(*[partial(earn, me, 10 + number, f"review:{number}") for number in range(10)])
    assert books(me) == (145, 0)


def test_a_completed_order_settled_ten_times_at_once_gives_once(program, at_once):
    me = customer(program)
    order = completed(me)
    Order.objects.filter(pk=order.pk).update(refunded_amount=5_000)
    at_once(*[partial(services.settle_order, order_id=order.pk) for _ in range(10)])
    assert books(me) == (50, 0)
    assert sum(GrowthEntry.objects.values_list("growth", flat=True)) == 50


def test_checking_in_ten_times_at_once_counts_once(program, at_once):
    me = customer(program)
    check_in = partial(services.check_in, member_id=me.member_id, program_id=me.program_id)
    results = at_once(*[check_in] * 10)
    assert Counter(result.is_new for result in results if isinstance(result, Checked)) == {True: 1, False: 9}
    assert CheckIn.objects.count() == 1
    assert books(me) == (5, 0)


def test_one_make_up_card_mends_one_day(program, at_once):
    me = customer(program)
    today = dt.datetime(2026, 11, 26, 4, tzinfo=dt.UTC)
    services.check_in(member_id=me.member_id, program_id=me.program_id, now=today)
    Card.objects.update(make_up_cards=1)
    results = at_once(
        *[
            partial(
                services.make_up,
                member_id=me.member_id, program_id=me.program_id, day=dt.date(2026, 11, day), now=today,
            )
            for day in range(18, 26)
        ]
    )  # fmt: skip
    assert kinds(results) == {"Checked": 1, "NoMakeUpCard": 7}
    assert len([result for result in results if isinstance(result, NoMakeUpCard)]) == 7
    assert (CheckIn.objects.count(), Card.objects.get().make_up_cards) == (2, 0)


@pytest.mark.parametrize("refunded", [4_000, 10_000])
def test_refund_against_expiry_ends_exactly(program, at_once, refunded):
    """Whichever comes first: the order's points are gone, nothing else is, and nobody owes anything."""
    me = customer(program)
    order = completed(me)
    earn(me, 7, "other")
    Lot.objects.filter(points=100).update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    Order.objects.filter(pk=order.pk).update(refunded_amount=refunded)
    refund = partial(services.settle_order, order_id=order.pk)
    results = at_once(refund, services.expire_points, refund, services.expire_points)
    assert not [result for result in results if isinstance(result, Exception)]
    assert books(me) == (7, 0)


def test_spending_against_a_refund_ends_with_the_points_or_a_debt(program, at_once):
    me = customer(program)
    order = completed(me)
    Order.objects.filter(pk=order.pk).update(refunded_amount=10_000)
    spent, _ = at_once(partial(spend, me, 60, "20261126"), partial(services.settle_order, order_id=order.pk))
    if isinstance(spent, PointsShort):
        assert books(me) == (0, 0)
    else:
        assert spent == 60
        assert books(me) == (0, 60)


def test_many_sweepers_expire_each_lot_once(program, at_once):
    members = [customer(program, number) for number in range(12)]
    for number, one in enumerate(members):
        earn(one, 10 + number, f"old:{number}")
    Lot.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    for number, one in enumerate(members):
        earn(one, 3, f"new:{number}")
    results = at_once(*[partial(services.expire_points, limit=5)] * 6)
    assert not [result for result in results if isinstance(result, Exception)]
    while services.expire_points():
        pass
    assert {books(one) for one in members} == {(3, 0)}
    assert PointsEntry.objects.filter(reason="expire").count() == 12


def test_the_last_places_go_to_exactly_as_many(program, at_once):
    now = timezone.now()
    hour = dt.timedelta(hours=1)
    activity = Activity(
        title="品鉴会", place="店里", starts_at=now + 2 * hour, ends_at=now + 3 * hour, sign_up_from=now - hour,
        sign_up_until=now + hour, places=3,
    )  # fmt: skip
    services.publish_activity(services.save_activity(activity, by=SYSTEM), by=SYSTEM)
    members = [customer(program, number) for number in range(12)]
    sign_up = [
        partial(services.sign_up, member_id=one.member_id, program_id=program.pk, activity_id=activity.pk)
        for one in members
    ]
    results = at_once(*sign_up)
    assert kinds(results) == {"SignUp": 3, "ActivityFull": 9}
    assert len([result for result in results if isinstance(result, ActivityFull)]) == 9
    assert (Activity.objects.get().taken, SignUp.objects.filter(status="signed").count()) == (3, 3)
    lucky = SignUp.objects.order_by("id")[0].member_id
    cancel = partial(services.cancel_sign_up, member_id=lucky, activity_id=activity.pk)
    cancelled = at_once(*[cancel] * 6)
    assert sum(isinstance(result, SignUp) for result in cancelled) == 1
    refused = [result for result in cancelled if not isinstance(result, SignUp)]
    assert len([result for result in refused if isinstance(result, NotSignedUp | StatusChanged)]) == 5
    assert Activity.objects.get().taken == 2
    again = at_once(*[sign_up[members.index(next(m for m in members if m.member_id == lucky))]] * 6)
    assert {result.pk for result in again if isinstance(result, SignUp)} == {
        SignUp.objects.get(member_id=lucky).pk
    }
    assert len([result for result in again if isinstance(result, SignUp)]) == 6
    assert (Activity.objects.get().taken, SignUp.objects.filter(status="signed").count()) == (3, 3)


def test_a_tier_reached_by_ten_at_once_is_reached_once(program, at_once):
    services.save_tiers([TierSpec("银卡", 100), TierSpec("金卡", 500)], by=SYSTEM)
    me = customer(program)
    results = at_once(
        *[
            partial(services.earn, member_id=me.member_id, growth=15, reason="review", key=f"g:{number}")
            for number in range(10)
        ],
        services.review_tiers,
        services.review_tiers,
    )
    assert not [result for result in results if isinstance(result, Exception)]
    assert Card.objects.get().growth == 150
    assert [change.target.name for change in TierChange.objects.all() if change.target] == ["银卡"]


def test_what_comes_while_two_members_become_one_is_his(program, at_once):
    kept, gone = customer(program, 1), customer(program, 2)
    earn(kept, 100, "kept")
    earn(gone, 50, "gone")
    Member.objects.filter(pk=gone.member_id).update(merged_into=kept.member_id)
    results = at_once(
        partial(services.reassign_loyalty, kept_id=kept.member_id, gone_id=gone.member_id),
        *[partial(earn, gone, 10, f"late:{number}") for number in range(5)],
        *[partial(spend, kept, 15, f"2026{number}") for number in range(5)],
    )
    assert not [result for result in results if isinstance(result, Exception)]
    services.reassign_loyalty(kept_id=kept.member_id, gone_id=gone.member_id)
    assert books(kept) == (125, 0)
    assert books(gone) == (0, 0)


def test_of_six_orders_over_http_that_want_the_same_points_two_get_them(shop, phone, at_once):
    me = phone()
    account = Account.objects.get()
    earn(account, 300, "a")
    lines = [{"sku_id": shop.sku.pk, "quantity": 1}]
    body = {"lines": lines, "address_id": me.address(), "points": 128}
    sent = {**body, "expected_total_amount": me.post("/quote", body)["total_amount"]}
    answers = at_once(
        *[
            partial(me.send, "POST", "/orders", sent, **{"Idempotency-Key": f"k{number}"})
            for number in range(6)
        ]
    )
    assert Counter(answer.status_code for answer in answers) == {201: 2, 409: 4}
    refused = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert refused <= {"points_short", "price_changed"}
    assert books(account) == (44, 0)
    assert Order.objects.count() == 2


def test_checking_in_eight_times_at_once_over_http_counts_once(shop, phone, at_once):
    me = phone()
    answers = at_once(*[partial(me.send, "POST", "/loyalty/check-in")] * 8)
    assert [answer.status_code for answer in answers] == [200] * 8
    assert sum(answer.json()["is_new"] for answer in answers) == 1
    assert books(Account.objects.get()) == (5, 0)
