"""What follows for group-buys: seats follow their orders, facts for the numbers, and everybody hears how it ended."""

from __future__ import annotations

import datetime as dt

from fangcun.grow.groupbuy.events import (
    GroupFailed,
    GroupFormed,
    GroupJoined,
    GroupOpened,
    GroupResult,
)
from fangcun.grow.groupbuy.models import Group
from fangcun.grow.groupbuy.services import follow_order, reassign_seats
from fangcun.grow.groupbuy.states import GroupStatus
from fangcun.grow.messaging.models import Purpose
from fangcun.grow.messaging.services import notify
from fangcun.identity.members.events import MembersMerged
from fangcun.insight.tracking.services import record_later
from fangcun.kernel.events import listens
from fangcun.kernel.money import yuan
from fangcun.shop.orders.events import OrderCancelled, OrderPaid


@listens(OrderPaid)
def count_the_seat(event: OrderPaid) -> None:
    follow_order(order_id=event.order_id)


@listens(OrderCancelled)
def free_the_seat(event: OrderCancelled) -> None:
    follow_order(order_id=event.order_id)


@listens(MembersMerged)
def keep_his_groups(event: MembersMerged) -> None:
    reassign_seats(kept_id=event.kept_id, gone_id=event.gone_id)


@listens(GroupOpened)
def count_the_opening(event: GroupOpened) -> None:
    record_later(
        "group_opened",
        event_id=f"group_opened:{event.number}",
        member_id=event.opener_id,
        program_id=event.program_id,
        props={"group_id": event.number, "sku_id": event.sku_id, "size": event.size},
        at=dt.datetime.fromisoformat(event.at),
    )


@listens(GroupJoined)
def count_the_joining(event: GroupJoined) -> None:
    record_later(
        "group_joined",
        event_id=f"group_joined:{event.number}:{event.seat_id}",
        member_id=event.member_id,
        program_id=event.program_id,
        props={"group_id": event.number},
        at=dt.datetime.fromisoformat(event.at),
    )


@listens(GroupJoined)
def tell_the_opener(event: GroupJoined) -> None:
    """In the message centre alone: the one consent that the opener gave is kept for the result."""
    group = Group.objects.select_related("campaign__product").get(pk=event.group_id)
    if event.member_id == event.opener_id or group.status != GroupStatus.OPEN:
        return
    notify(
        member_id=event.opener_id,
        program_id=event.program_id,
        purpose="group_joined",
        values={},
        link=f"/pages-grow/group/group?number={event.number}",
        kind="group",
        title="有人参团了",
        body=f"您发起的 {group.campaign.product.title} 拼团来了一位好友，还差 {group.size - group.paid} 人。",
        dedupe_key=f"group_joined:{event.seat_id}",
    )


@listens(GroupFormed)
def count_the_completion(event: GroupFormed) -> None:
    record_later(
        "group_completed",
        event_id=f"group_completed:{event.number}",
        member_id=event.opener_id,
        program_id=event.program_id,
        props={"group_id": event.number, "members": event.size},
        at=dt.datetime.fromisoformat(event.at),
    )


@listens(GroupFailed)
def count_the_expiry(event: GroupFailed) -> None:
    record_later(
        "group_expired",
        event_id=f"group_expired:{event.number}",
        member_id=event.opener_id,
        program_id=event.program_id,
        props={"group_id": event.number},
        at=dt.datetime.fromisoformat(event.at),
    )


@listens(GroupResult)
def tell_the_result(event: GroupResult) -> None:
    """By the consent that was given when the group was opened or joined; it stands in the message centre anyway."""
    if event.formed:
        title, note = "拼团成功", "商家会尽快发货"
        body = f"您参加的 {event.title} 已满 {event.members} 人成团，订单 {event.order_number} 会尽快发货。"
    else:
        title, note = "拼团未成功", "款项将原路退回"
        body = (
            f"您参加的 {event.title} 未能成团（{event.reason}），"
            f"订单 {event.order_number} 的 {yuan(event.amount)} 元将原路退回。"
        )
    notify(
        member_id=event.member_id,
        program_id=event.program_id,
        purpose=Purpose.GROUP_RESULT,
        values={
            "goods": event.title,
            "result": title,
            "members": str(event.members),
            "amount": yuan(event.amount),
            "time": event.at,
            "note": note,
        },
        link=f"/pages-grow/group/group?number={event.number}",
        kind="group",
        title=title,
        body=body,
        dedupe_key=f"group_result:{event.seat_id}:{event.order_number}",
    )
