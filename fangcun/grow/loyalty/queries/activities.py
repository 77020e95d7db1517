"""Activities, and who comes to them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.grow.loyalty.errors import ActivityNotFound
from fangcun.grow.loyalty.models import Activity, Card, SignUp
from fangcun.grow.loyalty.states import ActivityStatus, SignUpStatus

State = Literal["upcoming", "open", "full", "closed", "over", "cancelled"]


@dataclass(frozen=True, slots=True)
class Seen:
    """An activity as one member sees it; `reason` says why he cannot sign up, "" when he can."""

    activity: Activity
    state: State
    mine: SignUp | None
    can_sign_up: bool
    reason: str


def activities_for(member_id: int, *, now: dt.datetime | None = None, limit: int = 50) -> list[Seen]:
    """The activities that are published, those to come first; a constant number of statements."""
    now = now or timezone.now()
    rows = Activity.objects.select_related("min_tier").exclude(status=ActivityStatus.DRAFT)
    to_come = list(rows.filter(ends_at__gt=now).order_by("starts_at", "id")[:limit])
    past = list(rows.filter(ends_at__lte=now).order_by("-starts_at", "-id")[: limit - len(to_come)])
    return _seen([*to_come, *past], member_id, now)


def activity_for(member_id: int, activity_id: int, *, now: dt.datetime | None = None) -> Seen:
    """One published activity as a member sees it. Raises ActivityNotFound."""
    rows = Activity.objects.select_related("min_tier").exclude(status=ActivityStatus.DRAFT)
    found = rows.filter(pk=activity_id).first()
    if found is None:
        raise ActivityNotFound
    return _seen([found], member_id, now or timezone.now())[0]


def _seen(activities: list[Activity], member_id: int, now: dt.datetime) -> list[Seen]:
    signed = SignUp.objects.filter(member_id=member_id, activity__in=activities)
    mine = {one.activity_id: one for one in signed}
    rank = Card.objects.filter(pk=member_id).values_list("tier__rank", flat=True).first() or 0
    return [_one(activity, mine.get(activity.pk), rank, now) for activity in activities]


def _one(activity: Activity, mine: SignUp | None, rank: int, now: dt.datetime) -> Seen:
    state = state_of(activity, now)
    reason = ""
    if mine is not None and mine.status != SignUpStatus.CANCELLED:
        reason = _("你已报名")
    elif state == "upcoming":
        reason = _("报名还没有开始")
    elif state == "full":
        reason = _("名额已满")
    elif state == "cancelled":
        reason = _("活动已取消")
    elif state != "open":
        reason = _("报名已截止")
    elif activity.min_tier is not None and rank < activity.min_tier.rank:
        reason = _("{tier}及以上会员才能报名").format(tier=activity.min_tier.name)
    return Seen(activity, state, mine, not reason, reason)


def state_of(activity: Activity, now: dt.datetime) -> State:
    """Where an activity stands for those who have no place yet."""
    if activity.status == ActivityStatus.CANCELLED:
        return "cancelled"
    if now >= activity.ends_at:
        return "over"
    if now < activity.sign_up_from:
        return "upcoming"
    if now >= activity.sign_up_until:
        return "closed"
    return "full" if activity.taken >= activity.places else "open"


def signed_up(activity_id: int) -> QuerySet[SignUp]:
    """Who has a place at an activity or had one, in the order in which they signed up."""
    rows = SignUp.objects.filter(activity_id=activity_id).select_related("member")
    return rows.order_by("signed_at", "id")


def to_remind(*, now: dt.datetime | None = None) -> list[Activity]:
    """The activities that begin soon and whose members were not reminded yet."""
    now = now or timezone.now()
    soon = Activity.objects.filter(
        status=ActivityStatus.OPEN, starts_at__gt=now, reminded_at=None, remind_hours__gt=0
    )
    return [one for one in soon if one.starts_at - dt.timedelta(hours=one.remind_hours) <= now]
