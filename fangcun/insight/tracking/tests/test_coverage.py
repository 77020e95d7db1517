"""Which planned events arrive, from tallies that agree with the batches."""

from __future__ import annotations

import datetime as dt
import importlib
import json
from collections import Counter
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.apps import apps
from django.db import connections, router
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fangcun.insight.tracking.models import Batch, EventTally
from fangcun.insight.tracking.queries import coverage, tallied
from fangcun.insight.tracking.services import adopt_plan, record
from fangcun.insight.tracking.tests.phone import accept, batch, event, now_ms
from fangcun.insight.tracking.tests.planned import plan_of, planned

pytestmark = pytest.mark.django_db(databases="__all__")

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = dt.date(2026, 11, 20)
NOON = dt.datetime.combine(TODAY, dt.time(12), tzinfo=SHANGHAI)
PLAN = plan_of(
    planned("goods_viewed"),
    planned("order_paid"),
    planned("order_refunded"),
    planned("page_viewed", automatic=True),
)


def happened(name: str, moment: dt.datetime, key: str = "") -> None:
    record(name, event_id=f"{name}{moment}{key}", member_id=None, program_id=None, props={}, at=moment)


def test_without_a_plan_there_is_no_coverage():
    assert coverage() is None


def test_planned_events_that_arrive_are_told_from_those_that_do_not():
    with time_machine.travel(NOON - dt.timedelta(days=50), tick=False):
        adopt_plan(plan=PLAN, revision=1)
    week_ago = dt.datetime.combine(TODAY - dt.timedelta(days=6), dt.time.min, tzinfo=SHANGHAI)
    for moment in (NOON, NOON - dt.timedelta(seconds=1), week_ago, week_ago - dt.timedelta(milliseconds=1)):
        happened("goods_viewed", moment)
    happened("order_paid", NOON - dt.timedelta(days=30))
    happened("page_viewed", NOON)
    found = coverage(NOON + dt.timedelta(hours=1))
    assert found is not None
    assert (found.planned, found.arriving) == (3, 1)
    assert [(e.event, e.last_at, e.week, e.arrives) for e in found.events] == [
        ("goods_viewed", NOON, 3, True),
        ("order_paid", NOON - dt.timedelta(days=30), 0, False),
        ("order_refunded", None, 0, False),
    ]
    assert {e.since for e in found.events} == {NOON - dt.timedelta(days=50)}
    assert found.events[0].triggers == PLAN["events"][0]["triggers"]


def test_coverage_reads_a_few_rows_whatever_has_been_counted():
    adopt_plan(plan=PLAN, revision=1)
    happened("goods_viewed", timezone.now())
    with CaptureQueriesContext(connections[router.db_for_read(EventTally)]) as captured:
        coverage()
    assert len(captured) == 4


def test_an_event_counts_on_its_own_day_by_the_shops_clock():
    midnight = dt.datetime.combine(TODAY, dt.time.min, tzinfo=SHANGHAI)
    happened("order_paid", midnight - dt.timedelta(milliseconds=1))
    happened("order_paid", midnight)
    happened("order_paid", midnight + dt.timedelta(hours=23, minutes=59))
    yesterday = TODAY - dt.timedelta(days=1)
    assert tallied(["order_paid"], first=yesterday, last=yesterday) == {"order_paid": 1}
    assert tallied(["order_paid", "x"], first=yesterday, last=TODAY) == {"order_paid": 3}
    assert (
        tallied(["order_paid"], first=TODAY + dt.timedelta(days=1), last=TODAY + dt.timedelta(days=9)) == {}
    )


def from_batches() -> Counter[tuple[str, dt.date]]:
    found: Counter[tuple[str, dt.date]] = Counter()
    for payload in Batch.objects.values_list("payload", flat=True):
        for e in json.loads(payload):
            found[e["name"], dt.datetime.fromtimestamp(e["ts"] / 1000, SHANGHAI).date()] += 1
    return found


def from_tallies() -> Counter[tuple[str, dt.date]]:
    found: Counter[tuple[str, dt.date]] = Counter()
    for name, day, count in EventTally.objects.values_list("name", "day", "count"):
        found[name, day] += count
    return found


def test_the_tally_agrees_with_the_batches():
    for n in range(12):
        body = batch(
            *(event(f"e{n % 9}-{k}", name=["goods_viewed", "cart_opened"][k % 2], ts=now_ms() - k * 7_200_000)
              for k in range(40)),
            device_id=f"d{n % 3}", batch_id=str(n),
        )  # fmt: skip
        accept(body, member_id=n % 2 or None)
        happened("order_paid", NOON, key=str(n % 5))
    assert from_tallies() == from_batches()
    assert sum(from_tallies().values()) == 9 * 40 + 5


def test_batches_from_before_the_tally_are_counted_when_it_is_made():
    accept(batch(*(event(f"e{n}", ts=now_ms() - n * 3_600_000) for n in range(60))))
    happened("order_paid", NOON)
    before = {row.name: row.last_ts for row in EventTally.objects.order_by("last_ts")}
    EventTally.objects.all().delete()
    migration = importlib.import_module("fangcun.insight.tracking.migrations.0003_tally_of_what_is_there")
    migration.fill(apps, SimpleNamespace(connection=connections[router.db_for_write(EventTally)]))
    assert from_tallies() == from_batches()
    assert {row.name: row.last_ts for row in EventTally.objects.order_by("last_ts")} == before
