"""A member's coupons."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count, Q, QuerySet

from fangcun.shop.offers.models import Coupon
from fangcun.shop.offers.rules import HeldCoupon
from fangcun.shop.offers.states import CouponStatus

MOST_TRIED = 60
MOST_SHOWN = 200


def held_coupons(*, member_id: int, now: dt.datetime, coupon_id: int | None = None) -> list[HeldCoupon]:
    """What a member could use, those that end first; one of them with `coupon_id`. One statement."""
    rows = _usable(member_id, now).select_related("template").order_by("expires_at", "pk")
    if coupon_id is not None:
        rows = rows.filter(pk=coupon_id)
    return [
        HeldCoupon(row.pk, row.template_id, row.template.terms(), row.starts_at, row.expires_at)
        for row in rows[:MOST_TRIED]
    ]


def coupons_of(*, member_id: int, status: str, now: dt.datetime) -> list[Coupon]:
    """A member's coupons: usable ones by when they end, used and expired ones the newest first."""
    mine = Coupon.objects.filter(member_id=member_id).select_related("template")
    if status == "usable":
        return list(
            _usable(member_id, now).select_related("template").order_by("expires_at", "pk")[:MOST_SHOWN]
        )
    if status == "used":
        return list(mine.filter(status=CouponStatus.USED).order_by("-used_at", "-pk")[:MOST_SHOWN])
    return list(mine.filter(_expired(now)).order_by("-expires_at", "-pk")[:MOST_SHOWN])


def counts_of(*, member_id: int, now: dt.datetime) -> dict[str, int]:
    """How many coupons a member has of each sort."""
    return Coupon.objects.filter(member_id=member_id).aggregate(
        usable=Count("pk", filter=Q(status=CouponStatus.UNUSED, expires_at__gt=now)),
        used=Count("pk", filter=Q(status=CouponStatus.USED)),
        expired=Count("pk", filter=_expired(now)),
    )


def _usable(member_id: int, now: dt.datetime) -> QuerySet[Coupon]:
    return Coupon.objects.filter(member_id=member_id, status=CouponStatus.UNUSED, expires_at__gt=now)


def _expired(now: dt.datetime) -> Q:
    return Q(status=CouponStatus.EXPIRED) | Q(status=CouponStatus.UNUSED, expires_at__lte=now)
