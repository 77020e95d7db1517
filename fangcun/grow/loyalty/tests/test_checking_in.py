"""Check-in: once a day, worth more without a gap, and mended with a card within the month."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from fangcun.grow.loyalty import services
from fangcun.grow.loyalty.errors import (
    BirthdayFixed,
    BirthdayInvalid,
    DayNotMissed,
    NoMakeUpCard,
    RulesInvalid,
)
from fangcun.grow.loyalty.models import Card, CheckIn, PointsEntry, Rules
from fangcun.grow.loyalty.queries import calendar_of
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db(databases="__all__")


def on(day: int, hour: int = 9, month: int = 11) -> dt.datetime:
    """A moment of November 2026, by the shop's clock."""
    return dt.datetime(2026, month, day, hour, tzinfo=timezone.get_default_timezone())


def check_in(account, day: int, hour: int = 9, month: int = 11):
    now = on(day, hour, month)
    return services.check_in(member_id=account.member_id, program_id=account.program_id, now=now)


def make_up(account, day: int, today: int):
    return services.make_up(
        member_id=account.member_id, program_id=account.program_id, day=dt.date(2026, 11, day), now=on(today)
    )


def given(account) -> list[tuple[str, int]]:
    return list(
        PointsEntry.objects.filter(member_id=account.member_id).order_by("id").values_list("reason", "points")
    )


def test_a_day_counts_once_by_the_shops_clock(account):
    first = check_in(account, 3, hour=0)
    again = check_in(account, 3, hour=23)
    next_day = check_in(account, 4, hour=0)
    assert (first.is_new, first.streak, first.points, first.balance) == (True, 1, 5, 5)
    assert (again.is_new, again.streak, again.points, again.balance) == (False, 1, 0, 5)
    assert (next_day.is_new, next_day.streak, next_day.balance) == (True, 2, 10)
    assert given(account) == [("check_in", 5), ("check_in", 5)]


def test_the_seventh_day_gives_a_milestone_and_a_make_up_card_and_the_eighth_begins_anew(account, books):
    days = [check_in(account, day) for day in range(1, 9)]
    assert [one.points for one in days] == [5, 5, 5, 10, 10, 10, 20, 5]
    assert [one.milestone_points for one in days] == [0, 0, 0, 0, 0, 0, 20, 0]
    assert [one.card_earned for one in days] == [False] * 6 + [True, False]
    assert books(account.member_id) == (90, 90, 90, 0)
    assert (Card.objects.get().make_up_cards, Card.objects.get().growth) == (1, 8)


def test_a_gap_begins_a_new_run(account):
    check_in(account, 1)
    check_in(account, 2)
    assert check_in(account, 4).streak == 1


def test_a_made_up_day_joins_both_runs_and_pays_the_milestone_they_reach_once(account):
    for day in (1, 2, 3, 5, 6, 7):
        check_in(account, day)
    Card.objects.update(make_up_cards=2)
    mended = make_up(account, 4, today=7)
    assert (mended.streak, mended.points, mended.milestone_points, mended.make_up_cards) == (4, 10, 20, 1)
    assert list(CheckIn.objects.order_by("day").values_list("streak", "made_up")) == [
        (1, False), (2, False), (3, False), (4, True), (5, False), (6, False), (7, False),
    ]  # fmt: skip
    assert check_in(account, 8).streak == 8
    assert given(account).count(("milestone", 20)) == 1


def test_a_run_that_is_mended_reaches_no_milestone_twice(account):
    for day in range(3, 10):
        check_in(account, day)  # seven days: the milestone on the 9th
    check_in(account, 1)
    Card.objects.update(make_up_cards=1)
    assert make_up(account, 2, today=9).milestone_points == 0
    assert [row.streak for row in CheckIn.objects.order_by("day")] == list(range(1, 10))
    assert given(account).count(("milestone", 20)) == 1


@pytest.mark.parametrize(("day", "today"), [(9, 9), (10, 9), (2, 9)])
def test_only_missed_days_of_this_month_can_be_made_up(account, day, today):
    check_in(account, 2)
    Card.objects.update(make_up_cards=1)
    with pytest.raises(DayNotMissed):
        make_up(account, day, today)
    with pytest.raises(DayNotMissed):
        services.make_up(
            member_id=account.member_id, program_id=account.program_id, day=dt.date(2026, 10, 31), now=on(9)
        )
    assert (Card.objects.get().make_up_cards, CheckIn.objects.count()) == (1, 1)


def test_without_a_card_nothing_is_made_up(account):
    check_in(account, 2)
    with pytest.raises(NoMakeUpCard):
        make_up(account, 1, today=2)
    assert CheckIn.objects.count() == 1


def test_no_more_cards_are_held_than_the_rules_allow(account):
    services.save_rules(by=SYSTEM, make_up_every=1, make_up_most=2)
    assert [check_in(account, day).card_earned for day in range(1, 5)] == [True, True, False, False]


def test_the_calendar_shows_each_day_of_the_month(account, django_assert_num_queries):
    for day in (1, 2, 4):
        check_in(account, day)
    Card.objects.update(make_up_cards=1)
    with django_assert_num_queries(3):
        month = calendar_of(account.member_id, month=dt.date(2026, 11, 1), now=on(5))
    assert [day.state for day in month.days[:6]] == [
        "checked", "checked", "mendable", "checked", "today", "future",
    ]  # fmt: skip
    assert (len(month.days), month.streak, month.checked_in_today, month.make_up_cards) == (30, 1, False, 1)
    make_up(account, 3, today=5)
    month = calendar_of(account.member_id, month=dt.date(2026, 11, 1), now=on(5))
    assert (month.days[2].state, month.streak) == ("made_up", 4)
    assert [
        day.state for day in calendar_of(account.member_id, month=dt.date(2026, 10, 1), now=on(5)).days
    ] == ["missed"] * 31


def test_rules_are_data_and_their_change_is_noted(account):
    services.save_rules(by=SYSTEM, check_in_days=[1, 2], check_in_milestones={"2": 7})
    assert [(one.points, one.milestone_points) for one in (check_in(account, 1), check_in(account, 2))] == [
        (1, 0), (2, 7),
    ]  # fmt: skip
    entry = AuditEntry.objects.get(action="loyalty.save_rules")
    assert entry.after == {"check_in_days": [1, 2], "check_in_milestones": {"2": 7}}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"check_in_days": []}, "check_in_days"), ({"check_in_days": [-1]}, "check_in_days"),
        ({"check_in_milestones": {"0": 5}}, "check_in_milestones"), ({"most_permille": 1000}, "most_permille"),
        ({"valid_days": -1}, "valid_days"),
    ],
)  # fmt: skip
def test_odd_rules_are_refused(db, changes, field):
    with pytest.raises(RulesInvalid) as refused:
        services.save_rules(by=SYSTEM, **changes)
    assert list(refused.value.details["fields"]) == [field]
    assert not Rules.objects.exists()


def test_a_birthday_is_set_once_a_year(account):
    def born(month: int, day: int, year: int = 2026) -> Card:
        now = on(1).replace(year=year)
        return services.set_birthday(member_id=account.member_id, month=month, day=day, now=now)

    with pytest.raises(BirthdayInvalid):
        born(2, 30)
    born(2, 29)
    born(2, 29)
    with pytest.raises(BirthdayFixed):
        born(3, 1)
    born(3, 1, year=2027)
    assert (Card.objects.get().birth_month, Card.objects.get().birth_day) == (3, 1)
