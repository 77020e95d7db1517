"""A coupon is used by an order, and comes back when the order doesn't stand."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from fangcun.kernel import states
from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.shop.offers.errors import CouponSpent
from fangcun.shop.offers.models import Coupon
from fangcun.shop.offers.states import CouponStatus


def use_coupon(*, coupon_id: int, member_id: int, order_number: str, now: dt.datetime) -> None:
    """Use a coupon for an order, in the caller's transaction; of two orders that want it one gets it.

    Raises CouponSpent when it is used, expired, withdrawn or somebody else's.
    """
    unused = Coupon.objects.filter(
        pk=coupon_id,
        member_id=member_id,
        status=CouponStatus.UNUSED,
        starts_at__lte=now,
        expires_at__gt=now,
    )
    if not unused.update(status=CouponStatus.USED, order_number=order_number, used_at=now):
        raise CouponSpent
    states.note(
        [Coupon(pk=coupon_id)],
        source=CouponStatus.UNUSED,
        target=CouponStatus.USED,
        by=Actor.member(member_id),
        reason=order_number,
    )


def return_coupon(*, order_number: str, now: dt.datetime, by: Actor = SYSTEM) -> bool:
    """Give the coupon of an order back, once; one whose time is over is expired then. Whether there was one."""
    with transaction.atomic():
        used = Coupon.objects.filter(order_number=order_number, status=CouponStatus.USED).first()
        if used is None:
            return False
        target = CouponStatus.EXPIRED if used.expires_at <= now else CouponStatus.UNUSED
        still = Coupon.objects.filter(pk=used.pk, order_number=order_number, status=CouponStatus.USED)
        if not still.update(status=target, order_number="", used_at=None):
            return False
        states.note([used], source=CouponStatus.USED, target=target, by=by, reason=order_number)
    return True
