"""Hours in which nobody is disturbed. Pure: times of the day are the shop's, moments are aware."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

Window = tuple[dt.time, dt.time]


def is_quiet(at: dt.time, window: Window) -> bool:
    """Whether a time of the day lies in a window [from, until), which may span midnight; equal ends are none."""
    begin, end = window
    if begin == end:
        return False
    return begin <= at < end if begin < end else at >= begin or at < end


def after_quiet(now: dt.datetime, windows: Sequence[Window], zone: dt.tzinfo) -> dt.datetime:
    """The first moment from `now` on that no window holds; `now` itself when it is free already.

    Windows that together leave no time of the day free put it off by a day.
    """
    moment = now.astimezone(zone)
    for _step in range(2 * len(windows) + 1):
        held = [window for window in windows if is_quiet(moment.timetz().replace(tzinfo=None), window)]
        if not held:
            return moment
        ends = [_next(moment, end) for _begin, end in held]
        moment = max(ends)
    return now.astimezone(zone) + dt.timedelta(days=1)


def morning_of(day: dt.date, windows: Sequence[Window], zone: dt.tzinfo) -> dt.datetime:
    """The first moment of a day on which nobody is disturbed."""
    return after_quiet(dt.datetime.combine(day, dt.time.min, zone), windows, zone)


def _next(moment: dt.datetime, at: dt.time) -> dt.datetime:
    later = moment.replace(hour=at.hour, minute=at.minute, second=at.second, microsecond=0)
    return later if later > moment else later + dt.timedelta(days=1)
