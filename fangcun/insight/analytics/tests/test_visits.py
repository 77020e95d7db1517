"""Visitors and the daily trend, by the shop's own days."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import orjson
import pytest

from fangcun.insight.analytics.queries import Day, trend, visitors
from fangcun.insight.tracking.models import Batch

pytestmark = pytest.mark.django_db(databases="__all__")

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY, TUESDAY, WEDNESDAY = dt.date(2026, 11, 2), dt.date(2026, 11, 3), dt.date(2026, 11, 4)


def at(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=SHANGHAI)


def happened(name: str, moment: dt.datetime, member: int, session: str = "s") -> None:
    ts = int(moment.timestamp() * 1000)
    event = {"id": "x", "name": name, "ts": ts, "session": session, "page": "", "props": {}}
    Batch.objects.create(
        payload=orjson.dumps([event]).decode(),
        count=1,
        first_ts=ts,
        last_ts=ts,
        member_id=member,
        program_id=1,
    )


def test_visitors_are_persons_who_had_it_open_not_events():
    happened("app_shown", at(MONDAY, 9), 1)
    happened("page_viewed", at(MONDAY, 10), 1)
    happened("page_viewed", at(MONDAY, 11), 2)
    happened("order_paid", at(MONDAY, 12), 3)
    happened("page_viewed", at(TUESDAY, 0), 4)
    assert visitors(since=at(MONDAY, 0), until=at(TUESDAY, 0)) == 2
    assert visitors(since=at(MONDAY, 0)) == 3
    assert visitors(since=at(WEDNESDAY, 0)) == 0


def test_the_trend_counts_each_day_by_itself_and_shows_quiet_days():
    happened("page_viewed", at(MONDAY, 23, 59), 1, "a")
    happened("page_viewed", at(MONDAY, 23, 59), 1, "b")
    happened("app_shown", at(MONDAY, 8), 2, "c")
    happened("order_paid", at(MONDAY, 9), 2)
    happened("order_paid", at(MONDAY, 10), 2)
    happened("order_paid", at(MONDAY, 10), 9)
    happened("page_viewed", at(WEDNESDAY, 0), 1, "d")
    happened("page_viewed", at(WEDNESDAY, 7), 3, "")
    assert trend(first=MONDAY, last=WEDNESDAY) == [
        Day(MONDAY, visitors=2, new_visitors=2, sessions=3, buyers=1),
        Day(TUESDAY, visitors=0, new_visitors=0, sessions=0, buyers=0),
        Day(WEDNESDAY, visitors=2, new_visitors=1, sessions=1, buyers=0),
    ]


def test_a_visitor_from_before_the_span_is_not_new_in_it():
    happened("page_viewed", at(MONDAY, 9), 1)
    happened("page_viewed", at(TUESDAY, 9), 1)
    assert [(d.visitors, d.new_visitors) for d in trend(first=TUESDAY, last=TUESDAY)] == [(1, 0)]


def test_conversion_is_the_share_of_the_visitors_who_paid():
    assert Day(MONDAY, visitors=4, new_visitors=0, sessions=4, buyers=1).conversion == 0.25
    assert Day(MONDAY, visitors=0, new_visitors=0, sessions=0, buyers=0).conversion is None


def test_a_span_that_ends_before_it_begins_has_no_days():
    assert trend(first=TUESDAY, last=MONDAY) == []
