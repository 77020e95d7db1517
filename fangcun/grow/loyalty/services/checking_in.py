"""Checking in: once a day, with a run that grows, and cards that mend a gap."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from fangcun.grow.loyalty.errors import DayNotMissed, NoMakeUpCard
from fangcun.grow.loyalty.events import CheckedIn
from fangcun.grow.loyalty.lots import Piece
from fangcun.grow.loyalty.models import Card, CheckIn, Rules
from fangcun.grow.loyalty.services.growing import grow
from fangcun.grow.loyalty.services.ledger import expiry, put, take_card
from fangcun.grow.loyalty.states import Reason
from fangcun.grow.loyalty.streaks import DAY, milestone_of, run_around, streak_at
from fangcun.kernel.events import announce

LOOK_BACK = dt.timedelta(days=400)  # no run is counted further


class Checked(NamedTuple):
    """What a check-in or a mended day gave. Not new when it had been done before; then it gave nothing again."""

    is_new: bool
    day: dt.date
    streak: int
    points: int
    milestone_points: int
    card_earned: bool
    balance: int
    make_up_cards: int


@transaction.atomic
def check_in(*, member_id: int, program_id: int, now: dt.datetime | None = None) -> Checked:
    """Check a member in for today, by the shop's time zone. The second time on a day changes nothing."""
    now = now or timezone.now()
    today = timezone.localdate(now)
    card = take_card(member_id)
    known = CheckIn.objects.filter(member_id=card.member_id, day=today).first()
    if known is not None:
        return Checked(False, today, known.streak, 0, 0, False, card.points, card.make_up_cards)
    rules = Rules.current()
    yesterday = CheckIn.objects.filter(member_id=card.member_id, day=today - DAY).first()
    streak = yesterday.streak + 1 if yesterday else 1
    points = rules.points_of_day(streak)
    extra = milestone_of(streak, rules.check_in_milestones)
    if extra and _reached(card, today, streak):
        extra = 0
    row = CheckIn.objects.create(
        member_id=card.member_id, day=today, streak=streak, points=points, milestone=streak if extra else 0,
        created_at=now,
    )  # fmt: skip
    # Before the news of its points, so that facts come in the order in which a funnel expects them.
    announce(
        CheckedIn(
            member_id=card.member_id, program_id=program_id, day=today.isoformat(), streak=streak,
            points=points + extra,
        )
    )  # fmt: skip
    _pay(card, rules, points, Reason.CHECK_IN, f"check_in:{row.pk}", program_id, now)
    _pay(card, rules, extra, Reason.MILESTONE, f"milestone:{row.pk}", program_id, now)
    if rules.check_in_growth:
        grow(
            card, rules.check_in_growth, reason=Reason.CHECK_IN, key=f"check_in:{row.pk}", rules=rules, at=now
        )
    earned = bool(rules.make_up_every) and streak % rules.make_up_every == 0
    earned = earned and card.make_up_cards < rules.make_up_most
    if earned:
        Card.objects.filter(pk=card.pk).update(make_up_cards=F("make_up_cards") + 1)
        card.make_up_cards += 1
    return Checked(True, today, streak, points, extra, earned, card.points, card.make_up_cards)


@transaction.atomic
def make_up(*, member_id: int, program_id: int, day: dt.date, now: dt.datetime | None = None) -> Checked:
    """Mend a missed day of this month with a make-up card: the runs on both sides become one.

    The day gives the points of its place in the run; milestones that the longer run reaches are given too, each
    once. What the days after it gave stays as it was. Raises NoMakeUpCard, DayNotMissed.
    """
    now = now or timezone.now()
    today = timezone.localdate(now)
    if not (day < today and (day.year, day.month) == (today.year, today.month)):
        raise DayNotMissed
    card = take_card(member_id)
    days = set(
        CheckIn.objects.filter(member_id=card.member_id, day__gte=day - LOOK_BACK).values_list(
            "day", flat=True
        )
    )
    if day in days:
        raise DayNotMissed
    if not Card.objects.filter(pk=card.pk, make_up_cards__gt=0).update(make_up_cards=F("make_up_cards") - 1):
        raise NoMakeUpCard
    card.make_up_cards -= 1
    days.add(day)
    rules = Rules.current()
    streak = streak_at(days, day)
    points = rules.points_of_day(streak)
    row = CheckIn.objects.create(
        member_id=card.member_id, day=day, streak=streak, points=points, made_up=True, created_at=now
    )
    _pay(card, rules, points, Reason.CHECK_IN, f"check_in:{row.pk}", program_id, now)
    extra = _mend(card, rules, days, day, program_id, now)
    return Checked(True, day, streak, points, extra, False, card.points, card.make_up_cards)


def _mend(
    card: Card, rules: Rules, days: set[dt.date], day: dt.date, program_id: int, now: dt.datetime
) -> int:
    """Count the run around a mended day anew, and pay the milestones that it had not reached before."""
    run = run_around(days, day)
    rows = {row.day: row for row in CheckIn.objects.filter(member_id=card.member_id, day__in=run)}
    reached = {row.milestone for row in rows.values()}
    paid = 0
    for streak, one in enumerate(run, 1):
        row = rows[one]
        if one < day:
            continue
        row.streak = streak
        extra = milestone_of(streak, rules.check_in_milestones)
        if extra and streak not in reached and not row.milestone:
            row.milestone = streak
            _pay(card, rules, extra, Reason.MILESTONE, f"milestone:{row.pk}", program_id, now)
            paid += extra
    CheckIn.objects.bulk_update(rows.values(), ["streak", "milestone"])
    return paid


def _reached(card: Card, today: dt.date, streak: int) -> bool:
    """Whether the run that ends today has been given this milestone: it was mended, and reached it earlier."""
    first = today - (streak - 1) * DAY
    return CheckIn.objects.filter(member_id=card.member_id, day__gte=first, milestone=streak).exists()


def _pay(
    card: Card, rules: Rules, points: int, reason: Reason, key: str, program_id: int, now: dt.datetime
) -> None:
    if points:
        put(card, [Piece(points, expiry(rules, now))], reason=reason, key=key, program_id=program_id, at=now)
