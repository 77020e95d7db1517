"""Activities for members: made by the shop, limited in places, signed up for and attended."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.grow.loyalty.errors import (
    ActivityFull,
    ActivityInvalid,
    ActivityNotFound,
    CodeUnknown,
    NotSignedUp,
    SignUpClosed,
    SignUpFinal,
    TierTooLow,
)
from fangcun.grow.loyalty.events import ActivityCalledOff, ActivitySignedUp
from fangcun.grow.loyalty.models import Activity, Card, SignUp
from fangcun.grow.loyalty.states import ActivityStatus, SignUpStatus
from fangcun.identity.members.text import one_line
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record
from fangcun.kernel.events import announce
from fangcun.kernel.states import StatusChanged

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that are taken for another
FIELDS = (
    "title", "cover", "details", "is_online", "place", "starts_at", "ends_at", "sign_up_from", "sign_up_until",
    "places", "min_tier_id", "remind_hours",
)  # fmt: skip


@transaction.atomic
def save_activity(activity: Activity, *, by: Actor) -> Activity:
    """Keep an activity, new or changed. Raises ActivityInvalid, also for fewer places than are taken."""
    activity.title, activity.place = one_line(activity.title), one_line(activity.place)
    _refuse(activity)
    before = None
    if activity.pk is None:
        activity.save(force_insert=True)
    else:
        known = Activity.objects.select_for_update().get(pk=activity.pk)
        before = _content(known)
        if activity.places < known.taken:
            raise ActivityInvalid(fields={"places": _("已有 {taken} 人报名").format(taken=known.taken)})
        if activity.starts_at != known.starts_at:
            activity.reminded_at = None
        activity.save(update_fields=[*FIELDS, "reminded_at"])
    record("loyalty.save_activity", by=by, object=activity, before=before, after=_content(activity))
    return activity


@transaction.atomic
def publish_activity(activity: Activity, *, by: Actor) -> Activity:
    """Let members see an activity and sign up for it."""
    activity.enter(ActivityStatus.OPEN, by=by)
    record("loyalty.publish_activity", by=by, object=activity)
    return activity


@transaction.atomic
def call_off_activity(activity: Activity, *, by: Actor) -> Activity:
    """Call an activity off; everybody who has a place is told."""
    activity.enter(ActivityStatus.CANCELLED, by=by)
    record("loyalty.call_off_activity", by=by, object=activity)
    announce(ActivityCalledOff(activity_id=activity.pk))
    return activity


def sign_up(*, member_id: int, program_id: int, activity_id: int, now: dt.datetime | None = None) -> SignUp:
    """Give a member a place at an activity; who has one keeps it.

    The last place goes to exactly one. Raises ActivityNotFound, SignUpClosed, TierTooLow, ActivityFull.
    """
    now = now or timezone.now()
    activity = Activity.objects.select_related("min_tier").filter(pk=activity_id).first()
    if activity is None or activity.status == ActivityStatus.DRAFT:
        raise ActivityNotFound
    if activity.status != ActivityStatus.OPEN or not activity.sign_up_from <= now < activity.sign_up_until:
        raise SignUpClosed
    if activity.min_tier is not None:
        rank = Card.objects.filter(pk=member_id).values_list("tier__rank", flat=True).first()
        if (rank or 0) < activity.min_tier.rank:
            raise TierTooLow(tier=activity.min_tier.name)
    own = SignUp.objects.filter(activity_id=activity_id, member_id=member_id)
    for last_try in (False, False, True):
        known = own.first()
        if known is not None and known.status != SignUpStatus.CANCELLED:
            return known
        try:
            with transaction.atomic():
                return _take_place(activity, known, member_id, program_id, now)
        except ActivityFull:
            if own.filter(status=SignUpStatus.CANCELLED).exists() or not own.exists():
                raise  # else the last place went to the same member at this very moment
        except (IntegrityError, StatusChanged):  # the same member at the same moment, or a code that is used
            if last_try:
                raise
    raise AssertionError("the loop returns or raises")


def _take_place(
    activity: Activity, known: SignUp | None, member_id: int, program_id: int, now: dt.datetime
) -> SignUp:
    free = Activity.objects.filter(pk=activity.pk, status=ActivityStatus.OPEN, taken__lt=F("places"))
    if not free.update(taken=F("taken") + 1):
        raise ActivityFull
    by = Actor.member(member_id)
    if known is None:
        code = "".join(secrets.choice(CODE_LETTERS) for _ in range(6))
        known = SignUp.objects.create(
            activity=activity, member_id=member_id, program_id=program_id, code=code, signed_at=now
        )
    else:
        known.enter(SignUpStatus.SIGNED, by=by, signed_at=now)
    announce(
        ActivitySignedUp(
            member_id=member_id, program_id=program_id, activity_id=activity.pk, sign_up_id=known.pk,
            times=int(now.timestamp()),
        )
    )  # fmt: skip
    return known


@transaction.atomic
def cancel_sign_up(*, member_id: int, activity_id: int, now: dt.datetime | None = None) -> SignUp:
    """Give a member's place back to the others, once. Raises NotSignedUp, SignUpFinal."""
    now = now or timezone.now()
    rows = SignUp.objects.select_related("activity")
    found = rows.filter(member_id=member_id, activity_id=activity_id).first()
    if found is None or found.status == SignUpStatus.CANCELLED:
        raise NotSignedUp
    if found.status == SignUpStatus.ATTENDED or found.activity.starts_at <= now:
        raise SignUpFinal
    # The activity's row first, as for signing up.
    Activity.objects.filter(pk=activity_id).update(taken=F("taken") - 1)
    found.enter(SignUpStatus.CANCELLED, by=Actor.member(member_id))
    return found


@transaction.atomic
def attend(*, activity: Activity, code: str, by: Actor) -> SignUp:
    """Let somebody in who shows his code; once more changes nothing. Raises CodeUnknown."""
    wanted = code.strip().upper()
    found = SignUp.objects.filter(activity=activity, code=wanted if wanted.isalnum() else "").first()
    if found is None or found.status == SignUpStatus.CANCELLED:
        raise CodeUnknown
    if found.status == SignUpStatus.SIGNED:
        found.enter(SignUpStatus.ATTENDED, by=by, attended_at=timezone.now())
        record("loyalty.attend", by=by, object=activity, note=str(found.member))
    return found


def mark_reminded(activity: Activity) -> None:
    """Note that everybody who has a place at an activity was reminded."""
    Activity.objects.filter(pk=activity.pk).update(reminded_at=timezone.now())


def _refuse(activity: Activity) -> None:
    wrong = {}
    if not 1 <= len(activity.title) <= 60:
        wrong["title"] = _("标题为 1 到 60 个字")
    if not activity.place and not activity.is_online:
        wrong["place"] = _("请填写地点")
    if activity.ends_at <= activity.starts_at:
        wrong["ends_at"] = _("结束时间应晚于开始时间")
    if activity.sign_up_until <= activity.sign_up_from:
        wrong["sign_up_until"] = _("报名截止应晚于报名开始")
    elif activity.sign_up_until > activity.ends_at:
        wrong["sign_up_until"] = _("报名截止不能晚于活动结束")
    if not 1 <= activity.places <= 100_000:
        wrong["places"] = _("名额应在 1 到 100000 之间")
    if wrong:
        raise ActivityInvalid(fields=wrong)


def _content(activity: Activity) -> dict[str, Any]:
    return {name: getattr(activity, name) for name in FIELDS}
