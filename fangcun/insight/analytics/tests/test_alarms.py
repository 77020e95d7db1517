"""An alarm when a planned event comes far too seldom or far too often."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from fangcun.insight.analytics.alarms import Alarm, alarms
from fangcun.insight.analytics.tests.log import DAY, ZERO, moment
from fangcun.insight.tracking.models import Adoption
from fangcun.insight.tracking.services import adopt_plan, record
from fangcun.insight.tracking.tests.planned import plan_of, planned

pytestmark = pytest.mark.django_db(databases="__all__")

YESTERDAY = ZERO - dt.timedelta(days=1)


def plan(since: int | None, **expected: dict[str, Any]) -> None:
    """Adopt a plan with these expected rates; its events have been planned since then (ms after ZERO)."""
    events = [planned(name) for name in ("order_paid", "goods_viewed", "cart_added")]
    for event in events:
        if event["name"] in expected:
            event["expected"] = {"goal": "g", "counts": "count", "per": "day"} | expected[event["name"]]
    revision = Adoption.objects.count() + 1
    adopt_plan(plan=plan_of(*events), revision=revision)
    if since is not None:
        begun = int(moment(since).timestamp() * 1000)
        Adoption.objects.update(since={event["name"]: begun for event in events})


def happened(name: str, at: int, times: int = 1, *, member: int | None = 1) -> None:
    for n in range(times):
        record(
            name,
            event_id=f"{name}:{at}:{n}:{member}",
            member_id=member,
            program_id=1,
            props={},
            at=moment(at),
        )


def alarm(**changes: Any) -> Alarm:
    known: dict[str, Any] = {
        "event": "order_paid", "goal": "g", "counts": "count", "per": "day", "low": 4.0, "high": 6.0,
        "first": YESTERDAY, "last": YESTERDAY,
    }  # fmt: skip
    return Alarm(**(known | changes))


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (0, [alarm(came=0, direction="low")]),
        (1, [alarm(came=1, direction="low")]),
        (2, []),
        (5, []),
        (12, []),
        (13, [alarm(came=13, direction="high")]),
    ],
)
def test_an_alarm_begins_below_half_the_low_and_above_twice_the_high(times, expected):
    plan(-DAY, order_paid={"low": 4.0, "high": 6.0})
    happened("order_paid", -DAY, times)
    happened("order_paid", 0, 40)  # today is not over
    happened("order_paid", -DAY - 1, 40)
    assert alarms(ZERO) == expected


def test_an_event_is_not_judged_before_it_has_been_planned_for_a_whole_span():
    plan(-DAY + 1, order_paid={"low": 4.0, "high": 6.0})
    assert alarms(ZERO) == []
    plan(-7 * DAY + 1, order_paid={"low": 4.0, "high": 6.0, "per": "week"})
    assert alarms(ZERO) == []


def test_a_plan_of_today_raises_no_alarm():
    plan(None, order_paid={"low": 4.0, "high": 6.0})
    today = dt.datetime.now(tz=dt.UTC).date()
    assert alarms(today) == []


@pytest.mark.parametrize(("per", "days"), [("week", 7), ("month", 30)])
def test_a_week_is_seven_full_days_and_a_month_thirty(per, days):
    plan(-days * DAY, order_paid={"low": 4.0, "high": 6.0, "per": per})
    happened("order_paid", -days * DAY, 7)
    happened("order_paid", -1, 6)
    happened("order_paid", -days * DAY - 1, 9)
    first = ZERO - dt.timedelta(days=days)
    assert alarms(ZERO) == [alarm(came=13, direction="high", per=per, first=first)]


def test_persons_are_counted_as_persons():
    plan(-DAY, order_paid={"low": 4.0, "high": 6.0, "counts": "persons"})
    happened("order_paid", -DAY, 9, member=1)
    happened("order_paid", -1, 9, member=None)
    assert alarms(ZERO) == [alarm(came=1, direction="low", counts="persons")]
    happened("order_paid", -1, member=2)
    assert alarms(ZERO) == []


def test_alarms_come_in_the_order_of_the_plan_and_only_where_something_is_expected():
    plan(
        -DAY,
        goods_viewed={"low": 4.0, "high": 6.0},
        order_paid={"low": 2.0, "high": 3.0, "counts": "persons"},
    )
    assert [one.event for one in alarms(ZERO)] == ["order_paid", "goods_viewed"]


def test_without_a_plan_there_are_no_alarms():
    happened("order_paid", -DAY, 3)
    assert alarms(ZERO) == []


def test_the_statements_do_not_grow_with_the_plan(django_assert_max_num_queries):
    from django.db import connections, router

    plan(-DAY, **{name: {"low": 4.0, "high": 6.0} for name in ("order_paid", "goods_viewed", "cart_added")})
    with django_assert_max_num_queries(2, connection=connections[router.db_for_read(Adoption)]):
        assert len(alarms(ZERO)) == 3
