"""Service hours, and what is said outside of them."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine

from fangcun.grow.conversations.errors import SettingsInvalid
from fangcun.grow.conversations.hours import Hours
from fangcun.grow.conversations.models import Conversation, Entry, ServiceSettings
from fangcun.grow.conversations.services import receive_entry, save_settings
from fangcun.kernel.actors import SYSTEM

CHINA = ZoneInfo("Asia/Shanghai")
WEEK = {str(day): [["09:00", "12:00"], ["13:30", "18:00"]] for day in range(5)}


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=CHINA)


def hours(**changes: object) -> Hours:
    given = {"spans": WEEK, "holidays": frozenset(), "workdays": frozenset(), **changes}
    return Hours(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-23T08:59:59", False), ("2026-11-23T09:00", True), ("2026-11-23T11:59:59", True),
        ("2026-11-23T12:00", False), ("2026-11-23T13:30", True), ("2026-11-23T18:00", False),
        ("2026-11-28T10:00", False),
    ],
)  # fmt: skip
def test_somebody_is_there_within_the_spans_of_the_day(moment, is_open):
    assert hours().is_open(at(moment)) is is_open


def test_holidays_are_closed_and_shifted_days_are_open_like_a_monday():
    days = hours(holidays=frozenset({"2026-11-23"}), workdays=frozenset({"2026-11-28"}))
    assert not days.is_open(at("2026-11-23T10:00"))
    assert days.is_open(at("2026-11-28T10:00"))
    assert days.next_opening(at("2026-11-20T18:00")) == at("2026-11-24T09:00")


def test_without_hours_somebody_is_always_there():
    assert hours(spans={}).is_open(at("2026-11-28T03:00"))
    assert hours(spans={"0": []}).is_open(at("2026-11-28T03:00"))


def test_all_moments_of_a_closed_period_have_the_same_end():
    ends = {
        hours().next_opening(at(f"2026-11-{text}"))
        for text in ("27T18:00", "28T12:00", "29T23:59", "30T08:59")
    }
    assert ends == {at("2026-11-30T09:00")}
    closed = frozenset((dt.date(2026, 11, 23) + dt.timedelta(days=n)).isoformat() for n in range(70))
    assert hours(holidays=closed).next_opening(at("2026-11-23T10:00")) is None


@pytest.mark.django_db
def test_outside_the_hours_a_customer_is_told_once_in_each_period(account, wrote):
    save_settings(hours=WEEK, away_text="{上班时间} 回来", by=SYSTEM)
    for moment, said in (
        ("2026-11-27T10:00", 0), ("2026-11-27T18:30", 1), ("2026-11-28T09:00", 1), ("2026-11-30T10:00", 1),
        ("2026-11-30T12:30", 2),
    ):  # fmt: skip
        with time_machine.travel(at(moment), tick=False):
            wrote("在吗")
        assert Entry.objects.filter(way="out", automatic=True).count() == said, moment
    texts = list(Entry.objects.filter(way="out").order_by("id").values_list("text", flat=True))
    assert texts == ["11-30 09:00 回来", "11-30 13:30 回来"]
    row = Conversation.objects.get()
    # An automatic answer answers nobody.
    assert (row.status, row.unread) == ("waiting", 5)
    assert row.cases.get().first_answer_at is None


@pytest.mark.django_db
def test_a_customer_is_welcomed_only_when_somebody_is_there_and_nothing_is_going_on(account, program, wrote):
    def enter(key: str) -> None:
        receive_entry(program_id=program.pk, openid="o1", key=key, session_from="page=home")

    save_settings(hours=WEEK, welcome_text="您好", by=SYSTEM)
    with time_machine.travel(at("2026-11-28T10:00"), tick=False):
        enter("e1")
    assert Entry.objects.filter(way="out").count() == 0
    with time_machine.travel(at("2026-11-30T10:00"), tick=False):
        enter("e2")
        enter("e2")
        enter("e3")
        welcome = Entry.objects.get(way="out")
        assert (welcome.text, welcome.automatic, welcome.counted) == ("您好", True, False)
        wrote("在吗")
        enter("e4")
    assert Entry.objects.get(way="out").counted
    assert Entry.objects.filter(kind="entered").count() == 4
    assert Conversation.objects.get().answers_left == 4  # the welcome may still be on its way


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"hours": {"7": []}}, {"hours": {"0": [["18:00", "09:00"]]}}, {"hours": {"0": [["09:00"]]}},
        {"hours": {"0": [["09:00", "12:00"], ["11:00", "13:00"]]}}, {"hours": {"0": [["9点", "10点"]]}},
        {"holidays": ["2026-13-01"]}, {"workdays": "2026-01-01"}, {"away_text": "x" * 601}, {"rating_text": ""},
    ],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused(wrong):
    with pytest.raises(SettingsInvalid) as refused:
        save_settings(**wrong, by=SYSTEM)
    assert list(refused.value.details["fields"]) == list(wrong)
    assert not ServiceSettings.objects.exists()
