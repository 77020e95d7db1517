"""Group-buys: what runs, one group as everybody sees it, and a member's own. Opening and joining is POST /orders."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router
from pydantic import Field

from fangcun.doors.storefront.auth import MemberAuth, account_if_any, ip_of, member_of, program_of
from fangcun.doors.storefront.cart import BigId
from fangcun.doors.storefront.faces import avatar_url, masked_name
from fangcun.doors.storefront.groupbuy_schemas import (
    CampaignDetailOut,
    CampaignOut,
    CampaignSkuOut,
    CampaignsOut,
    CampaignState,
    GroupMemberOut,
    GroupOut,
    MyGroupOut,
    MyGroupsOut,
    MySeatOut,
    OpenGroupOut,
)
from fangcun.doors.storefront.schemas import EITHER, FOR_IMAGES, errors
from fangcun.doors.storefront.throttle import Limit
from fangcun.grow.groupbuy import queries
from fangcun.grow.groupbuy.admission import check_joining, check_opening
from fangcun.grow.groupbuy.models import Campaign, CampaignSku, Group, Seat
from fangcun.grow.groupbuy.posters import poster_of
from fangcun.grow.groupbuy.states import CampaignStatus, GroupStatus, SeatStatus
from fangcun.kernel.errors import DomainError
from fangcun.shop.catalog.cards import picture

router = Router(tags=["groupbuy"])

PNG = {"schema": {"type": "string", "format": "binary"}}
# Drawing takes a tenth of a second of a processor; many phones may share one address.
POSTERS = Limit("posters", most=120, seconds=60)


@router.get("/groupbuy/campaigns", response={200: CampaignsOut, **errors(400, 422)})
def list_campaigns(request: HttpRequest, product_id: BigId | None = None) -> CampaignsOut:
    """Campaigns in which a group may be opened now, of all products or of one."""
    program_of(request)
    now = timezone.now()
    campaigns = queries.running_campaigns(product_id=product_id, now=now)
    joined = queries.joined_counts(campaign.pk for campaign in campaigns) if campaigns else {}
    return CampaignsOut(
        items=[_campaign(campaign, joined.get(campaign.pk, 0), now) for campaign in campaigns],
        server_time=now,
    )


@router.get("/groupbuy/campaigns/{campaign_id}", response={200: CampaignDetailOut, **errors(400, 404, 422)})
def get_campaign(request: HttpRequest, campaign_id: BigId) -> CampaignDetailOut:
    """One campaign, and groups in it that lack few."""
    program_of(request)
    now = timezone.now()
    campaign = queries.campaign_shown(campaign_id)
    reason = ""
    try:
        check_opening(campaign, now=now)
    except DomainError as refused:
        reason = str(refused)
    return CampaignDetailOut(
        **_campaign(campaign, queries.joined_counts([campaign.pk]).get(campaign.pk, 0), now).dict(),
        can_open=not reason,
        reason=reason,
        groups=[
            OpenGroupOut(
                number=group.number,
                nickname=masked_name(group.opener),
                avatar=avatar_url(group.opener),
                size=group.size,
                left=group.size - group.taken,
                expires_at=group.expires_at or now,
            )
            for group in queries.groups_to_join(campaign, now=now)
        ],
        server_time=now,
    )


@router.get("/groupbuy/groups", auth=MemberAuth(), response={200: MyGroupsOut, **errors(400, 401, 422)})
def my_groups(
    request: HttpRequest, cursor: BigId | None = None, limit: Annotated[int, Field(ge=1, le=50)] = 20
) -> MyGroupsOut:
    """Groups that the member opened or joined, the newest first."""
    member = member_of(request)
    found = queries.groups_of(member_id=member.pk, before_id=cursor, limit=limit + 1)
    page = found[:limit]
    return MyGroupsOut(
        items=[_mine(seat) for seat in page],
        next_cursor=str(page[-1].pk) if len(found) > limit else None,
        server_time=timezone.now(),
    )


@router.get(
    "/groupbuy/groups/{number}", response={200: GroupOut, **errors(400, 401, 404)}, openapi_extra=EITHER
)
def get_group(request: HttpRequest, number: str) -> GroupOut:
    """One group, as whoever knows its number sees it; with a token also what is the asker's in it."""
    program_of(request)
    account = account_if_any(request)
    member_id = account.member_id if account else None
    now = timezone.now()
    group = queries.group_by_number(number)
    campaign = group.campaign
    seats = queries.seats_shown(group)
    mine = next((seat for seat in seats if seat.member_id == member_id), None)
    code, reason = "", ""
    try:
        check_joining(group, member_id=member_id, now=now)
    except DomainError as refused:
        code, reason = refused.code, str(refused)
    return GroupOut(
        number=group.number,
        status=GroupStatus(group.status),
        status_text=group.get_status_display(),
        reason_failed=group.reason,
        campaign=_campaign(campaign, queries.joined_counts([campaign.pk]).get(campaign.pk, 0), now),
        size=group.size,
        paid=group.paid,
        left=group.size - group.taken,
        opened_at=group.opened_at,
        expires_at=group.expires_at,
        ended_at=group.ended_at,
        server_time=now,
        members=[_member(seat, group, member_id) for seat in seats],
        my_seat=MySeatOut(
            status=SeatStatus(mine.status),
            order_number=mine.order_number,
            is_opener=mine.member_id == group.opener_id,
        )
        if mine
        else None,
        can_join=not code,
        reason_code=code,
        reason=reason,
        can_open=campaign.may_open(now),
        poster=f"{settings.PUBLIC_URL}/api/v1/groupbuy/groups/{group.number}/poster",
    )


