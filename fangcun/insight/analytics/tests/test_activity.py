"""Persons and events per day, week and month, by examples and against plain counting."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from fangcun.insight.analytics.activity import (
    ActivityDay,
    ActivityGroup,
    ActivityQuestion,
)
from fangcun.insight.analytics.conditions import conditions
from fangcun.insight.analytics.errors import QuestionInvalid
from fangcun.insight.analytics.spans import Span
from fangcun.insight.analytics.tests.plain import (
    NEW_YORK,
    SHANGHAI,
    Fact,
    after,
    at,
    counting,
    moments,
    period,
    period_of_date,
)

MONDAY, TUESDAY, WEDNESDAY = dt.date(2026, 3, 2), dt.date(2026, 3, 3), dt.date(2026, 3, 4)


def test_nobody_is_no_person_but_what_happened_counts_and_quiet_days_are_there():
    facts = [
        Fact(2, "pv", at(MONDAY, dt.time(0), SHANGHAI)),
        Fact(2, "pv", at(MONDAY, dt.time(23, 59), SHANGHAI)),
        Fact(None, "paid", at(MONDAY, dt.time(12), SHANGHAI)),
        Fact(5, "pv", at(WEDNESDAY, dt.time(0), SHANGHAI)),
    ]
    with counting(facts) as engine:
        found = ActivityQuestion(Span(MONDAY, WEDNESDAY)).answer(engine)
    assert found.rows == (ActivityDay(MONDAY, 1, 3), ActivityDay(TUESDAY, 0, 0), ActivityDay(WEDNESDAY, 1, 1))
    assert found.groups == ()


def test_who_came_by_two_sources_is_in_both_groups_and_once_in_the_total():
    noon = at(MONDAY, dt.time(12), SHANGHAI)
    facts = [
        Fact(2, "pv", noon, {"source": "ads"}),
        Fact(2, "pv", noon, {"source": "sms"}),
        Fact(4, "pv", noon, {"source": "ads"}),
        Fact(4, "pv", noon, {"source": "scan"}),
        Fact(4, "pv", noon),
    ]
    with counting(facts) as engine:
        found = ActivityQuestion(Span(MONDAY, MONDAY), by="source", top=1).answer(engine)
    assert found.rows == (ActivityDay(MONDAY, 2, 5),)
    assert found.groups == (
        ActivityGroup("ads", False, (ActivityDay(MONDAY, 2, 2),)),
        ActivityGroup(None, True, (ActivityDay(MONDAY, 2, 3),)),
    )


def test_weeks_that_the_span_touches_count_whole():
    facts = [
        Fact(2, "pv", at(MONDAY, dt.time(0), SHANGHAI)),
        Fact(4, "pv", at(MONDAY - dt.timedelta(days=1), dt.time(12), SHANGHAI)),
    ]
    with counting(facts) as engine:
        found = ActivityQuestion(Span(TUESDAY, TUESDAY), unit="week").answer(engine)
    assert found.rows == (ActivityDay(MONDAY, 1, 1),)


def test_the_address_says_the_question():
    question = ActivityQuestion(
        Span(MONDAY, TUESDAY), ("pv", "buy"), conditions("source=ads"), "week", "source", 0, 2, "7"
    )
    assert ActivityQuestion.of({name: [value] for name, value in question.params()}) == question
    assert ActivityQuestion.of({}).params() == []
    with pytest.raises(QuestionInvalid):
        ActivityQuestion.of({"unit": ["hour"]})


def logs(zone: ZoneInfo) -> st.SearchStrategy[list[Fact]]:
    days = [dt.date(2026, 10, 31), dt.date(2026, 11, 1), dt.date(2026, 11, 2), dt.date(2026, 12, 1)]
    facts = st.builds(
        Fact,
        st.sampled_from([None, 2, 4, 5]),
        st.sampled_from(["pv", "buy", "paid"]),
        moments(days, zone),
        st.fixed_dictionaries({}, optional={"source": st.sampled_from(["ads", "sms", 7, "", None])}),
        st.sampled_from([1, 1, 2]),
    )
    return st.lists(facts, max_size=20)


def questions() -> st.SearchStrategy[ActivityQuestion]:
    dates = st.dates(dt.date(2026, 10, 29), dt.date(2026, 12, 3))
    return st.builds(
        ActivityQuestion,
        st.tuples(dates, dates).map(lambda two: Span(min(two), max(two))),
        st.sampled_from([(), ("pv",), ("pv", "buy")]),
        st.sampled_from([(), conditions("source=ads,7")]),
        st.sampled_from(["day", "week", "month"]),
        st.sampled_from(["", "source"]),
        st.integers(0, 2),
        st.sampled_from([None, 2]),
        among=st.sampled_from([None, None, (2, 5), ()]),
    )


@pytest.mark.parametrize("zone", [SHANGHAI, NEW_YORK], ids=str)
def test_every_number_is_what_plain_counting_finds(zone: ZoneInfo):
    def source(fact: Fact) -> str | None:
        value = fact.props.get("source")
        return None if value in ("", None) else str(value)

    @examples(max_examples=150, deadline=None)
    @given(logs(zone), questions())
    def check(facts: list[Fact], q: ActivityQuestion) -> None:
        first, last = period_of_date(q.span.first, q.unit), period_of_date(q.span.last, q.unit)
        dates = [first]
        while dates[-1] < last:
            dates.append(after(dates[-1], 1, q.unit))
        kept = [
            f
            for f in facts
            if f.program == (q.program or f.program)
            and (not q.events or f.event in q.events)
            and (not q.where or source(f) in ("ads", "7"))
            and (q.among is None or f.person in q.among)
            and first <= period(f.ts, q.unit, zone) <= last
        ]

        def rows(some: list[Fact]) -> tuple[ActivityDay, ...]:
            on = {date: [f for f in some if period(f.ts, q.unit, zone) == date] for date in dates}
            return tuple(
                ActivityDay(date, len({f.person for f in found} - {None}), len(found))
                for date, found in on.items()
            )

        with counting(facts, program_id=q.program) as engine:
            found = q.answer(engine)
        assert found.rows == rows(kept)
        values = sorted(
            {source(f) for f in kept},
            key=lambda value: (-sum(source(f) == value for f in kept), value or ""),
        )
        shown = values[: q.top] if q.top else values
        rest = [f for f in kept if source(f) not in shown]
        expected = [ActivityGroup(v, False, rows([f for f in kept if source(f) == v])) for v in shown]
        if rest:
            expected.append(ActivityGroup(None, True, rows(rest)))
        assert list(found.groups) == (expected if q.by else [])

    with override_settings(TIME_ZONE=zone.key):
        check()
