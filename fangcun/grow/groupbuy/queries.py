"""What is known of campaigns, groups and seats."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from django.db.models import F, Max, Prefetch, Q, Sum
from django.utils import timezone

from fangcun.grow.groupbuy.admission import Lines, check_joining, check_line, check_opening
from fangcun.grow.groupbuy.errors import CampaignGone, GroupGone
from fangcun.grow.groupbuy.models import Campaign, CampaignSku, Group, Seat
from fangcun.grow.groupbuy.states import LIVE, CampaignStatus, GroupStatus

MOST_SHOWN = 50
WITH_SKUS = Prefetch("skus", CampaignSku.objects.select_related("sku"))


def running_campaigns(*, product_id: int | None = None, now: dt.datetime | None = None) -> list[Campaign]:
    """Campaigns in which a group may be opened now, those that end first in front, with product and SKUs."""
    moment = now or timezone.now()
    running = Campaign.objects.filter(
        status=CampaignStatus.RUNNING, starts_at__lte=moment, ends_at__gt=moment, product__on_sale=True
    )
    if product_id is not None:
        running = running.filter(product_id=product_id)
    shown = running.select_related("product").prefetch_related(WITH_SKUS)
    return list(shown.order_by("ends_at", "id")[:MOST_SHOWN])


def campaign_shown(campaign_id: int) -> Campaign:
    """A campaign that people may know of, with product and SKUs. Raises CampaignGone, also for a draft."""
    known = Campaign.objects.exclude(status=CampaignStatus.DRAFT).select_related("product")
    campaign = known.prefetch_related(WITH_SKUS).filter(pk=campaign_id).first()
    if campaign is None:
        raise CampaignGone
    return campaign


def joined_counts(campaign_ids: Iterable[int]) -> dict[int, int]:
    """How many have paid for a seat in a group that is open or was formed, by campaign."""
    groups = Group.objects.filter(
        campaign_id__in=list(campaign_ids), status__in=[GroupStatus.OPEN, GroupStatus.FORMED]
    )
    return dict(groups.order_by().values_list("campaign_id").annotate(n=Sum("paid")))


def groups_to_join(campaign: Campaign, *, now: dt.datetime | None = None, limit: int = 10) -> list[Group]:
    """Open groups with a free seat, those that lack least in front, with their openers."""
    open_ones = campaign.groups.filter(
        status=GroupStatus.OPEN, expires_at__gt=now or timezone.now(), taken__lt=F("size")
    )
    return list(open_ones.select_related("opener").order_by(F("size") - F("taken"), "expires_at")[:limit])


def group_by_number(number: str) -> Group:
    """A group with campaign, product, SKUs. Who knows the number may look. Raises GroupGone."""
    known = Group.objects.select_related("campaign__product", "program").prefetch_related(
        "campaign__skus__sku"
    )
    group = known.filter(number=number if number.isalnum() else "").first()
    if group is None:
        raise GroupGone
    return group


def seats_shown(group: Group) -> list[Seat]:
    """Who is in a group, or was when it failed, with members; the opener in front."""
    there = Q(status__in=LIVE)
    if group.status == GroupStatus.FAILED:
        there |= Q(paid_at__isnull=False)
    seats = list(group.seats.filter(there).select_related("member").order_by("id"))
    return sorted(seats, key=lambda seat: seat.member_id != group.opener_id)


def groups_of(*, member_id: int, before_id: int | None = None, limit: int = 20) -> list[Seat]:
    """A member's last seat in each group he was ever in, the newest first, with group, campaign and product."""
    last = Seat.objects.filter(member_id=member_id).order_by().values("group").annotate(last=Max("id"))
    seats = Seat.objects.filter(pk__in=last.values("last")).order_by("-id")
    if before_id is not None:
        seats = seats.filter(pk__lt=before_id)
    return list(seats.select_related("group__campaign__product", "order", "sku")[:limit])


def prices_for(
    *, member_id: int, campaign_id: int, number: str | None, lines: Lines | None
) -> Mapping[int, int]:
    """What a quote in a group costs, in fen by SKU; refused for the same reasons as a seat would be now.

    Raises what `reserve_seat` raises.
    """
    now = timezone.now()
    campaign = Campaign.objects.filter(pk=campaign_id).first()
    if campaign is None:
        raise CampaignGone
    if number is None:
        check_opening(campaign, now=now)
    else:
        group = Group.objects.filter(number=number if number.isalnum() else "", campaign=campaign).first()
        if group is None:
            raise GroupGone
        group.campaign = campaign
        check_joining(group, member_id=member_id, now=now)
    offered, _quantity = check_line(campaign, member_id=member_id, lines=lines)
    return {offered.sku_id: offered.price_amount}


def groups_of_orders(order_ids: Iterable[int]) -> dict[int, Group]:
    """The group that each of these orders belongs to, by order id; other orders are left out."""
    seats = Seat.objects.filter(order_id__in=list(order_ids)).select_related("group")
    return {seat.order_id: seat.group for seat in seats if seat.order_id is not None}
