"""A member's month of check-ins."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import Literal

from django.db.models import Q
from django.utils import timezone

from fangcun.grow.loyalty.models import Card, CheckIn, Rules

State = Literal["checked", "made_up", "missed", "mendable", "today", "future"]


@dataclass(frozen=True, slots=True)
class Day:
    """One day; `mendable` is a missed day that a make-up card can mend now."""

    date: dt.date
    state: State
    points: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """A month, and where the member's run stands today."""

    today: dt.date
    days: list[Day]
    streak: int
    checked_in_today: bool
    make_up_cards: int
    rules: Rules


def calendar_of(member_id: int, *, month: dt.date, now: dt.datetime | None = None) -> Calendar:
    """A month (any of its days) of a member, in a constant number of statements."""
    today = timezone.localdate(now or timezone.now())
    first = month.replace(day=1)
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    yesterday = today - dt.timedelta(days=1)
    rows = CheckIn.objects.filter(
        Q(day__range=(first, last)) | Q(day__in=(yesterday, today)), member_id=member_id
    )
    by_day = {row.day: row for row in rows}
    card = Card.objects.filter(pk=member_id).first()
    cards = card.make_up_cards if card else 0
    this_month = (first.year, first.month) == (today.year, today.month)
    days = []
    for number in range(last.day):
        day = first + dt.timedelta(days=number)
        row = by_day.get(day)
        state: State
        if row is not None:
            state = "made_up" if row.made_up else "checked"
        elif day >= today:
            state = "today" if day == today else "future"
        else:
            state = "mendable" if this_month and cards else "missed"
        days.append(Day(day, state, row.points if row else 0))
    newest = by_day.get(today) or by_day.get(yesterday)
    return Calendar(
        today=today,
        days=days,
        streak=newest.streak if newest else 0,
        checked_in_today=today in by_day,
        make_up_cards=cards,
        rules=Rules.current(),
    )
