"""A group's life: opened, joined, formed; expired, left, dissolved."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from django.utils import timezone

from fangcun.flows.tests.groupbuy.friends import PRICE, campaign_of, charge, expire, group_of, told
from fangcun.grow.groupbuy.errors import (
    AlreadyInGroup,
    CampaignOver,
    CampaignSoldOut,
    GroupFull,
    GroupGone,
    GroupLineInvalid,
    GroupNotOpen,
    GroupOver,
    MemberLimitReached,
    NotNewcomer,
)
from fangcun.grow.groupbuy.models import CampaignSku, Group, Seat
from fangcun.grow.groupbuy.services import dissolve_group, expire_groups, pause_campaign, reserve_seat
from fangcun.grow.messaging.models import Message
from fangcun.kernel.actors import Actor
from fangcun.kernel.models import AuditEntry
from fangcun.kernel.states import transitions_of
from fangcun.shop.catalog.models import Sku
from fangcun.shop.orders.errors import OrderHeld, OrderNotCancellable
from fangcun.shop.orders.models import Order
from fangcun.shop.orders.services import cancel_order, close_unpaid_orders, ship_order
from fangcun.shop.payments.models import Refund

pytestmark = pytest.mark.django_db(databases="__all__")
STAFF = Actor.staff(1, "店员")


def seats(group: Group) -> list[tuple[int, str]]:
    return list(Seat.objects.filter(group=group).order_by("id").values_list("member_id", "status"))


def told_to(member_id: int) -> list[str]:
    return list(
        Message.objects.filter(member_id=member_id, kind="group")
        .order_by("id")
        .values_list("title", flat=True)
    )


def test_a_group_opens_when_its_opener_has_paid_and_its_time_runs_from_then(campaign, three, drain):
    order = three[0].order(campaign)
    group = group_of(order)
    assert (order.held_for, order.total_amount, group.status) == ("group", PRICE, "reserved")
    assert (group.taken, group.paid, group.expires_at) == (1, 0, None)
    three[0].pay(order)
    drain()
    group.refresh_from_db()
    assert (group.status, group.taken, group.paid) == ("open", 1, 1)
    assert group.opened_at is not None
    assert group.expires_at == group.opened_at + dt.timedelta(hours=24)
    assert len(group.number) == 12


def test_the_last_payment_forms_the_group_once_and_every_order_ships(campaign, three, drain):
    first = three[0].buy(campaign)
    drain()
    group = group_of(first)
    second = three[1].order(campaign, group.number)
    with pytest.raises(OrderHeld):
        ship_order(Order.objects.get(pk=first.pk), carrier="SF", tracking_number="SF1", by=STAFF)
    three[1].pay(second)
    drain()
    group.refresh_from_db()
    assert (group.status, group.taken, group.paid) == ("formed", 2, 2)
    assert seats(group) == [(three[0].pk, "paid"), (three[1].pk, "paid")]
    assert [step.target for step in transitions_of(group)] == ["open", "formed"]
    assert list(Order.objects.values_list("status", "held_for")) == [("paid", "")] * 2
    ship_order(Order.objects.get(pk=first.pk), carrier="SF", tracking_number="SF1234567890", by=STAFF)
    assert told_to(three[0].pk) == told_to(three[1].pk) == ["拼团成功"]


def test_nobody_joins_a_full_group_and_he_is_offered_his_own(campaign, three, drain):
    group = group_of(three[0].buy(campaign))
    drain()
    three[1].order(campaign, group.number)
    with pytest.raises(GroupFull) as refused:
        three[2].order(campaign, group.number)
    assert refused.value.details == {"campaign_id": campaign.pk, "can_open": True}
    assert Order.objects.count() == Seat.objects.count() == 2
    assert Sku.objects.get().stock == 18


def test_a_seat_of_an_order_that_nobody_paid_is_free_again(campaign, three, drain):
    group = group_of(three[0].buy(campaign))
    drain()
    close_late(three[1].order(campaign, group.number))
    drain()
    group.refresh_from_db()
    assert (group.status, group.taken, group.paid) == ("open", 1, 1)
    three[2].buy(campaign, group.number)
    drain()
    group.refresh_from_db()
    assert group.status == "formed"


def test_an_opener_does_not_join_his_own_group(campaign, three, drain):
    group = group_of(three[0].buy(campaign))
    drain()
    with pytest.raises(AlreadyInGroup):
        three[0].order(campaign, group.number, key="again")
    assert Order.objects.count() == 1


def test_a_group_whose_opener_never_pays_lapses_and_nobody_joins_it_before(campaign, three, drain):
    order = three[0].order(campaign)
    group = group_of(order)
    with pytest.raises(GroupOver):
        three[1].order(campaign, group.number)
    close_late(order)
    drain()
    group.refresh_from_db()
    assert (group.status, group.taken, seats(group)) == ("lapsed", 0, [(three[0].pk, "released")])
    assert Sku.objects.get().stock == 20


def test_a_group_that_expires_gives_every_member_his_own_money_back(campaign, three, drain):
    campaign = campaign_of(Sku.objects.get(), size=3)
    first = three[0].buy(campaign)
    drain()
    group = group_of(first)
    three[1].buy(campaign, group.number)
    unpaid = three[2].order(campaign, group.number)
    drain()
    expire(group)
    assert (expire_groups(), expire_groups()) == (1, 0)
    drain()
    group.refresh_from_db()
    assert (group.status, group.reason, group.paid) == ("failed", "到时间未凑齐人数", 2)
    assert seats(group) == [(one.pk, "released") for one in three]
    assert list(Order.objects.values_list("status", "cancelled_by").distinct()) == [("cancelled", "system")]
    assert sorted(Refund.objects.values_list("payment__reference", "amount")) == sorted(
        (order.number, PRICE) for order in Order.objects.exclude(pk=unpaid.pk)
    )
    assert Sku.objects.get().stock == 20
    assert [told_to(one.pk) for one in three] == [["有人参团了", "拼团未成功"], ["拼团未成功"], []]
    assert not Seat.objects.exclude(settle_at=None).exists()


def test_money_for_an_expired_group_goes_back(campaign, three, drain):
    group = group_of(three[0].buy(campaign))
    drain()
    order = three[1].order(campaign, group.number)
    payment = charge(three[1], order)
    expire(group)
    expire_groups()
    told(payment)
    drain()
    order.refresh_from_db()
    assert (order.status, Refund.objects.filter(payment=payment).get().amount) == ("cancelled", PRICE)
    assert Refund.objects.count() == 2


def close_late(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(expires_at=timezone.now())
    assert close_unpaid_orders() == 1


def test_money_that_comes_after_the_order_was_closed_takes_a_seat_that_is_free(campaign, three, drain):
    group = group_of(three[0].buy(campaign))
    drain()
    order = three[1].order(campaign, group.number)
    payment = charge(three[1], order)
    close_late(order)
    drain()
    assert Group.objects.get().taken == 1
    told(payment)
    drain()
    group.refresh_from_db()
    assert (group.status, group.taken, group.paid) == ("formed", 2, 2)
    assert list(Order.objects.values_list("status", "held_for")) == [("paid", "")] * 2
    assert Refund.objects.count() == 0


def test_money_that_comes_after_the_seat_is_gone_goes_back(campaign, three, carrot, drain):
    group = group_of(three[0].buy(campaign))
    drain()
    order = three[1].order(campaign, group.number)
    payment = charge(three[1], order)
    close_late(order)
    drain()
    three[2].buy(campaign, group.number)
    told(payment)
    drain()
    order.refresh_from_db()
    group.refresh_from_db()
    assert (group.status, group.taken, group.paid) == ("formed", 2, 2)
    assert (order.status, Refund.objects.get().payment_id) == ("cancelled", payment.pk)
    assert told_to(three[1].pk) == ["拼团未成功"]
    assert Sku.objects.get().stock == 18
    assert CampaignSku.objects.get().taken == 2


def test_the_money_of_an_opener_who_paid_late_opens_his_group_after_all(campaign, three, drain):
    order = three[0].order(campaign)
    payment = charge(three[0], order)
    close_late(order)
    drain()
    assert group_of(order).status == "lapsed"
    told(payment)
    drain()
    group = group_of(order)
    assert (group.status, group.taken, group.paid) == ("open", 1, 1)
    assert group.expires_at is not None
    assert [step.target for step in transitions_of(group)] == ["lapsed", "open"]


def test_a_member_who_cancels_before_forming_frees_the_seat(campaign, three, drain):
    campaign = campaign_of(Sku.objects.get(), size=3)
    group = group_of(three[0].buy(campaign))
    drain()
    second = three[1].buy(campaign, group.number)
    drain()
    cancel_order(Order.objects.get(pk=second.pk), by=Actor.member(three[1].pk))
    drain()
    group.refresh_from_db()
    assert (group.status, group.taken, group.paid, group.opener_id) == ("open", 1, 1, three[0].pk)
    assert Refund.objects.get().amount == PRICE
    three[1].buy(campaign, group.number, key="again")
    three[2].buy(campaign, group.number)
    drain()
    group.refresh_from_db()
    assert group.status == "formed"


def test_a_group_goes_on_without_its_opener_and_who_paid_first_is_shown_as_opener(campaign, three, drain):
    campaign = campaign_of(Sku.objects.get(), size=3)
    first = three[0].buy(campaign)
    drain()
    group = group_of(first)
    three[1].buy(campaign, group.number)
    drain()
    cancel_order(Order.objects.get(pk=first.pk), by=STAFF, reason="缺货")
    drain()
    group.refresh_from_db()
    assert (group.status, group.paid, group.opener_id) == ("open", 1, three[1].pk)


def test_a_group_that_everybody_left_has_failed(campaign, three, drain):
    order = three[0].buy(campaign)
    drain()
    cancel_order(Order.objects.get(pk=order.pk), by=Actor.member(three[0].pk))
    drain()
    group = group_of(order)
    assert (group.status, group.taken, group.reason) == ("failed", 0, "成员都已退出")
    assert Refund.objects.count() == 1


def test_what_is_cancelled_after_forming_does_not_break_the_group(campaign, three, drain):
    group = group_of(three[0].buy(campaign))
    drain()
    second = three[1].buy(campaign, group.number)
    drain()
    order = Order.objects.get(pk=second.pk)
    with pytest.raises(OrderNotCancellable):
        cancel_order(order, by=Actor.member(three[1].pk))
    cancel_order(order, by=STAFF, reason="缺货")
    drain()
    group.refresh_from_db()
    assert (group.status, group.paid) == ("formed", 2)
    assert seats(group) == [(three[0].pk, "paid"), (three[1].pk, "paid")]
    assert Refund.objects.get().payment.reference == second.number


def test_staff_dissolve_an_open_group_with_a_reason(campaign, three, drain):
    order = three[0].buy(campaign)
    drain()
    group = dissolve_group(group_id=group_of(order).pk, by=STAFF, reason="缺货")
    drain()
    order.refresh_from_db()
    assert (group.status, order.status, order.cancel_reason) == ("failed", "cancelled", "拼团未成功：缺货")
    assert Refund.objects.get().amount == PRICE
    assert AuditEntry.objects.filter(action="groupbuy.dissolve_group").get().note == "缺货"
    with pytest.raises(GroupNotOpen):
        dissolve_group(group_id=group.pk, by=STAFF, reason="缺货")


def test_a_pause_stops_new_groups_and_none_that_is_open(campaign, three, drain):
    group = group_of(three[0].buy(campaign))
    drain()
    pause_campaign(campaign.pk, by=STAFF)
    with pytest.raises(CampaignOver):
        three[2].order(campaign)
    three[1].buy(campaign, group.number)
    drain()
    group.refresh_from_db()
    assert group.status == "formed"


def test_stock_set_aside_is_never_exceeded_and_comes_back(three, carrot, drain):
    campaign = campaign_of(carrot, quota=2)
    order = three[0].order(campaign, quantity=2)
    with pytest.raises(CampaignSoldOut):
        three[1].order(campaign)
    assert CampaignSku.objects.get().taken == 2
    cancel_order(order, by=Actor.member(three[0].pk))
    drain()
    assert CampaignSku.objects.get().taken == 0
    three[1].order(campaign)


def test_a_member_buys_no_more_than_his_limit_in_all_groups_together(carrot, three, drain):
    campaign = campaign_of(carrot, member_limit=2)
    group = group_of(three[0].buy(campaign))
    drain()
    three[1].buy(campaign, group.number, quantity=1)
    drain()
    with pytest.raises(MemberLimitReached) as refused:
        three[1].order(campaign, quantity=2, key="more")
    assert refused.value.details == {"limit": 2, "left": 1}
    three[1].order(campaign, quantity=1, key="more")


def test_only_newcomers_join_where_that_is_asked(carrot, three, drain):
    campaign = campaign_of(carrot, newcomers_only=True)
    plain = campaign_of(carrot)
    old = group_of(three[2].buy(plain))
    drain()
    three[1].buy(plain, old.number)
    drain()
    group = group_of(three[1].buy(campaign, key="opens"))  # who has bought before may open
    drain()
    with pytest.raises(NotNewcomer):
        three[2].order(campaign, group.number, key="joins")
    three[0].buy(campaign, group.number)
    drain()
    group.refresh_from_db()
    assert group.status == "formed"


@pytest.mark.parametrize("lines", [None, [], [(10**9, 1)], [(1, 1), (2, 1)]])
def test_a_group_sells_one_of_its_skus(campaign, three, lines):
    with pytest.raises(GroupLineInvalid), transaction.atomic():
        reserve_seat(member_id=three[0].pk, program_id=1, campaign_id=campaign.pk, number=None, lines=lines)
    assert Group.objects.count() == 0


@pytest.mark.parametrize("number", ["nothere", "", "x' OR 1=1", "\0"])
def test_an_unknown_group_is_not_found(campaign, three, number):
    with pytest.raises(GroupGone):
        three[0].order(campaign, number)


def test_the_same_key_takes_one_seat(campaign, three, drain):
    first = three[0].order(campaign)
    assert three[0].order(campaign).number == first.number
    three[0].pay(first)
    drain()
    group = group_of(first)
    joined = three[1].order(campaign, group.number)
    assert three[1].order(campaign, group.number).number == joined.number
    assert Seat.objects.count() == Order.objects.count() == 2
    assert Group.objects.get().taken == 2


def test_a_draft_lets_nobody_in(carrot, three):
    campaign = campaign_of(carrot, start=False)
    with pytest.raises(CampaignOver):
        three[0].order(campaign)
    assert Group.objects.count() == Order.objects.count() == 0
