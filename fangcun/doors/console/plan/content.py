"""The content plan by month: when videos are shot and uploaded, and how what members publish is reviewed."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from fangcun.blueprint.document import Blueprint, Video
from fangcun.doors.console.plan.shown import Shown

MOST_MONTHS: Final = 18  # a mistyped year must not draw a hundred pages
WEEKDAYS: Final = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
_weeks = calendar.Calendar()


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happens on a day: a video is shot, or uploaded."""

    kind: str
    video: Video
    owner: str


@dataclass(slots=True)
class Day:
    """A day of a month's grid."""

    date: dt.date
    inside: bool
    today: bool
    free: bool
    launch: bool
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Month:
    """A month as weeks of seven days, Monday first."""

    first: dt.date
    weeks: list[list[Day]]
    count: int


def content(shown: Shown, bp: Blueprint) -> dict[str, Any]:
    """Months from the first to the last day on which something happens, the list of videos, the rules of review."""
    today, launch = shown.today, shown.launch_end
    people = {one.id: one.name for one in bp.team.members}
    titles = {name: page.title for name, page in bp.pages.items()}
    entries: dict[dt.date, list[Entry]] = {}
    for video in bp.content.videos:
        owner = people.get(video.owner, video.owner)
        entries.setdefault(video.shoot_on, []).append(Entry("shoot", video, owner))
        entries.setdefault(video.upload_on, []).append(Entry("upload", video, owner))
    holidays = set(bp.schedule.holidays)
    videos = sorted(bp.content.videos, key=lambda one: (one.upload_on, one.shoot_on))
    return {
        "months": [
            _month(first, entries, today=today, holidays=holidays, launch=launch)
            for first in _months([day for day in entries if day != dt.date.min])
        ],
        "videos": [
            {
                "video": one,
                "owner": people.get(one.owner, one.owner),
                "page": titles.get(one.page, one.page),
                "early": launch is not None and one.upload_on <= launch,
            }
            for one in videos
        ],
        "ugc": [
            {
                "rule": one,
                "publish": titles.get(one.publish_page, one.publish_page),
                "show": titles.get(one.show_page, one.show_page),
            }
            for one in bp.content.ugc
        ],
        "weekdays": [str(day) for day in WEEKDAYS],
    }


def _months(days: list[dt.date]) -> list[dt.date]:
    if not days:
        return []
    here, last = min(days).replace(day=1), max(days)
    months: list[dt.date] = []
    while here <= last and len(months) < MOST_MONTHS:
        months.append(here)
        here = (here + dt.timedelta(days=31)).replace(day=1)
    return months


def _month(
    first: dt.date,
    entries: dict[dt.date, list[Entry]],
    *,
    today: dt.date,
    holidays: set[dt.date],
    launch: dt.date | None,
) -> Month:
    weeks = [
        [
            Day(
                date,
                date.month == first.month,
                date == today,
                date.weekday() > 4 or date in holidays,
                date == launch,
                entries.get(date, []) if date.month == first.month else [],
            )
            for date in week
        ]
        for week in _weeks.monthdatescalendar(first.year, first.month)
    ]
    return Month(first, weeks, sum(len(day.entries) for week in weeks for day in week))
