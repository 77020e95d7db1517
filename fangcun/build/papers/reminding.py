"""When somebody should look at a paper. Pure: `today` is passed in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from fangcun.build.papers.models import Paper, Reminder
from fangcun.build.papers.states import PaperKind, PaperStatus

_STEPS = ((7, Reminder.Reason.DAYS_7), (30, Reminder.Reason.DAYS_30), (90, Reminder.Reason.DAYS_90))


def due(paper: Paper, *, today: dt.date, launch: dt.date | None) -> Iterator[tuple[Reminder.Reason, dt.date]]:
    """The reasons that hold today, each with the day it is about: when the paper ends, or when the launch begins."""
    if paper.status == PaperStatus.HAVE and paper.expires_on is not None:
        left = (paper.expires_on - today).days
        if left < 0:
            yield Reminder.Reason.EXPIRED, paper.expires_on
        else:
            # The nearest step alone: who comes back after a month is not told three things at once.
            for days, reason in _STEPS:
                if left <= days:
                    yield reason, paper.expires_on
                    break
    if launch is not None and late_for(paper, launch):
        yield Reminder.Reason.LATE, launch


def late_for(paper: Paper, launch: dt.date) -> bool:
    """Whether the launch begins before the paper is there, or after it has run out. Contracts hold nothing up."""
    if paper.kind == PaperKind.CONTRACT:
        return False
    if paper.status == PaperStatus.HAVE:
        return paper.expired(launch)
    return paper.expected_on is None or paper.expected_on >= launch
