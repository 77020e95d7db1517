"""Who may sit down: the rules that a quote, a group's page and a reservation ask alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Sum

from fangcun.grow.groupbuy.errors import (
    AlreadyInGroup,
    CampaignOver,
    CampaignSoldOut,
    GroupFull,
    GroupLineInvalid,
    GroupOver,
    MemberLimitReached,
    NotNewcomer,
)
from fangcun.grow.groupbuy.models import Campaign, CampaignSku, Group, Seat
from fangcun.grow.groupbuy.states import LIVE, GroupStatus
from fangcun.shop.orders.models import Order
from fangcun.shop.orders.states import OrderStatus

Lines = Sequence[tuple[int, int]]
BOUGHT = (OrderStatus.PAID, OrderStatus.SHIPPED, OrderStatus.COMPLETED)


def check_opening(campaign: Campaign, *, now: dt.datetime) -> None:
    """Raises CampaignOver unless a new group may be opened now."""
    if not campaign.may_open(now):
        raise CampaignOver


def check_joining(group: Group, *, member_id: int | None, now: dt.datetime) -> None:
    """Whether this member (None: somebody unknown) may take a seat, were he to ask now.

    A pause or the end of the campaign stops no group that is open. Raises AlreadyInGroup, GroupOver, GroupFull,
    NotNewcomer.
    """
    if member_id is not None and group.seats.filter(member_id=member_id, status__in=LIVE).exists():
        raise AlreadyInGroup(number=group.number)
    if group.status != GroupStatus.OPEN or group.expires_at is None or group.expires_at <= now:
        raise GroupOver(**instead(group.campaign, now))
    if group.taken >= group.size:
        raise GroupFull(**instead(group.campaign, now))
    if group.campaign.newcomers_only and member_id is not None and not _is_new(member_id, group.campaign):
        raise NotNewcomer(**instead(group.campaign, now))


def check_line(campaign: Campaign, *, member_id: int, lines: Lines | None) -> tuple[CampaignSku, int]:
    """The SKU and the quantity that a member may have at the group's price.

    Raises GroupLineInvalid, MemberLimitReached, CampaignSoldOut.
    """
    if lines is None or len(lines) != 1:
        raise GroupLineInvalid
    sku_id, quantity = lines[0]
    offered = CampaignSku.objects.filter(campaign=campaign, sku_id=sku_id).first()
    if offered is None or quantity < 1:
        raise GroupLineInvalid
    if campaign.member_limit:
        left = max(campaign.member_limit - _bought(member_id, campaign), 0)
        if quantity > left:
            raise MemberLimitReached(limit=campaign.member_limit, left=left)
    if offered.quota is not None and offered.taken + quantity > offered.quota:
        raise CampaignSoldOut(left=offered.quota - offered.taken)
    return offered, quantity


def instead(campaign: Campaign, now: dt.datetime) -> dict[str, Any]:
    """What to offer to somebody who came too late: a group of his own, while the campaign lasts."""
    return {"campaign_id": campaign.pk, "can_open": campaign.may_open(now)}


def _bought(member_id: int, campaign: Campaign) -> int:
    seats = Seat.objects.filter(member_id=member_id, group__campaign=campaign, status__in=LIVE)
    counted = seats.exclude(group__status=GroupStatus.FAILED).aggregate(n=Sum("quantity"))
    return counted["n"] or 0


def _is_new(member_id: int, campaign: Campaign) -> bool:
    """Nobody who has bought is new, nor who has joined another group of the campaign already."""
    if Order.objects.filter(member_id=member_id, status__in=BOUGHT).exists():
        return False
    joined = Seat.objects.filter(member_id=member_id, group__campaign=campaign, status__in=LIVE)
    return not joined.filter(is_opener=False).exists()
