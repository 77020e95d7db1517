"""Who comes back: the meaning of every number, by examples and against plain counting."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import override_settings
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from fangcun.insight.analytics.conditions import conditions
from fangcun.insight.analytics.errors import QuestionInvalid
from fangcun.insight.analytics.retention import (
    Cohort,
    RetentionAnswer,
    RetentionGroup,
    RetentionQuestion,
)
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

MONDAY = dt.date(2026, 3, 2)
DAYS = [MONDAY + dt.timedelta(days=n) for n in range(8)]
NOON = dt.time(12)


def noon(day: int) -> int:
    return at(MONDAY + dt.timedelta(days=day), NOON, SHANGHAI)


def answered(question: RetentionQuestion, *facts: Fact) -> RetentionAnswer:
    with counting(facts) as engine:
        return question.answer(engine)


def span(first: int, last: int) -> Span:
    return Span(MONDAY + dt.timedelta(days=first), MONDAY + dt.timedelta(days=last))


def test_a_cohort_is_of_the_first_day_on_record_also_when_that_was_before_the_span():
    facts = [Fact(2, "pv", noon(0)), Fact(2, "pv", noon(1)), Fact(4, "pv", noon(1)), Fact(4, "pv", noon(3))]
    found = answered(RetentionQuestion(span(1, 1), periods=2), *facts)
    assert found.cohorts == (Cohort(DAYS[1], 1, (1, 0, 1)),)
    assert found.curve == (1.0, 0.0, 1.0)


def test_by_every_start_a_person_is_in_many_cohorts():
    facts = [Fact(2, "pv", noon(0)), Fact(2, "pv", noon(1)), Fact(4, "pv", noon(1))]
    found = answered(RetentionQuestion(span(0, 2), periods=1, first=False), *facts)
    assert found.cohorts == (Cohort(DAYS[0], 1, (1, 1)), Cohort(DAYS[1], 2, (2, 0)))
    assert found.curve == (1.0, 1 / 3)


def test_on_it_or_later_counts_whoever_came_at_any_time_since():
    facts = [Fact(2, "pv", noon(0)), Fact(2, "pv", noon(7)), Fact(4, "pv", noon(0)), Fact(4, "pv", noon(1))]
    found = answered(RetentionQuestion(span(0, 0), periods=3, later=True), *facts)
    assert found.cohorts == (Cohort(DAYS[0], 2, (2, 2, 1, 1)),)


def test_where_there_are_visits_only_they_count_unless_anything_is_asked_for():
    facts = [Fact(2, "page_viewed", noon(0)), Fact(2, "order_paid", noon(1)), Fact(4, "order_paid", noon(0))]
    assert answered(RetentionQuestion(span(0, 1), periods=1), *facts).cohorts == (Cohort(DAYS[0], 1, (1, 0)),)
    anything = RetentionQuestion(span(0, 1), start="*", back="*", periods=1)
    assert answered(anything, *facts).cohorts == (Cohort(DAYS[0], 2, (2, 1)),)


def test_in_his_own_period_a_return_is_what_came_at_the_start_or_after_it():
    facts = [
        Fact(2, "paid", noon(0) - 1),
        Fact(2, "joined", noon(0)),
        Fact(4, "joined", noon(0)),
        Fact(4, "paid", noon(0)),
        Fact(6, "joined", noon(0)),
        Fact(6, "paid", noon(1)),
    ]
    for later, expected in ((False, (1, 1)), (True, (2, 1))):
        question = RetentionQuestion(span(0, 0), start="joined", back="paid", periods=1, later=later)
        assert answered(question, *facts).cohorts == (Cohort(DAYS[0], 3, expected),)


def test_periods_that_have_not_begun_are_unknown_and_the_running_one_stands_as_it_is():
    today = timezone.localdate()
    yesterday = today - dt.timedelta(days=1)
    facts = [Fact(2, "pv", at(yesterday, NOON, SHANGHAI)), Fact(4, "pv", at(today, dt.time.min, SHANGHAI))]
    found = answered(RetentionQuestion(Span(yesterday, today), periods=2), *facts)
    assert found.cohorts == (Cohort(yesterday, 1, (1, 0, None)), Cohort(today, 1, (1, None, None)))
    assert found.curve == (1.0, 0.0, None)


def test_groups_are_by_what_the_start_was_like_the_largest_first_and_the_rest_together():
    facts = [
        Fact(2, "pv", noon(0), {"source": "ads"}, id="b"),
        Fact(2, "pv", noon(0), {"source": "sms"}, id="a"),
        Fact(2, "pv", noon(1), {"source": "ads"}),
        Fact(4, "pv", noon(0), {"source": "sms"}),
        Fact(6, "pv", noon(0)),
        Fact(6, "pv", noon(1), {"source": "scan"}),
        Fact(8, "pv", noon(0), {"source": "scan"}),
        Fact(10, "pv", noon(0), {"source": "mp"}),
    ]
    question = RetentionQuestion(span(0, 0), periods=1, by="source", top=2)
    assert answered(question, *facts).groups == (
        RetentionGroup("sms", False, 2, (1.0, 0.5)),
        RetentionGroup(None, False, 1, (1.0, 1.0)),
        RetentionGroup(None, True, 2, (1.0, 0.0)),
    )


def test_an_empty_log_has_no_cohorts():
    assert answered(RetentionQuestion(span(0, 3), periods=2)) == RetentionAnswer(
        "day", (), (None, None, None), ()
    )


def test_the_address_says_the_question():
    params = {
        "from": ["2026-03-02"],
        "to": ["2026-03-08"],
        "start": ["joined"],
        "start_where": ["source=ads,sms"],
        "back": ["paid"],
        "unit": ["week"],
        "periods": ["4"],
        "mode": ["any"],
        "return": ["after"],
        "by": ["source"],
        "top": ["3"],
        "program": ["2"],
        "segment": ["7"],
    }
    question = RetentionQuestion.of(params)
    assert question == RetentionQuestion(
        Span(MONDAY, MONDAY + dt.timedelta(days=6)),
        start="joined",
        start_where=conditions("source=ads,sms"),
        back="paid",
        unit="week",
        periods=4,
        first=False,
        later=True,
        by="source",
        top=3,
        program=2,
        segment="7",
    )
    assert RetentionQuestion.of({name: [value] for name, value in question.params()}) == question
    assert RetentionQuestion.of({}).params() == []


@pytest.mark.parametrize("wrong", [{"unit": "year"}, {"periods": "0"}, {"mode": "x"}, {"program": "a"}])
def test_what_cannot_be_asked_is_refused(wrong: dict[str, str]):
    with pytest.raises(QuestionInvalid):
        RetentionQuestion.of({name: [value] for name, value in wrong.items()})


# Against plain counting.

EVENTS = st.sampled_from(["pv", "pv", "buy", "page_viewed", "app_shown"])
PROPS = st.fixed_dictionaries({}, optional={"source": st.sampled_from(["ads", "sms", "scan", "", None])})


def logs(zone: ZoneInfo, names: st.SearchStrategy[str]) -> st.SearchStrategy[list[Fact]]:
    """Around a change of clocks, the ends of weeks and of months."""
    days = [dt.date(2026, 3, 7), dt.date(2026, 3, 8), dt.date(2026, 3, 9), dt.date(2026, 3, 10)]
    far = [dt.date(2026, 2, 28), dt.date(2026, 3, 1), dt.date(2026, 3, 31), dt.date(2026, 4, 1)]
    facts = st.builds(
        Fact,
        st.sampled_from([None, 2, 4, 5]),
        names,
        moments([*days, *far], zone),
        PROPS,
        st.sampled_from([1, 1, 2]),
        id=st.sampled_from(["a", "b"]),
    )
    return st.lists(facts, max_size=20)


def questions() -> st.SearchStrategy[RetentionQuestion]:
    dates = st.dates(dt.date(2026, 2, 27), dt.date(2026, 4, 2))
    return st.builds(
        RetentionQuestion,
        st.tuples(dates, dates).map(lambda two: Span(min(two), max(two))),
        start=st.sampled_from(["", "", "pv", "*"]),
        start_where=st.sampled_from([(), (), conditions("source=ads,sms")]),
        back=st.sampled_from(["", "", "pv", "buy", "*"]),
        back_where=st.sampled_from([(), (), conditions("source?")]),
        unit=st.sampled_from(["day", "week", "month"]),
        periods=st.integers(1, 5),
        first=st.booleans(),
        later=st.booleans(),
        by=st.sampled_from(["", "source"]),
        top=st.integers(1, 2),
        program=st.sampled_from([None, 2]),
        among=st.sampled_from([None, None, (2, 5), ()]),
    )


def source_of(fact: Fact) -> str | None:
    return fact.props.get("source") or None


def counted(
    facts: Sequence[Fact], q: RetentionQuestion, zone: ZoneInfo
) -> dict[str | None, dict[dt.date, tuple[int, list[int]]]]:
    """Cohorts by the value of the property ("" when not asked for), in the plainest way."""
    lowest, highest = period_of_date(q.span.first, q.unit), period_of_date(q.span.last, q.unit)
    end = after(highest, q.periods + 1, q.unit)
    facts = [fact for fact in facts if fact.program == (q.program or fact.program)]
    if not q.first:
        facts = [fact for fact in facts if period(fact.ts, q.unit, zone) >= lowest]
    if not q.later:
        facts = [fact for fact in facts if period(fact.ts, q.unit, zone) < end]
    visited = any(fact.event in ("app_shown", "page_viewed") for fact in facts)
    facts = [fact for fact in facts if fact.person and (q.among is None or fact.person in q.among)]

    def named(fact: Fact, name: str) -> bool:
        if name in ("", "*"):
            return name == "*" or not visited or fact.event in ("app_shown", "page_viewed")
        return fact.event == name

    starts = [
        f
        for f in facts
        if named(f, q.start) and (not q.start_where or f.props.get("source") in ("ads", "sms"))
    ]
    backs = [f for f in facts if named(f, q.back) and (not q.back_where or source_of(f))]
    same = (q.start, q.start_where) == (q.back, q.back_where)
    found: dict[str | None, dict[dt.date, tuple[int, list[int]]]] = {}
    for person in {fact.person for fact in starts}:
        mine = sorted(
            (f for f in starts if f.person == person),
            key=lambda f: (f.ts, f.event, f.id, source_of(f) or ""),
        )
        begun = {period(f.ts, q.unit, zone): f for f in reversed(mine)}
        for date, start in sorted(begun.items())[: 1 if q.first else None]:
            if not lowest <= date <= highest:
                continue
            returns = {
                period(f.ts, q.unit, zone)
                for f in backs
                if f.person == person and (same or f.ts >= start.ts) and period(f.ts, q.unit, zone) >= date
            }
            size, returned = found.setdefault(source_of(start) if q.by else "", {}).setdefault(
                date, (0, [0] * (q.periods + 1))
            )
            found[source_of(start) if q.by else ""][date] = (size + 1, returned)
            for n in range(q.periods + 1):
                wanted = after(date, n, q.unit)
                returned[n] += any(back >= wanted if q.later else back == wanted for back in returns)
    return found


@pytest.mark.parametrize("zone", [SHANGHAI, NEW_YORK], ids=str)
@pytest.mark.parametrize("names", [EVENTS, st.sampled_from(["pv", "buy"])], ids=["visits", "no visits"])
def test_every_number_is_what_plain_counting_finds(zone: ZoneInfo, names: st.SearchStrategy[str]):
    @examples(max_examples=100, deadline=None)
    @given(logs(zone, names), questions())
    def check(facts: list[Fact], question: RetentionQuestion) -> None:
        with counting(facts, program_id=question.program) as engine:
            found = question.answer(engine)
        expected = counted(facts, question, zone)
        together: dict[dt.date, tuple[int, list[int]]] = {}
        for cohorts in expected.values():
            for date, (size, returned) in cohorts.items():
                was = together.get(date, (0, [0] * len(returned)))
                together[date] = was[0] + size, [a + b for a, b in zip(was[1], returned, strict=True)]
        assert [(c.date, c.size, list(c.returned)) for c in found.cohorts] == [
            (date, *together[date]) for date in sorted(together)
        ]
        sizes = sorted(
            (
                (sum(size for size, _returned in cohorts.values()), value)
                for value, cohorts in expected.items()
            ),
            key=lambda one: (-one[0], one[1] or ""),
        )
        if not question.by:
            assert found.groups == ()
            return
        shown = [(group.value, group.other, group.size) for group in found.groups]
        rest = sizes[question.top :]
        assert shown == [
            *((value, False, size) for size, value in sizes[: question.top]),
            *([(None, True, sum(size for size, _value in rest))] if rest else []),
        ]
        for group in found.groups[: len(sizes[: question.top])]:
            assert group.curve == _curve(list(expected[group.value].values()), question.periods)

    with override_settings(TIME_ZONE=zone.key):
        check()


def _curve(cohorts: list[Any], periods: int) -> tuple[float, ...]:
    size = sum(size for size, _returned in cohorts)
    return tuple(sum(returned[n] for _size, returned in cohorts) / size for n in range(periods + 1))
