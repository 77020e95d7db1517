"""What follows from orders for points, and from points, tiers and check-ins for members and numbers."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from fangcun.grow.loyalty.events import (
    ActivityCalledOff,
    ActivitySignedUp,
    CheckedIn,
    PointsChanged,
    TierChanged,
)
from fangcun.grow.loyalty.reminding import tell_that_it_is_off
from fangcun.grow.loyalty.services import reassign_loyalty, settle_order
from fangcun.grow.loyalty.states import Reason
from fangcun.grow.messaging.services import notify
from fangcun.identity.members.events import MembersMerged
from fangcun.identity.members.queries import last_programs
from fangcun.insight.tracking.services import record_later
from fangcun.kernel.events import listens
from fangcun.shop.orders.events import OrderCancelled, OrderCompleted, OrderPaid, OrderRefunded

# Who spends points sees it on his order; a debt is settled by points that are told of.
UNTOLD = {Reason.SPEND, Reason.DEBT}


@listens(OrderPaid)
def spend_again_for_what_came_back_to_life(event: OrderPaid) -> None:
    settle_order(order_id=event.order_id)


@listens(OrderCompleted)
def give_points_for_the_order(event: OrderCompleted) -> None:
    settle_order(order_id=event.order_id)


@listens(OrderCancelled)
def give_spent_points_back(event: OrderCancelled) -> None:
    settle_order(order_id=event.order_id)


@listens(OrderRefunded)
def put_points_right(event: OrderRefunded) -> None:
    settle_order(order_id=event.order_id)


@listens(MembersMerged)
def keep_his_points(event: MembersMerged) -> None:
    reassign_loyalty(kept_id=event.kept_id, gone_id=event.gone_id)


@listens(PointsChanged)
def count_and_tell_of_the_points(event: PointsChanged) -> None:
    """One listener for both: points change often, and every listener is a job."""
    record_later(
        "points_changed",
        event_id=f"points_changed:{event.key}",
        member_id=event.member_id,
        program_id=event.program_id,
        props={"reason": event.reason, "points": event.points},
        at=timezone.now(),
    )
    if event.reason in UNTOLD:
        return
    program_id = event.program_id or last_programs([event.member_id]).get(event.member_id)
    if program_id is None:
        return
    reason = str(Reason(event.reason).label)
    order = f"（订单 {event.reference}）" if event.reference.isdigit() else ""
    notify(
        member_id=event.member_id,
        program_id=program_id,
        purpose="points_changed",
        values={
            "points": f"{event.points:+d}",
            "balance": str(event.balance),
            "reason": reason,
            "time": timezone.now().isoformat(),
        },
        link="/pages-grow/points/points",
        kind="points",
        title="积分变动",
        body=f"{reason}{order}：{event.points:+d} 积分，现有 {event.balance} 积分。",
        dedupe_key=f"points:{event.key}",
    )


@listens(CheckedIn)
def count_the_check_in(event: CheckedIn) -> None:
    record_later(
        "checked_in",
        event_id=f"checked_in:{event.member_id}:{event.day}",
        member_id=event.member_id,
        program_id=event.program_id,
        props={"streak": event.streak},
        at=timezone.now(),
    )


@listens(TierChanged)
def count_the_tier(event: TierChanged) -> None:
    record_later(
        "tier_changed",
        event_id=f"tier_changed:{event.change_id}",
        member_id=event.member_id,
        program_id=last_programs([event.member_id]).get(event.member_id),
        props={"tier": event.target_rank},
        at=timezone.now(),
    )


@listens(TierChanged)
def tell_of_the_tier(event: TierChanged) -> None:
    program_id = last_programs([event.member_id]).get(event.member_id)
    if program_id is None:
        return
    if event.rose:
        title, body = "会员等级提升", f"恭喜您成为{event.name}，快来看看有哪些专属权益。"
    else:
        now_is = f"您现在是{event.name}" if event.name else "您暂无会员等级"
        title, body = "会员等级调整", f"{now_is}，多逛逛就能升回去。"
    notify(
        member_id=event.member_id,
        program_id=program_id,
        purpose="member_care",
        values={"topic": title, "content": body, "time": timezone.now().isoformat(), "note": event.name},
        link="/pages-grow/card/card",
        kind="tier",
        title=title,
        body=body,
        dedupe_key=f"tier:{event.change_id}",
    )


@listens(ActivitySignedUp)
def count_the_sign_up(event: ActivitySignedUp) -> None:
    record_later(
        "activity_signed_up",
        event_id=f"activity_signed_up:{event.sign_up_id}:{event.times}",
        member_id=event.member_id,
        program_id=event.program_id,
        props={"activity_id": event.activity_id},
        at=dt.datetime.fromtimestamp(event.times, dt.UTC),
    )


@listens(ActivityCalledOff)
def tell_those_who_had_a_place(event: ActivityCalledOff) -> None:
    tell_that_it_is_off(event.activity_id)
