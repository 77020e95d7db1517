"""What time, staff and merged members do to coupons."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from fangcun.kernel import states
from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.kernel.audit import record
from fangcun.kernel.events import announce
from fangcun.shop.offers.events import CouponExpiring
from fangcun.shop.offers.models import Coupon, CouponHolder, FlashBuyer
from fangcun.shop.offers.states import CouponStatus

BATCH = 500
REMIND_BEFORE = dt.timedelta(days=1)
WORTH_REMINDING = dt.timedelta(days=2)  # who got it yesterday remembers


def expire_coupons(*, now: dt.datetime | None = None, limit: int = BATCH) -> int:
    """Let unused coupons whose time is over (at `now`, else at this moment) be expired; how many."""
    now = now or timezone.now()
    due = Coupon.objects.filter(status=CouponStatus.UNUSED, expires_at__lte=now)
    ids = list(due.order_by("expires_at").values_list("pk", flat=True)[:limit])
    if not ids:
        return 0
    with transaction.atomic():
        rows = list(due.filter(pk__in=ids).order_by("pk").select_for_update())
        due.filter(pk__in=[row.pk for row in rows]).update(status=CouponStatus.EXPIRED)
        states.note(rows, source=CouponStatus.UNUSED, target=CouponStatus.EXPIRED, by=SYSTEM)
    return len(ids)


def remind_of_coupons(*, now: dt.datetime | None = None, limit: int = BATCH) -> int:
    """Announce unused coupons that end within a day, each once; how many were looked at."""
    now = now or timezone.now()
    due = Coupon.objects.filter(
        status=CouponStatus.UNUSED,
        expires_at__gt=now,
        expires_at__lte=now + REMIND_BEFORE,
        reminded_at=None,
    )
    if not due.exists():
        return 0
    with transaction.atomic():
        locked = due.select_related("template").select_for_update(of=("self",)).order_by("pk")
        rows = list(locked[:limit])
        Coupon.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_at=now)
        announce(
            *(
                CouponExpiring(row.pk, row.member_id, row.template.title, row.expires_at.isoformat())
                for row in rows
                if row.expires_at - row.claimed_at >= WORTH_REMINDING
            )
        )
    return len(rows)


def withdraw_coupon(coupon: Coupon, *, by: Actor, reason: str) -> Coupon:
    """Make an unused coupon worth nothing. Raises IllegalTransition, StatusChanged."""
    with transaction.atomic():
        coupon.enter(CouponStatus.WITHDRAWN, by=by, reason=reason)
        record("offers.withdraw_coupon", by=by, object=coupon, note=reason)
    return coupon


def reassign_offers(*, kept_id: int, gone_id: int) -> None:
    """Give the coupons of a merged member to the one who stays, and add up what both have taken."""
    Coupon.objects.filter(member_id=gone_id).update(member_id=kept_id)
    for held in CouponHolder.objects.filter(member_id=gone_id):
        kept, new = CouponHolder.objects.get_or_create(
            template_id=held.template_id, member_id=kept_id, defaults={"taken": held.taken}
        )
        if not new:
            CouponHolder.objects.filter(pk=kept.pk).update(taken=F("taken") + held.taken)
        held.delete()
    for buyer in FlashBuyer.objects.filter(member_id=gone_id):
        bought, new = FlashBuyer.objects.get_or_create(
            line_id=buyer.line_id, member_id=kept_id, defaults={"taken": buyer.taken}
        )
        if not new:
            FlashBuyer.objects.filter(pk=bought.pk).update(taken=F("taken") + buyer.taken)
        buyer.delete()
