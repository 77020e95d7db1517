"""Telling those who have a place at an activity."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from fangcun.grow.loyalty.models import Activity
from fangcun.grow.loyalty.queries import signed_up, to_remind
from fangcun.grow.loyalty.services.activities import mark_reminded
from fangcun.grow.loyalty.states import SignUpStatus
from fangcun.grow.messaging.services import notify


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
