"""Exact end states when many want, pay, leave and end the same group at the same moment."""

from __future__ import annotations

from functools import partial

import pytest

from fangcun.flows.tests.groupbuy.friends import (
    PRICE,
    Friend,
    campaign_of,
    charge,
    expire,
    friend,
    group_of,
    told,
)
from fangcun.grow.groupbuy.errors import (
    AlreadyInGroup,
    CampaignSoldOut,
    GroupFull,
    GroupNotOpen,
    MemberLimitReached,
)
from fangcun.grow.groupbuy.models import CampaignSku, Group, Seat
from fangcun.grow.groupbuy.services import dissolve_group, expire_groups, settle_seat
from fangcun.grow.messaging.models import Message
from fangcun.kernel.actors import Actor
from fangcun.kernel.models import Transition
from fangcun.shop.catalog.models import Sku
from fangcun.shop.orders.models import Order
from fangcun.shop.orders.services import cancel_order
from fangcun.shop.payments.models import Refund

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True, databases="__all__")]
STAFF = Actor.staff(1, "店员")


@pytest.fixture
def crowd(wechat_program) -> list[Friend]:
    return [friend(wechat_program, number) for number in range(10)]


def steps_to(status: str) -> int:
    return Transition.objects.filter(subject="groupbuy.group", target=status).count()


def paid_and_free(group: Group) -> list[tuple[str, str]]:
    numbers = Seat.objects.filter(group=group).values("order_id")
    return list(Order.objects.filter(pk__in=numbers).order_by("pk").values_list("status", "held_for"))


def refunded() -> dict[str, int]:
    """What was promised back, by order; no order twice."""
    rows = list(Refund.objects.values_list("payment__reference", "amount"))
    assert len(rows) == len(dict(rows))
    return dict(rows)


def test_the_last_seat_goes_to_one_of_eight_and_the_others_may_open_their_own(carrot, crowd, at_once):
    campaign = campaign_of(carrot)
    group = group_of(crowd[0].buy(campaign))
    results = at_once(*[partial(one.order, campaign, group.number) for one in crowd[1:9]])
    won = [result for result in results if isinstance(result, Order)]
    lost = [result for result in results if isinstance(result, GroupFull)]
    assert (len(won), len(lost)) == (1, 7)
    assert {result.details["can_open"] for result in lost} == {True}
    group.refresh_from_db()
    assert (group.taken, group.paid) == (2, 1)
    assert Order.objects.count() == Seat.objects.count() == 2
    assert Sku.objects.get().stock == 18
    assert CampaignSku.objects.get().taken == 2


def test_eight_who_pay_at_once_form_their_group_once(carrot, crowd, at_once, drain):
    campaign = campaign_of(carrot, size=9)
    group = group_of(crowd[0].buy(campaign))
    payments = [charge(one, one.order(campaign, group.number)) for one in crowd[1:9]]
    assert at_once(*[partial(told, payment) for payment in payments]) == [None] * 8
    drain()
    group.refresh_from_db()
    assert (group.status, group.taken, group.paid, steps_to("formed")) == ("formed", 9, 9, 1)
    assert paid_and_free(group) == [("paid", "")] * 9
    assert Message.objects.filter(title="拼团成功").count() == 9
    assert refunded() == {}


def test_one_notice_that_comes_eight_times_counts_one_seat(carrot, crowd, at_once, drain):
    campaign = campaign_of(carrot, size=3)
    group = group_of(crowd[0].buy(campaign))
    payment = charge(crowd[1], crowd[1].order(campaign, group.number))
    at_once(*[partial(told, payment)] * 8)
    drain()
    group.refresh_from_db()
    assert (group.status, group.taken, group.paid) == ("open", 2, 2)
    assert refunded() == {}


def test_the_last_payment_against_the_clock_forms_the_group_or_pays_everybody_back(
    carrot, crowd, at_once, drain
):
    campaign = campaign_of(carrot)
    group = group_of(crowd[0].buy(campaign))
    payment = charge(crowd[1], crowd[1].order(campaign, group.number))
    expire(group)
    at_once(partial(told, payment), expire_groups, expire_groups)
    drain()
    expire_groups()
    drain()
    group.refresh_from_db()
    if group.status == "formed":
        assert paid_and_free(group) == [("paid", "")] * 2
        assert refunded() == {}
        assert Sku.objects.get().stock == 18
    else:
        assert (group.status, steps_to("failed")) == ("failed", 1)
        assert [status for status, _held in paid_and_free(group)] == ["cancelled"] * 2
        assert refunded() == dict.fromkeys(Order.objects.values_list("number", flat=True), PRICE)
        assert Sku.objects.get().stock == 20
        assert set(Seat.objects.values_list("status", flat=True)) == {"released"}


