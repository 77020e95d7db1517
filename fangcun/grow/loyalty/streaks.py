"""Runs of days without a gap; pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

DAY = dt.timedelta(days=1)


def streak_at(days: Collection[dt.date], day: dt.date) -> int:
    """How many days without a gap end at a day that is one of them; 0 when it is not."""
    length = 0
    while day - length * DAY in days:
        length += 1
    return length


def run_around(days: Collection[dt.date], day: dt.date) -> list[dt.date]:
    """All days of the run that a day is part of, in order."""
    first = day - (streak_at(days, day) - 1) * DAY
    run = []
    while first in days:
        run.append(first)
        first += DAY
    return run


def milestone_of(streak: int, milestones: Mapping[str, int]) -> int:
    """The points that the so-manieth day of a run gives on top, or 0."""
    return int(milestones.get(str(streak), 0))
