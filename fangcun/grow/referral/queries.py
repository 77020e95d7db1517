"""Questions about invitations."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Min, Q, QuerySet, Sum
from django.utils import timezone

from fangcun.grow.referral.models import Invitation, Touch
from fangcun.grow.referral.states import InvitationStatus
from fangcun.identity.members.models import Member

MOST_INVITEES = 50
LEADERS = 20
TOUCHED = "touched"


@dataclass(frozen=True, slots=True)
class Invited:
    """One who came by a member's invitation; `status` is an invitation's, or `touched` while none is settled."""

    member: Member
    status: str
    at: dt.datetime
    points: int


@dataclass(frozen=True, slots=True)
class Totals:
    """How many came, wait to buy, were rewarded, and what the inviter got for them so far (points)."""

    invited: int
    waiting: int
    rewarded: int
    points: int


@dataclass(frozen=True, slots=True)
class Leader:
    """A place in the month's list of inviters."""

    rank: int
    member: Member
    count: int


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """Inviters of a month by rewarded invitations; who was faster stands higher among equals."""

    starts_at: dt.datetime
    leaders: tuple[Leader, ...]
    mine: Leader | None


def invited_by(member_id: int, *, days: int, limit: int = MOST_INVITEES) -> list[Invited]:
    """Whom a member invited, the newest first: settled invitations, and touches that may still become one.

    `days` is for how long a touch may, by the rules.
    """
    settled = [
        Invited(row.invitee, row.status, row.settled_at, 0 if row.capped else row.inviter_points)
        for row in Invitation.objects.filter(inviter_id=member_id, superseded=False)
        .select_related("invitee")
        .order_by("-id")[:limit]
    ]
    open_ = [
        Invited(touch.invitee, TOUCHED, touch.at, 0)
        for touch in _open_touches(member_id, days).select_related("invitee").order_by("-id")[:limit]
    ]
    return sorted([*settled, *open_], key=lambda one: one.at, reverse=True)[:limit]


def totals_of(member_id: int, *, days: int) -> Totals:
    """How a member's invitations stand, all of them; `days` as for `invited_by`."""
    own = Invitation.objects.filter(inviter_id=member_id, superseded=False)
    uncapped = Sum("inviter_points", filter=Q(capped=False))
    found = own.order_by().values_list("status").annotate(n=Count("id"), points=uncapped)
    counts = {status: n for status, n, _points in found}
    points = {status: points or 0 for status, _n, points in found}
    touched = _open_touches(member_id, days).values("invitee_id").distinct().count()
    return Totals(
        invited=sum(counts.values()) + touched,
        waiting=touched + counts.get(InvitationStatus.WAITING, 0),
        rewarded=counts.get(InvitationStatus.REWARDED, 0),
        points=points.get(InvitationStatus.REWARDED, 0),
    )


def _open_touches(member_id: int, days: int) -> QuerySet[Touch]:
    since = timezone.now() - dt.timedelta(days=days)
    settled = Invitation.objects.filter(superseded=False).values("invitee_id")
    return Touch.objects.filter(inviter_id=member_id, at__gte=since).exclude(invitee_id__in=settled)


def leaderboard(*, member_id: int | None = None, now: dt.datetime | None = None) -> Leaderboard:
    """Who invited most in the month of `now`, and where a member stands."""
    local = timezone.localtime(now or timezone.now())
    start = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = (start + dt.timedelta(days=32)).replace(day=1)
    counted = (
        Invitation.objects.filter(
            status=InvitationStatus.REWARDED, superseded=False, ended_at__gte=start, ended_at__lt=end
        )
        .values("inviter_id")
        .annotate(count=Count("id"), first=Min("ended_at"))
    )
    top = list(counted.order_by("-count", "first", "inviter_id")[:LEADERS])
    members = Member.objects.in_bulk([row["inviter_id"] for row in top])
    leaders = tuple(
        Leader(rank, members[row["inviter_id"]], row["count"]) for rank, row in enumerate(top, start=1)
    )
    mine = next((leader for leader in leaders if leader.member.pk == member_id), None)
    if (
        mine is None
        and member_id is not None
        and (own := counted.filter(inviter_id=member_id).order_by("inviter_id").first())
    ):
        better = counted.filter(
            Q(count__gt=own["count"])
            | Q(count=own["count"], first__lt=own["first"])
            | Q(count=own["count"], first=own["first"], inviter_id__lt=member_id)
        ).count()
        mine = Leader(better + 1, Member.objects.get(pk=member_id), own["count"])
    return Leaderboard(start, leaders, mine)


def held_count() -> int:
    """How many invitations wait for a person to look at them."""
    return Invitation.objects.filter(status=InvitationStatus.HELD, superseded=False).count()
