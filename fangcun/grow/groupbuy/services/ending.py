"""When a group ends without being full: by the clock, by the shop, or because everybody left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils import timezone

from fangcun.grow.groupbuy.errors import GroupNotOpen
from fangcun.grow.groupbuy.events import GroupFailed
from fangcun.grow.groupbuy.models import Group, Seat
from fangcun.grow.groupbuy.services.news import told_of
from fangcun.grow.groupbuy.states import LIVE, GroupStatus
from fangcun.identity.members.text import one_line
from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.kernel.audit import record
from fangcun.kernel.events import announce
from fangcun.kernel.states import note

BATCH = 100


def expire_groups(*, now: dt.datetime | None = None, limit: int = BATCH) -> int:
    """End groups whose time is over (at `now`, else at this moment), a set in one transaction; how many.

    Whoever is joining or paying in one of them at this very moment goes first; the group's turn comes again.
    """
    moment = now or timezone.now()
    with transaction.atomic():
        due = Group.objects.filter(status=GroupStatus.OPEN, expires_at__lte=moment).order_by("expires_at")
        groups = list(due.select_for_update(no_key=True, skip_locked=True)[:limit])
        if groups:
            fail(groups, by=SYSTEM, reason="到时间未凑齐人数")
    return len(groups)


@transaction.atomic
def dissolve_group(*, group_id: int, by: Actor, reason: str) -> Group:
    """End an open group by hand; every member's money goes back as when its time had run out.

    Raises GroupNotOpen, also when it was formed a moment ago.
    """
    group = Group.objects.select_for_update(no_key=True).get(pk=group_id)
    if group.status != GroupStatus.OPEN:
        raise GroupNotOpen(status=group.get_status_display())
    text = one_line(reason)[:100] or "商家解散"
    fail([group], by=by, reason=text)
    record("groupbuy.dissolve_group", by=by, object=group, note=text)
    return group


def fail(groups: Sequence[Group], *, by: Actor, reason: str) -> None:
    """End open groups whose rows the caller has locked; what is owed to each member is paid back one by one."""
    now = timezone.now()
    Group.objects.filter(pk__in=[group.pk for group in groups], status=GroupStatus.OPEN).update(
        status=GroupStatus.FAILED, reason=reason, ended_at=now
    )
    note(groups, source=GroupStatus.OPEN, target=GroupStatus.FAILED, by=by, reason=reason)
    for group in groups:
        group.status, group.reason, group.ended_at = GroupStatus.FAILED, reason, now
    owe(Seat.objects.filter(group__in=groups, status__in=LIVE), reason=reason)
    announce(*(GroupFailed(**told_of(group, now), members=group.paid, reason=reason) for group in groups))


def owe(seats: Iterable[Seat], *, reason: str) -> None:
    """Have each of these members' orders given up soon, and again and again until it is."""
    from fangcun.grow.groupbuy.tasks import settle

    ids = [seat.pk for seat in seats]
    Seat.objects.filter(pk__in=ids).update(settle_at=timezone.now(), settle_reason=reason, settle_tries=0)
    for seat_id in ids:
        settle.enqueue(seat_id=seat_id)