@router.get(
    "/groupbuy/groups/{number}/poster",
    response={200: None, **errors(404, 429, 502)},
    openapi_extra={
        "responses": {200: {"description": "OK", "content": {"image/png": PNG}}},
        FOR_IMAGES: True,
    },
)
def get_poster(request: HttpRequest, number: str) -> HttpResponse:
    """A picture to share, with a mini program code. An image element sends no headers, so none is needed."""
    POSTERS.spend(ip_of(request))
    content = poster_of(queries.group_by_number(number))
    return HttpResponse(content, content_type="image/png", headers={"Cache-Control": "public, max-age=300"})


def _campaign(campaign: Campaign, joined: int, now: dt.datetime) -> CampaignOut:
    product = campaign.product
    skus = [one for one in campaign.skus.all() if one.sku.active]
    cheapest = campaign.cheapest
    return CampaignOut(
        id=campaign.pk,
        title=campaign.title,
        state=_state(campaign, now),
        product_id=product.pk,
        product_title=product.title,
        cover=picture(product.cover, 480),
        size=campaign.size,
        hours=campaign.hours,
        member_limit=campaign.member_limit,
        newcomers_only=campaign.newcomers_only,
        starts_at=campaign.starts_at,
        ends_at=campaign.ends_at,
        price_amount=cheapest.price_amount,
        list_amount=cheapest.sku.price_amount,
        joined=joined,
        skus=[_sku(one, product.cover) for one in skus],
    )


def _state(campaign: Campaign, now: dt.datetime) -> CampaignState:
    if campaign.status == CampaignStatus.ENDED or campaign.ends_at <= now:
        return "ended"
    if campaign.status == CampaignStatus.PAUSED:
        return "paused"
    return "running" if campaign.starts_at <= now else "soon"


def _sku(one: CampaignSku, cover: str) -> CampaignSkuOut:
    stock = max(one.sku.stock, 0)
    return CampaignSkuOut(
        sku_id=one.sku_id,
        title=one.sku.title,
        values=one.sku.values,
        picture=picture(one.sku.picture or cover, 240),
        price_amount=one.price_amount,
        list_amount=one.sku.price_amount,
        stock=stock if one.quota is None else min(stock, max(one.quota - one.taken, 0)),
    )


def _member(seat: Seat, group: Group, member_id: int | None) -> GroupMemberOut:
    is_me = seat.member_id == member_id
    return GroupMemberOut(
        nickname=(seat.member.nickname or "我") if is_me else masked_name(seat.member),
        avatar=avatar_url(seat.member),
        is_opener=seat.member_id == group.opener_id,
        is_me=is_me,
        paid=seat.paid_at is not None,
    )


def _mine(seat: Seat) -> MyGroupOut:
    group, product = seat.group, seat.group.campaign.product
    return MyGroupOut(
        number=group.number,
        status=GroupStatus(group.status),
        status_text=group.get_status_display(),
        campaign_id=group.campaign_id,
        product_id=product.pk,
        product_title=product.title,
        sku_title=seat.sku.title,
        cover=picture(seat.sku.picture or product.cover, 240),
        size=group.size,
        paid=group.paid,
        left=group.size - group.taken,
        expires_at=group.expires_at,
        is_opener=group.opener_id == seat.member_id,
        my_status=SeatStatus(seat.status),
        order_number=seat.order_number,
        total_amount=seat.order.total_amount if seat.order else 0,
        refunded_amount=seat.order.refunded_amount if seat.order else 0,
    )
