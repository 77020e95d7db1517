"""When each step of a rollout began, and which stretch of it a moment falls into. Pure but for the shop's calendar."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from fangcun.insight.analytics.moments import date_of

HOUR_MS = 3_600_000


class Stretch(NamedTuple):
    """A day of the shop's calendar within one step."""

    step: int
    date: dt.date


def stretch_of(hour: int, moves: Sequence[Sequence[int]]) -> Stretch:
    """The stretch that an hour (counted from 1970-01-01 UTC) belongs to: that of the moment at which it ends.

    Shares change within the hour in which a step begins; it counts for the new step.
    """
    end = (hour + 1) * HOUR_MS - 1
    return Stretch(max(0, bisect_right([began for _percent, began in moves], end) - 1), date_of(end))
