"""What the events about a group carry."""

from __future__ import annotations

import datetime as dt
from typing import Any

from fangcun.grow.groupbuy.events import GroupResult
from fangcun.grow.groupbuy.models import Group, Seat
from fangcun.shop.orders.models import Order


def told_of(group: Group, at: dt.datetime) -> dict[str, Any]:
    """The fields of GroupNews."""
    return {
        "group_id": group.pk,
        "number": group.number,
        "campaign_id": group.campaign_id,
        "program_id": group.program_id,
        "opener_id": group.opener_id,
        "size": group.size,
        "at": at.isoformat(),
    }


def result_of(
    group: Group, seat: Seat, order: Order, *, title: str, formed: bool, at: dt.datetime, reason: str = ""
) -> GroupResult:
    """What one member hears."""
    return GroupResult(
        seat_id=seat.pk,
        number=group.number,
        member_id=seat.member_id,
        program_id=order.program_id,
        order_number=order.number,
        title=title,
        amount=order.paid_amount,
        members=group.size if formed else group.paid,
        formed=formed,
        reason=reason,
        at=at.isoformat(),
    )
