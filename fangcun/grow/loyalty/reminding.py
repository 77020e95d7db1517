"""Telling members in time: of an activity that begins, of points that expire, of a day that was missed."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Subquery, Sum
from django.utils import timezone

from fangcun.grow.loyalty.models import Activity, Card, CheckIn, Lot
from fangcun.grow.loyalty.queries import signed_up, to_remind
from fangcun.grow.loyalty.services.activities import mark_reminded
from fangcun.grow.loyalty.states import SignUpStatus
from fangcun.grow.messaging.services import notify
from fangcun.identity.members.models import Account

# A week before, and for two days after that in case nobody was there to tell.
EXPIRING = (dt.timedelta(days=5), dt.timedelta(days=7))
DAYTIME = (9, 21)  # hours of the shop's clock
# The mini program in which a row's member was last.
HOME = Subquery(
    Account.objects.filter(member=OuterRef("member"))
    .order_by("-logged_in_at", "-id")
    .values("program_id")[:1]
)


def remind_signed_up(*, now: dt.datetime | None = None) -> int:
    """Remind everybody who has a place at an activity that begins soon, once; how many there were."""
    told = 0
    for activity in to_remind(now=now):
        told += _tell(
            activity,
            "activity_starting",
            title="活动即将开始",
            body="您报名的活动“{title}”将于 {time} 开始。{place}",
        )
        mark_reminded(activity)
    return told


def tell_that_it_is_off(activity_id: int) -> int:
    """Tell everybody who has a place at an activity that it will not take place; how many there were."""
    activity = Activity.objects.get(pk=activity_id)
    return _tell(
        activity,
        "activity_cancelled",
        title="活动已取消",
        body="很抱歉，原定于 {time} 开始的活动“{title}”已取消。",
    )


def _tell(activity: Activity, purpose: str, *, title: str, body: str) -> int:
    local = timezone.localtime(activity.starts_at)
    facts = {
        "title": activity.title,
        "time": f"{local.month}月{local.day}日 {local:%H:%M}",
        "place": f"地点：{activity.place}" if activity.place else "",
    }
    told = 0
    for sign_up in signed_up(activity.pk).filter(status=SignUpStatus.SIGNED).iterator(chunk_size=500):
        notify(
            member_id=sign_up.member_id,
            program_id=sign_up.program_id,
            purpose=purpose,
            values={
                "activity": activity.title,
                "starts_at": activity.starts_at.isoformat(),
                "place": activity.place or "线上",
                "note": title,
            },
            link=f"/pages-grow/activity/activity?id={activity.pk}",
            kind="activity",
            title=title,
            body=body.format(**facts),
            dedupe_key=f"{purpose}:{activity.pk}:{int(activity.starts_at.timestamp())}:{sign_up.member_id}",
        )
        told += 1
    return told


def remind_expiring(*, now: dt.datetime | None = None) -> int:
    """Tell members of points that expire in a week, once for each day on which some do; how many are due.

    Messages are kept apart by member and day, so telling again changes nothing.
    """
    now = now or timezone.now()
    card = Card.objects.filter(pk=OuterRef("member"))
    due = (
        Lot.objects.filter(left__gt=0, expires_at__gt=now + EXPIRING[0], expires_at__lte=now + EXPIRING[1])
        .order_by()
        .values("member_id", "expires_at")
        .annotate(
            points=Sum("left"),
            balance=Subquery(card.values("points")),
            program_id=HOME,
        )
    )
    told = 0
    for row in due.iterator(chunk_size=500):
        if row["program_id"] is None or row["expires_at"] is None:
            continue
        last = timezone.localtime(
            row["expires_at"] - dt.timedelta(microseconds=1)
        )  # its day is not over before
        notify(
            member_id=row["member_id"],
            program_id=row["program_id"],
            purpose="points_changed",
            values={
                "points": str(row["points"]),
                "balance": str(row["balance"]),
                "reason": "积分即将到期",
                "time": last.isoformat(),
            },
            link="/pages-grow/points/points",
            kind="points",
            title="积分即将到期",
            body=f"您有 {row['points']} 积分将于 {last.month}月{last.day}日到期，记得用掉。",
            dedupe_key=f"points_expiring:{row['member_id']}:{last:%Y%m%d}",
        )
        told += 1
    return told


def remind_missed(*, now: dt.datetime | None = None) -> int:
    """Tell members whose run broke yesterday that they can mend it, in the daytime and once; how many are due.

    Only who has a make-up card, and only while yesterday can be mended: within its month.
    """
    now = timezone.localtime(now or timezone.now())
    yesterday = now.date() - dt.timedelta(days=1)
    if not DAYTIME[0] <= now.hour < DAYTIME[1] or yesterday.month != now.month:
        return 0
    came = CheckIn.objects.filter(member=OuterRef("member"))
    broken = CheckIn.objects.filter(
        ~Exists(came.filter(day=yesterday)),
        Exists(Card.objects.filter(pk=OuterRef("member"), make_up_cards__gt=0)),
        day=yesterday - dt.timedelta(days=1),
        streak__gte=2,
    )
    told = 0
    for row in broken.annotate(program_id=HOME).iterator(chunk_size=500):
        if row.program_id is None:
            continue
        notify(
            member_id=row.member_id,
            program_id=row.program_id,
            purpose="check_in_missed",
            values={},
            link="/pages-grow/points/points",
            kind="points",
            title="昨天漏签了",
            body=f"您已连续签到 {row.streak} 天，昨天漏签了。用一张补签卡就能接上。",
            dedupe_key=f"check_in_missed:{row.member_id}:{yesterday:%Y%m%d}",
        )
        told += 1
    return told
