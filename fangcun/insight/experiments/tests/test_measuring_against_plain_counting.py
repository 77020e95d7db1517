"""Experiments on random small logs full of ties and window edges, against counting in plain Python."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fangcun.insight.analytics.engines import opened
from fangcun.insight.analytics.tests.log import DAY, T0
from fangcun.insight.experiments.design import MetricSpec, VariantSpec
from fangcun.insight.experiments.measuring import Counts, ExperimentQuestion
from fangcun.insight.experiments.tests.log import Event, counted, exposure, paid, store
from fangcun.insight.experiments.tests.plans import spec

pytestmark = pytest.mark.django_db(databases="__all__")

METRICS = (
    MetricSpec("下单", "order_paid", baseline=0.1),
    MetricSpec("广告下单", "order_paid", baseline=0.1, role="secondary", where="source=ads"),
    MetricSpec("金额", "order_paid", baseline=100, kind="revenue", role="secondary"),
    MetricSpec("封顶金额", "order_paid", baseline=100, kind="revenue", role="secondary", cap=500),
    MetricSpec("退款", "order_refunded", baseline=0.1, role="guardrail", good="down", tolerance=0.1),
)
VARIANTS = (VariantSpec("control", 5000), VariantSpec("b", 3000), VariantSpec("c", 2000))
# Around the edges of days and windows, many at the same millisecond.
TIMES = st.builds(
    lambda day, part: day * DAY + part, st.integers(0, 3), st.sampled_from([0, 0, 1, DAY // 2, DAY - 1])
)
PEOPLE = st.sampled_from([None, 1, 1, 2, 2, 3, 4, 5, 6])
EXPOSURES = st.builds(
    lambda who, at, key, variant, id_: Event(
        who, "experiment_exposed", at, {"experiment": key, "variant": variant}, id_
    ),
    PEOPLE,
    TIMES,
    st.sampled_from(["layout"] * 9 + ["other"]),
    st.sampled_from(["control", "control", "b", "b", "c", "gone", None]),
    st.sampled_from(["i", "j", "k"]),
)
ACTS = st.builds(
    lambda who, name, at, amount, source: Event(who, name, at, {"amount": amount, "source": source}),
    PEOPLE,
    st.sampled_from(["order_paid", "order_paid", "order_refunded", "page_viewed"]),
    TIMES,
    st.sampled_from([None, 0, 100, 250, 400, -50, "x"]),
    st.sampled_from(["ads", "sms", None]),
)
LOGS = st.builds(
    lambda exposures, acts: exposures + acts,
    st.lists(EXPOSURES, min_size=2, max_size=14),
    st.lists(ACTS, min_size=2, max_size=20),
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    events=LOGS,
    window=st.integers(1, 2),
    method=st.sampled_from(["fixed", "sequential"]),
    needed=st.tuples(st.integers(1, 2), st.integers(1, 2), st.integers(1, 1)),
    times=st.tuples(
        st.sampled_from([-1, 0, 0, 0, 1]),
        st.sampled_from([DAY, 2 * DAY, 3 * DAY, 5 * DAY]),
        st.sampled_from([0, 1, DAY, 5 * DAY]),
    ),
)
def test_what_is_counted_is_what_the_definition_says(events, window, method, needed, times):
    store(events)
    plan = spec(variants=VARIANTS, metrics=METRICS, window_days=window, method=method)
    question = ExperimentQuestion(
        spec=plan,
        needed=tuple(zip(("control", "b", "c"), needed, strict=True)),
        since_ms=T0 + times[0],
        until_ms=T0 + times[1],
        at_ms=T0 + times[1] + times[2],
    )
    with opened() as engine:
        answer = question.answer(engine)
    expected = counted(question, events)
    assert dataclasses.asdict(answer) == dataclasses.asdict(expected)


def measured(events, *metrics):
    store(events)
    question = ExperimentQuestion(
        spec=spec(variants=VARIANTS, metrics=metrics, window_days=2, method="sequential"),
        needed=(),
        since_ms=T0,
        until_ms=T0 + DAY,
        at_ms=T0 + 5 * DAY,
    )
    with opened() as engine:
        counts: Counts = question.answer(engine)
    return counts


def test_of_two_exposures_in_one_millisecond_the_smaller_event_id_is_first():
    counts = measured([exposure(1, "b", 5, id_="j"), exposure(1, "c", 5, id_="i")], METRICS[0])
    assert {variant: shown.crossovers for (_, variant), shown in counts.exposed.items()} == {"c": 1}


def test_a_capped_sum_stops_at_the_cap_whatever_the_days_add():
    events = [exposure(1, "b"), paid(1, 1, 400), paid(1, DAY, 400), paid(1, DAY + 1, 900)]
    added = measured(events, METRICS[0], METRICS[3]).done[1]
    assert [tuple(day) for _, day in sorted(added.items())] == [(1, 400.0, 160_000.0), (0, 100.0, 90_000.0)]
