"""Every kind of metric on random small logs, against counting in plain Python."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fangcun.insight.analytics.metrics import meter
from fangcun.insight.analytics.tests import log
from fangcun.insight.analytics.tests.log import DAY, ZERO, Event, moment
from fangcun.insight.tracking.models import Batch

pytestmark = pytest.mark.django_db(databases="__all__")

by_examples = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NAMES = ("goods_viewed", "cart_added", "order_paid", "app_shown", "page_viewed")
# Around the edges of days, many at the same millisecond.
TIMES = st.builds(
    lambda day, part: day * DAY + part,
    st.integers(-2, 12),
    st.sampled_from([0, 1, 2, DAY // 2, DAY // 2 + 1, DAY - 1]),
)
VALUES = st.sampled_from([None, 1, 2, "1", "2", "", "x", True, 0.25, -3, 2.0, 2.5])
PROPS = st.dictionaries(st.sampled_from(["amount", "g/1"]), VALUES, max_size=2)
EVENTS = st.builds(Event, st.sampled_from([None, 1, 2, 3]), st.sampled_from(NAMES), TIMES, PROPS)
LOGS = st.lists(EVENTS, max_size=25)
FEW_EVENTS = st.lists(
    st.builds(Event, st.sampled_from([None, 1, 2]), st.sampled_from(NAMES[:3]), TIMES, PROPS), max_size=16
)
ENDS = st.one_of(TIMES, st.integers(0, 13).map(lambda day: day * DAY))
PER = st.sampled_from([None, "day", "week", "month"])
WHERE = st.sampled_from(
    [{}, {}, {"amount": 1}, {"g/1": ["x", "2", 2.5]}, {"amount": [True, 2], "g/1": "1"}, {"amount": []}]
)
DAYS = [ZERO + dt.timedelta(days=n) for n in range(-1, 15)]
SIMPLE = st.builds(
    lambda kind, event, where, per: {
        "kind": kind,
        "event": event,
        "prop": "amount",
        "where": where,
        "per": per,
    },
    st.sampled_from(["count", "sum", "persons"]),
    st.sampled_from(NAMES[:3]),
    WHERE,
    PER,
)


def write(events: list[Event]) -> None:
    Batch.objects.all().delete()
    log.store(*events)


def moments_of(days: list[dt.date], at: int) -> list[int | None]:
    """When each day is looked at; None for days after that of `at`."""
    begins = [(day - ZERO).days * DAY for day in days]
    return [min(begin + DAY, at) if begin <= at else None for begin in begins]


def arrived(events: list[Event], name: str, at: int) -> bool:
    return any(e.name == name and e.at < at for e in events)


@by_examples
@given(events=LOGS, metric=SIMPLE, at=ENDS)
def test_counts_sums_and_persons(events, metric, at):
    write(events)

    def expected(end: int | None) -> Any:
        if end is None or not arrived(events, metric["event"], end):
            return None
        return log.number(events, metric, end)

    with meter(at=moment(at)) as m:
        found = m.measure(metric)
        assert found.value == expected(at)
        assert (found.value is None) == bool(found.why)
        assert m.series(metric, days=DAYS) == [expected(end) for end in moments_of(DAYS, at)]


@by_examples
@given(events=LOGS, of=SIMPLE, to=SIMPLE, per=PER, where=WHERE, at=ENDS)
def test_ratios(events, of, to, per, where, at):
    write(events)
    metric = {"kind": "ratio", "of": of, "to": to, "per": per, "where": where}
    kept = [e for e in events if log.fits(e, where)]

    def expected(end: int | None) -> Any:
        below = 0 if end is None else log.number(kept, to, end, per)
        return None if end is None or not below else log.number(kept, of, end, per) / below

    with meter(at=moment(at)) as m:
        found = m.measure(metric)
        assert found.value == expected(at)
        assert (found.of, found.to) == (log.number(kept, of, at, per), log.number(kept, to, at, per))
        assert m.series(metric, days=DAYS) == [expected(end) for end in moments_of(DAYS, at)]


@settings(by_examples, max_examples=150)
@given(
    events=FEW_EVENTS,
    steps=st.lists(st.sampled_from(NAMES[:3]), min_size=1, max_size=4),
    key=st.sampled_from(["person", "g/1"]),
    window=st.sampled_from([0, 1, DAY // 2, DAY, 7 * DAY]),
    where=st.sampled_from([{}, {}, {"amount": [1, "x"]}]),
    per=PER,
    at=ENDS,
)  # fmt: skip
def test_conversions(events, steps, key, window, where, per, at):
    write(events)
    scenario = {
        "id": "s", "name": "S", "key": key, "window_ms": window,
        "steps": [{"step": f"s{n}", "event": name} for n, name in enumerate(steps)],
    }  # fmt: skip
    metric = {"kind": "conversion", "scenario": "s", "per": per, "where": where}

    def expected(end: int | None) -> tuple[int, int]:
        return (0, 0) if end is None else log.conversion(events, scenario, metric, end)

    with meter(at=moment(at), scenarios={"s": scenario}) as m:
        found = m.measure(metric)
        assert (found.of, found.to) == expected(at)
        assert (found.value is None) == bool(found.why) == (found.to == 0)
        assert m.series(metric, days=DAYS) == [
            reached / began if began else None
            for reached, began in (expected(end) for end in moments_of(DAYS, at))
        ]
        walked = m.funnel("s")
    past = [e for e in events if e.at < at]
    depths = [
        max((len(c) for c in log.chains(rows, steps, window)), default=0) for rows in log.units(past, key)
    ]
    assert [step.persons for step in walked] == [
        sum(depth > n for depth in depths) for n in range(len(steps))
    ]


@by_examples
@given(events=LOGS, days=st.sampled_from([1, 2, 7, 30]), where=WHERE, at=ENDS)
def test_repeats(events, days, where, at):
    write(events)
    metric = {"kind": "repeat", "event": "order_paid", "window_days": days, "where": where}

    def expected(end: int | None) -> tuple[int, int]:
        return (0, 0) if end is None else log.repeat(events, metric, end)

    with meter(at=moment(at)) as m:
        found = m.measure(metric)
        assert (found.of, found.to) == expected(at)
        assert (found.value is None) == bool(found.why) == (found.to == 0)
        assert m.series(metric, days=DAYS) == [
            often / ever if ever else None for often, ever in (expected(end) for end in moments_of(DAYS, at))
        ]


@by_examples
@given(events=LOGS, day=st.sampled_from([1, 2, 7]), where=WHERE, per=PER, at=ENDS)
def test_retentions(events, day, where, per, at):
    write(events)
    metric = {"kind": "retention", "day": day, "where": where, "per": per}

    def expected(end: int | None) -> tuple[int, int]:
        return (0, 0) if end is None else log.retention(events, metric, end)

    with meter(at=moment(at)) as m:
        found = m.measure(metric)
        assert (found.of, found.to) == expected(at)
        assert (found.value is None) == bool(found.why) == (found.to == 0)
        assert m.series(metric, days=DAYS) == [
            came / cohort if cohort else None
            for came, cohort in (expected(end) for end in moments_of(DAYS, at))
        ]
