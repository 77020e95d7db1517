"""Member-only activities in the storefront API."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from fangcun.doors.storefront.auth import MemberAuth, account_of, member_of
from fangcun.doors.storefront.cart import BigId
from fangcun.doors.storefront.schemas import errors
from fangcun.doors.storefront.throttle import Limit
from fangcun.grow.loyalty import queries, services
from fangcun.grow.loyalty.queries.activities import State
from fangcun.grow.loyalty.states import SignUpStatus
from fangcun.shop.catalog.cards import picture

router = Router(tags=["activities"], auth=MemberAuth())

LIMIT = Limit("sign-up", most=60, seconds=60)

MyState = Literal["signed", "cancelled", "attended"]


class ActivityTierOut(Schema):
    rank: int
    name: str


class ActivityOut(Schema):
    """`code` is what the member shows at the door; `reason` says why he cannot sign up now, "" when he can."""

    id: int
    title: str
    cover: str
    is_online: bool
    place: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    sign_up_from: dt.datetime
    sign_up_until: dt.datetime
    places: int
    places_left: int
    min_tier: ActivityTierOut | None
    state: State
    mine: MyState | None
    code: str | None
    can_sign_up: bool
    can_cancel: bool
    reason: str


class ActivityPageOut(ActivityOut):
    details: str
    server_time: dt.datetime


class ActivitiesOut(Schema):
    items: list[ActivityOut]
    server_time: dt.datetime


@router.get("/activities", response={200: ActivitiesOut, **errors(400, 401)})
def list_activities(request: HttpRequest) -> ActivitiesOut:
    """The activities for members, those to come first."""
    now = timezone.now()
    found = queries.activities_for(member_of(request).pk, now=now)
    return ActivitiesOut(items=[ActivityOut(**_shape(seen, now)) for seen in found], server_time=now)


@router.get("/activities/{activity_id}", response={200: ActivityPageOut, **errors(400, 401, 404, 422)})
def get_activity(request: HttpRequest, activity_id: BigId) -> ActivityPageOut:
    """One activity, and the member's place at it."""
    return _page(member_of(request).pk, activity_id)


@router.post(
    "/activities/{activity_id}/sign-up",
    response={200: ActivityPageOut, **errors(400, 401, 404, 409, 422, 429)},
)
def sign_up(request: HttpRequest, activity_id: BigId) -> ActivityPageOut:
    """Take a place; who has one keeps it."""
    account = account_of(request)
    LIMIT.spend(account.pk)
    services.sign_up(member_id=account.member_id, program_id=account.program_id, activity_id=activity_id)
    return _page(account.member_id, activity_id)


@router.delete(
    "/activities/{activity_id}/sign-up",
    response={200: ActivityPageOut, **errors(400, 401, 404, 409, 422, 429)},
)
def cancel_sign_up(request: HttpRequest, activity_id: BigId) -> ActivityPageOut:
    """Give the place back; until the activity begins."""
    member_id = member_of(request).pk
    LIMIT.spend(account_of(request).pk)
    queries.activity_for(member_id, activity_id)
    services.cancel_sign_up(member_id=member_id, activity_id=activity_id)
    return _page(member_id, activity_id)


def _page(member_id: int, activity_id: int) -> ActivityPageOut:
    now = timezone.now()
    seen = queries.activity_for(member_id, activity_id, now=now)
    return ActivityPageOut(**_shape(seen, now), details=seen.activity.details, server_time=now)


def _shape(seen: queries.Seen, now: dt.datetime) -> dict[str, Any]:
    activity, mine = seen.activity, seen.mine
    has_place = mine is not None and mine.status != SignUpStatus.CANCELLED
    names = ("title", "is_online", "place", "starts_at", "ends_at", "sign_up_from", "sign_up_until", "places")
    tier = activity.min_tier
    return {
        **{name: getattr(activity, name) for name in names},
        "id": activity.pk,
        "cover": picture(activity.cover, 750) if activity.cover else "",
        "places_left": max(activity.places - activity.taken, 0),
        "min_tier": ActivityTierOut(rank=tier.rank, name=tier.name) if tier else None,
        "state": seen.state,
        "mine": mine.status if mine else None,
        "code": mine.code if mine and has_place else None,
        "can_sign_up": seen.can_sign_up,
        "can_cancel": mine is not None
        and mine.status == SignUpStatus.SIGNED
        and now < activity.starts_at
        and seen.state != "cancelled",
        "reason": seen.reason,
    }
