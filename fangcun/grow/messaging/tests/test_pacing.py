"""Hours in which nobody is disturbed, and the caps on what is written unasked."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from fangcun.grow.messaging.errors import PaceInvalid, QuietInvalid
from fangcun.grow.messaging.models import Pace, Preference, Touch
from fangcun.grow.messaging.pacing import after_quiet, is_quiet
from fangcun.grow.messaging.reaching import preference_of
from fangcun.grow.messaging.services import reassign, set_pace, set_preference, take_turn
from fangcun.identity.members.models import Member
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import AuditEntry

ZONE = ZoneInfo("Asia/Shanghai")
NIGHT = (dt.time(22), dt.time(8))
NOON = (dt.time(12), dt.time(14))


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("time", "quiet"), [("21:59", False), ("22:00", True), ("03:00", True), ("07:59", True), ("08:00", False)]
)
def test_a_window_may_span_midnight(time, quiet):
    assert is_quiet(dt.time.fromisoformat(time), NIGHT) is quiet


def test_what_is_free_stays_and_what_is_quiet_waits_for_the_end():
    assert after_quiet(at("2026-11-26 10:30"), [NIGHT], ZONE) == at("2026-11-26 10:30")
    assert after_quiet(at("2026-11-26 23:10"), [NIGHT], ZONE) == at("2026-11-27 08:00")
    assert after_quiet(at("2026-11-26 01:10"), [NIGHT], ZONE) == at("2026-11-26 08:00")


def test_one_window_may_lead_into_the_next():
    early = (dt.time(7), dt.time(12))
    assert after_quiet(at("2026-11-26 23:10"), [NIGHT, early, NOON], ZONE) == at("2026-11-27 14:00")


def test_windows_that_leave_nothing_free_put_it_off_by_a_day():
    whole = [(dt.time(0), dt.time(12)), (dt.time(12), dt.time(0))]
    assert after_quiet(at("2026-11-26 10:00"), whole, ZONE) == at("2026-11-27 10:00")


@pytest.fixture
def member(db) -> Member:
    return Member.objects.create()


def turn(member: Member, key: str, when: str) -> dt.datetime | None:
    return take_turn(member_id=member.pk, channel="in_app", key=key, now=at(when))


def test_whoever_had_his_message_today_gets_the_next_tomorrow_morning(member):
    assert turn(member, "a", "2026-11-23 10:00") is None
    assert turn(member, "b", "2026-11-23 15:00") == at("2026-11-24 08:00")
    assert turn(member, "b", "2026-11-24 08:00") is None
    assert list(Touch.objects.order_by("id").values_list("key", "of_day", "of_week")) == [
        ("a", 0, 0),
        ("b", 0, 1),
    ]


def test_a_full_week_waits_for_monday(member):
    for day in (24, 25, 26):
        assert turn(member, f"k{day}", f"2026-11-{day} 10:00") is None
    assert turn(member, "late", "2026-11-27 10:00") == at("2026-11-30 08:00")
    assert Touch.objects.count() == 3


def test_the_same_key_takes_no_second_turn(member):
    assert turn(member, "a", "2026-11-23 10:00") is None
    assert turn(member, "a", "2026-11-23 11:00") is None
    assert Touch.objects.count() == 1


def test_at_night_no_turn_is_taken(member):
    assert turn(member, "a", "2026-11-23 22:30") == at("2026-11-24 08:00")
    assert not Touch.objects.exists()


def test_a_customers_own_hours_are_kept_too(member):
    set_preference(member_id=member.pk, quiet=(dt.time(8), dt.time(10)), by=SYSTEM)
    assert turn(member, "a", "2026-11-23 08:30") == at("2026-11-23 10:00")
    set_preference(member_id=member.pk, quiet=(None, None), by=SYSTEM)
    assert turn(member, "a", "2026-11-23 08:30") is None


def test_two_messages_can_not_take_the_same_turn(member):
    turn(member, "a", "2026-11-23 10:00")
    taken = Touch.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Touch.objects.create(
            member=member, channel="sms", key="b", day=taken.day, of_day=0, week=taken.week, of_week=1
        )


@pytest.mark.parametrize(("a_day", "a_week"), [(0, 3), (3, 2), (21, 30), (1, 101)])
def test_a_pace_that_makes_no_sense_is_refused(db, a_day, a_week):
    with pytest.raises(PaceInvalid):
        set_pace(quiet_from=NIGHT[0], quiet_until=NIGHT[1], a_day=a_day, a_week=a_week, by=SYSTEM)
    assert not Pace.objects.exists()


def test_the_pace_is_changed_with_a_trace(db):
    set_pace(quiet_from=NIGHT[0], quiet_until=dt.time(9), a_day=2, a_week=3, by=SYSTEM)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.before, entry.after) == (
        "messaging.set_pace",
        {"quiet_until": "08:00", "a_day": 1},
        {"quiet_until": "09:00", "a_day": 2},
    )


def test_half_an_own_window_is_refused(member):
    with pytest.raises(QuietInvalid):
        set_preference(member_id=member.pk, quiet=(dt.time(8), None), by=SYSTEM)  # type: ignore[arg-type]
    assert not Preference.objects.exists()


def test_of_two_members_that_are_one_the_stricter_wish_and_all_turns_count(member):
    other = Member.objects.create()
    set_preference(member_id=member.pk, marketing_texts=True, by=SYSTEM)
    set_preference(member_id=other.pk, care=False, quiet=NOON, by=SYSTEM)
    turn(member, "a", "2026-11-23 10:00")
    turn(other, "b", "2026-11-23 10:00")
    reassign(kept_id=member.pk, gone_id=other.pk)
    wants = preference_of(member.pk)
    assert (wants.care, wants.marketing_texts) == (False, False)
    assert (wants.quiet_from, wants.quiet_until) == NOON
    assert not Preference.objects.filter(pk=other.pk).exists()
    assert list(Touch.objects.order_by("id").values_list("member_id", "of_day", "of_week")) == [
        (member.pk, 0, 0),
        (member.pk, 1, 1),
    ]
