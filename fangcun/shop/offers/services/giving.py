"""Coupons for everybody of a segment: in batches, each a transaction, so that it can be broken off anywhere."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from fangcun.identity.members.models import Member
from fangcun.insight.segments.models import Segment
from fangcun.insight.segments.queries import members_of
from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.kernel.audit import record
from fangcun.shop.offers.counting import count_up
from fangcun.shop.offers.errors import CouponOver
from fangcun.shop.offers.models import Coupon, CouponHolder, CouponTemplate, Giving
from fangcun.shop.offers.services.claiming import announce_given, count_template, span
from fangcun.shop.offers.states import GivingStatus

BATCH = 500


def start_giving(template: CouponTemplate, *, segment: Segment, by: Actor) -> Giving:
    """Have everybody of a segment be given one; who holds as many as he may have gets none.

    Raises CouponOver when its coupons would be good no more.
    """
    from fangcun.shop.offers.tasks import give_to_segment

    if span(template, timezone.now()) is None:
        raise CouponOver
    with transaction.atomic():
        giving = Giving.objects.create(
            template=template, segment=segment, actor_kind=by.kind, actor_id=by.id, actor_name=by.name[:150]
        )
        record("offers.give_to_segment", by=by, object=template, after={"segment": segment.name})
        give_to_segment.enqueue(giving_id=giving.pk)
    return giving


def give_batch(*, giving_id: int, limit: int = BATCH) -> bool:
    """Give to the next members of the segment; whether there are more. Done again it goes on where it was."""
    giving = Giving.objects.select_related("template", "segment").get(pk=giving_id)
    if giving.status not in (GivingStatus.WAITING, GivingStatus.RUNNING):
        return False
    if giving.segment_id is None:
        return _end(giving, GivingStatus.FAILED, "人群已被删除")
    members = sorted(members_of(giving.segment_id))  # counted outside the transaction: it may take a while
    if giving.status == GivingStatus.WAITING:
        giving.enter(GivingStatus.RUNNING, by=SYSTEM, people=len(members))
    batch = members[bisect_right(members, giving.last_member_id) :][:limit]
    if not batch:
        return _end(giving, GivingStatus.DONE)
    with transaction.atomic():
        mine = Giving.objects.filter(pk=giving.pk, last_member_id=giving.last_member_id)
        if not mine.update(last_member_id=batch[-1]):  # another worker has done this batch
            return True
        good = span(giving.template, timezone.now())
        if good is None or not giving.template.is_active:
            over = True
        else:
            there = Member.objects.filter(pk__in=batch, merged_into=None).values_list("pk", flat=True)
            given, over = _give(giving, list(there), good)
            done = min(giving.done + len(batch), max(giving.people, giving.done))
            Giving.objects.filter(pk=giving.pk).update(done=done, given=giving.given + given)
    return _end(giving, GivingStatus.SHORT, "券已发完或已停用") if over else True


def _give(giving: Giving, members: list[int], good: tuple[dt.datetime, dt.datetime]) -> tuple[int, bool]:
    template, now = giving.template, timezone.now()
    counted = sorted(
        member for _, member in count_up("coupons", [(template.pk, member, 1) for member in members])
    )
    over = False
    if counted and not count_template(template, len(counted)):
        locked = CouponTemplate.objects.select_for_update().get(pk=template.pk)
        left = max((locked.total or 0) - locked.claimed, 0) if locked.is_active else 0
        too_many = CouponHolder.objects.filter(template=template, member__in=counted[left:])
        too_many.update(taken=F("taken") - 1)
        counted, over = counted[:left], True
        if counted:
            count_template(template, len(counted))
    if not counted:
        return 0, over
    coupons = Coupon.objects.bulk_create(
        Coupon(
            template=template,
            member_id=member_id,
            starts_at=good[0],
            expires_at=good[1],
            claimed_at=now,
            source="segment",
            key=f"giving:{giving.pk}:{member_id}",
        )
        for member_id in counted
    )
    announce_given(template, coupons, source="segment")
    return len(coupons), over


def _end(giving: Giving, status: GivingStatus, error: str = "") -> bool:
    giving.refresh_from_db(fields=["status"])
    if giving.status == GivingStatus.RUNNING or (
        giving.status == GivingStatus.WAITING and status == GivingStatus.FAILED
    ):
        giving.enter(status, by=SYSTEM, error=error, finished_at=timezone.now())
    return False
