"""A seat follows its order: paid, it counts; cancelled, it is free for somebody else.

News may arrive twice, late and in any order. So nothing here believes the news: the order is looked at, and the seat
made to agree with it, under the locks of campaign and group.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from fangcun.grow.groupbuy.errors import CampaignSoldOut
from fangcun.grow.groupbuy.events import GroupFormed, GroupJoined, GroupOpened, GroupResult
from fangcun.grow.groupbuy.models import Campaign, CampaignSku, Group, Seat
from fangcun.grow.groupbuy.services.ending import fail, owe
from fangcun.grow.groupbuy.services.news import result_of, told_of
from fangcun.grow.groupbuy.services.seating import take_quota
from fangcun.grow.groupbuy.states import LIVE, GroupStatus, SeatStatus
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.events import announce
from fangcun.shop.orders.models import Order
from fangcun.shop.orders.services import release_order
from fangcun.shop.orders.states import OrderStatus


@transaction.atomic
def follow_order(*, order_id: int) -> None:
    """Make a seat agree with its order as it is now; saying it again changes nothing.

    Paid: the opener's group opens and its time begins to run; the last one's group is formed, at once and once, and
    every order of it is free to ship. Money that comes when there is no seat any more is given back. Cancelled: the
    seat is free; what happens after a group was formed does not break it.
    """
    seat = Seat.objects.select_related("group").filter(order_id=order_id).first()
    if seat is None:
        return
    Campaign.objects.select_for_update(no_key=True).get(pk=seat.group.campaign_id)
    group = Group.objects.select_for_update(no_key=True).get(pk=seat.group_id)
    seat.refresh_from_db()
    order = Order.objects.get(pk=order_id)
    if order.status == OrderStatus.CANCELLED:
        _leave(group, seat, order)
    elif order.status != OrderStatus.PENDING_PAYMENT:
        _pay(group, seat, order)


def free_seat(group: Group, seat: Seat, *, reason: str) -> None:
    """Let one go, under the locks; the group goes on with the others, or ends when there is nobody left.

    When the opener leaves, whoever paid first among the rest is shown as opener. A group that failed keeps the
    counts it failed with.
    """
    was_paid = seat.status == SeatStatus.PAID
    seat.enter(SeatStatus.RELEASED, by=SYSTEM, reason=reason)
    CampaignSku.objects.filter(campaign_id=group.campaign_id, sku_id=seat.sku_id).update(
        taken=F("taken") - seat.quantity
    )
    if group.status == GroupStatus.FAILED:
        return
    Group.objects.filter(pk=group.pk).update(taken=F("taken") - 1, paid=F("paid") - int(was_paid))
    group.refresh_from_db(fields=["taken", "paid"])
    if group.status == GroupStatus.RESERVED:
        group.enter(GroupStatus.LAPSED, by=SYSTEM, reason=reason, ended_at=timezone.now())
    elif group.status == GroupStatus.OPEN and group.taken == 0:
        fail([group], by=SYSTEM, reason="成员都已退出")
    elif group.status == GroupStatus.OPEN and group.opener_id == seat.member_id:
        heir = group.seats.filter(status__in=LIVE).order_by(F("paid_at").asc(nulls_last=True), "id").first()
        if heir is not None:
            Group.objects.filter(pk=group.pk).update(opener_id=heir.member_id)


def _leave(group: Group, seat: Seat, order: Order) -> None:
    if seat.status in LIVE and group.status != GroupStatus.FORMED:
        free_seat(group, seat, reason=order.cancel_reason or "订单已取消")


def _pay(group: Group, seat: Seat, order: Order) -> None:
    if seat.status == SeatStatus.PAID or (seat.status in LIVE and group.status == GroupStatus.FAILED):
        return  # counted already, or about to be paid back
    opening = group.status in (GroupStatus.RESERVED, GroupStatus.LAPSED)
    if seat.status == SeatStatus.RELEASED and not _seated_again(group, seat, opening=opening):
        owe([seat], reason="付款时名额已满")
        return
    now = timezone.now()
    Group.objects.filter(pk=group.pk).update(paid=F("paid") + 1)
    seat.enter(SeatStatus.PAID, by=SYSTEM, paid_at=order.paid_at or now)
    if opening:
        group.enter(
            GroupStatus.OPEN,
            by=SYSTEM,
            opened_at=now,
            expires_at=now + dt.timedelta(hours=group.hours),
            ended_at=None,
        )
        announce(GroupOpened(**told_of(group, now), sku_id=seat.sku_id))
        return
    announce(GroupJoined(**told_of(group, now), seat_id=seat.pk, member_id=seat.member_id))
    _form_if_full(group)


def _seated_again(group: Group, seat: Seat, *, opening: bool) -> bool:
    """Money came after the order was closed: a seat and the goods, if both are there still."""
    now = timezone.now()
    open_still = Q(status=GroupStatus.OPEN, expires_at__gt=now) if not opening else Q(status=group.status)
    back_already = group.seats.filter(member_id=seat.member_id, status__in=LIVE).exists()
    offered = CampaignSku.objects.filter(campaign_id=group.campaign_id, sku_id=seat.sku_id).first()
    if back_already or offered is None:
        return False
    try:
        with transaction.atomic():
            take_quota(offered, seat.quantity)
            free = Group.objects.filter(open_still, pk=group.pk, taken__lt=F("size"))
            if not free.update(taken=F("taken") + 1):
                raise CampaignSoldOut(left=0)
    except CampaignSoldOut:
        return False
    return True


def _form_if_full(group: Group) -> None:
    group.refresh_from_db(fields=["taken", "paid"])
    if group.paid < group.size:
        return
    seats = list(group.seats.filter(status=SeatStatus.PAID).order_by("order_id"))
    orders = {
        order.pk: order
        for order in Order.objects.select_for_update(of=("self",))
        .filter(pk__in=[seat.order_id for seat in seats], status=OrderStatus.PAID)
        .order_by("pk")
    }
    if len(orders) < group.size:
        return  # somebody has cancelled a moment ago: his seat will be free as soon as the news is here
    now = timezone.now()
    group.enter(GroupStatus.FORMED, by=SYSTEM, ended_at=now)
    title = group.campaign.product.title
    for order_id in orders:
        release_order(order_id=order_id, by=SYSTEM)
    results: list[GroupResult] = [
        result_of(group, seat, orders[seat.order_id or 0], title=title, formed=True, at=now) for seat in seats
    ]
    announce(GroupFormed(**told_of(group, now)), *results)