def test_a_cancellation_against_the_last_payment_leaves_no_group_formed_with_a_hole(
    carrot, crowd, at_once, drain
):
    campaign = campaign_of(carrot)
    first = crowd[0].buy(campaign)
    group = group_of(first)
    payment = charge(crowd[1], crowd[1].order(campaign, group.number))
    cancelled, _paid = at_once(
        partial(cancel_order, Order.objects.get(pk=first.pk), by=Actor.member(crowd[0].pk)),
        partial(told, payment),
    )
    drain()
    group.refresh_from_db()
    if group.status == "formed":
        assert isinstance(cancelled, Exception)
        assert paid_and_free(group) == [("paid", "")] * 2
        assert refunded() == {}
    else:
        assert isinstance(cancelled, Order)
        assert (group.status, group.taken, group.paid, group.opener_id) == ("open", 1, 1, crowd[1].pk)
        assert paid_and_free(group) == [("cancelled", "group"), ("paid", "group")]
        assert refunded() == {first.number: PRICE}


def test_dissolving_against_the_last_payment_is_one_or_the_other(carrot, crowd, at_once, drain):
    campaign = campaign_of(carrot)
    group = group_of(crowd[0].buy(campaign))
    payment = charge(crowd[1], crowd[1].order(campaign, group.number))
    dissolved, _paid = at_once(
        partial(dissolve_group, group_id=group.pk, by=STAFF, reason="缺货"), partial(told, payment)
    )
    drain()
    group.refresh_from_db()
    if group.status == "formed":
        assert isinstance(dissolved, GroupNotOpen)
        assert refunded() == {}
    else:
        assert (group.status, group.reason) == ("failed", "缺货")
        assert refunded() == dict.fromkeys(Order.objects.values_list("number", flat=True), PRICE)


def test_one_key_sent_eight_times_opens_one_group(carrot, crowd, at_once):
    campaign = campaign_of(carrot)
    results = at_once(*[partial(crowd[0].order, campaign)] * 8)
    assert {result.number for result in results if isinstance(result, Order)} == {Order.objects.get().number}
    assert len([result for result in results if isinstance(result, Order)]) == 8
    assert (Group.objects.count(), Seat.objects.count()) == (1, 1)
    assert (Sku.objects.get().stock, CampaignSku.objects.get().taken) == (19, 1)


def test_one_member_takes_one_seat_of_a_group_however_often_he_asks(carrot, crowd, at_once):
    campaign = campaign_of(carrot, size=9)
    group = group_of(crowd[0].buy(campaign))
    asks = [partial(crowd[1].order, campaign, group.number, key=f"k{number}") for number in range(8)]
    results = at_once(*asks)
    assert sum(isinstance(result, Order) for result in results) == 1
    assert sum(isinstance(result, AlreadyInGroup) for result in results) == 7
    group.refresh_from_db()
    assert group.taken == 2


def test_what_is_set_aside_and_what_one_may_buy_hold_for_eight_at_once(carrot, crowd, at_once):
    campaign = campaign_of(carrot, quota=3)
    results = at_once(*[partial(one.order, campaign) for one in crowd[:8]])
    assert sum(isinstance(result, Order) for result in results) == 3
    assert sum(isinstance(result, CampaignSoldOut) for result in results) == 5
    assert (CampaignSku.objects.get().taken, Group.objects.count()) == (3, 3)
    limited = campaign_of(carrot, member_limit=2)
    results = at_once(*[partial(crowd[9].order, limited, key=f"k{number}") for number in range(8)])
    assert sum(isinstance(result, Order) for result in results) == 2
    assert sum(isinstance(result, MemberLimitReached) for result in results) == 6


def test_many_workers_end_each_group_once_and_pay_each_member_once(carrot, crowd, at_once, drain):
    campaign = campaign_of(carrot, size=3)
    for opener, guest in zip(crowd[:5], crowd[5:], strict=True):
        guest.buy(campaign, group_of(opener.buy(campaign)).number)
    for group in Group.objects.all():
        expire(group)
    ended = at_once(*[expire_groups] * 6)
    while expire_groups():
        pass
    assert not [result for result in ended if isinstance(result, Exception)]
    assert (Group.objects.filter(status="failed").count(), steps_to("failed")) == (5, 5)
    ids = list(Seat.objects.values_list("pk", flat=True))
    settled = at_once(*[partial(settle_seat, seat_id=seat_id) for seat_id in ids for _ in range(2)])
    assert not [result for result in settled if isinstance(result, Exception)]
    drain()
    assert refunded() == dict.fromkeys(Order.objects.values_list("number", flat=True), PRICE)
    assert Message.objects.filter(title="拼团未成功").count() == 10
    assert (Sku.objects.get().stock, CampaignSku.objects.get().taken) == (20, 0)
