"""What a funnel is asked for and answers: addresses, groups, trends, who dropped, what is refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest

from fangcun.insight.analytics.conditions import conditions
from fangcun.insight.analytics.errors import QuestionInvalid
from fangcun.insight.analytics.funnels.answer import FunnelDay
from fangcun.insight.analytics.funnels.dropped import DroppedQuestion, dropped
from fangcun.insight.analytics.funnels.question import (
    FunnelQuestion,
    scenario_question,
    window_of,
    window_text,
)
from fangcun.insight.analytics.funnels.steps import FunnelStep
from fangcun.insight.analytics.moments import DAY_MS
from fangcun.insight.analytics.spans import Span
from fangcun.insight.analytics.tests.log import T0, ZERO
from fangcun.insight.analytics.tests.plain import Fact, counting

SPAN = Span(ZERO, ZERO + dt.timedelta(days=7))
A, B, C = (FunnelStep((name,)) for name in "abc")
AB = FunnelQuestion((A, B), SPAN, window_ms=DAY_MS)


def fact(person: int | None, event: str, at: int, **props: object) -> Fact:
    return Fact(person, event, T0 + at, props, id=f"{person}{event}{at}")


def counts(question: FunnelQuestion, *facts: Fact) -> list[int]:
    with counting(facts) as engine:
        return [step.count for step in question.answer(engine).steps]


def reread(question: FunnelQuestion) -> FunnelQuestion:
    return FunnelQuestion.of(parse_qs(urlencode(question.params()), keep_blank_values=True))


def test_a_question_comes_back_from_its_address():
    steps = (
        FunnelStep(("a", "b"), conditions("price>=100;source=ads,sms"), name="看"),
        FunnelStep(("c",), role="exclude"),
        FunnelStep(("d",), role="optional"),
        FunnelStep(("e",)),
    )
    question = FunnelQuestion(
        steps,
        SPAN,
        1_800_000,
        "strict",
        "group_id",
        "source",
        3,
        "week",
        first_touch=True,
        program=2,
        segment="7",
    )
    assert reread(question) == question
    assert reread(AB) == AB
    assert AB.params() == [
        ("step", "a"), ("where", ""), ("role", "step"),
        ("step", "b"), ("where", ""), ("role", "step"),
        ("window", "1d"), ("from", "2026-11-02"), ("to", "2026-11-09"),
    ]  # fmt: skip


def test_without_steps_it_is_about_a_purchase_and_empty_rows_of_a_form_are_none():
    assert [step.events for step in FunnelQuestion.of({}).steps] == [
        ("goods_viewed",), ("cart_added",), ("order_submitted",), ("order_paid",),
    ]  # fmt: skip
    read = FunnelQuestion.of({"step": ["a", "", " b | c "], "where": ["", "x=1", "y=2"], "role": [""]})
    assert read.steps == (A, FunnelStep(("b", "c"), conditions("y=2")))


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"step": ["a"]}, "2 到 20"),
        ({"step": [f"e{n}" for n in range(21)]}, "2 到 20"),
        ({"step": ["a", "b"], "role": ["optional", "step"]}, "第一个步骤"),
        ({"step": ["a", "b", "c"], "role": ["step", "step", "exclude"]}, "两个普通步骤之间"),
        ({"step": ["a", "b"], "role": ["step", "maybe"]}, "步骤的类型"),
        ({"step": ["a", "b", "c"], "role": ["step", "optional", "step"], "order": ["unordered"]}, "不限顺序"),
        ({"step": ["a", "b|a"], "order": ["unordered"]}, "不限顺序"),
        ({"step": ["a", "x", "a"], "role": ["step", "exclude", "step"]}, "严格先后"),
        ({"step": ["a"] * 7, "where": [f"p~{n}" for n in range(7)]}, "7 个步骤"),
        ({"window": ["7"]}, "366"),
        ({"window": ["0d"]}, "366"),
        ({"window": ["367d"]}, "366"),
        ({"order": ["backwards"]}, "order"),
        ({"every": ["month"]}, "every"),
    ],
)
def test_what_can_not_be_asked_is_refused_with_a_reason(params, sentence):
    with pytest.raises(QuestionInvalid, match=sentence):
        FunnelQuestion.of(params)


@pytest.mark.parametrize(
    ("text", "ms"), [("", 604_800_000), ("90s", 90_000), ("30m", 1_800_000), ("36h", 129_600_000)]
)
def test_windows_are_read_and_written_in_their_largest_unit(text, ms):
    assert window_of(text) == ms
    assert window_of(window_text(ms)) == ms


def test_twenty_times_the_same_step_takes_twenty_events():
    question = replace(AB, steps=(A,) * 20)
    assert counts(question, *(fact(2, "a", 5) for _ in range(20))) == [1] * 20
    assert counts(question, *(fact(2, "a", 5) for _ in range(19))) == [1] * 19 + [0]


def test_a_person_is_in_the_one_group_of_the_attempt_that_is_chosen():
    question = replace(AB, by="source", top=2)
    facts = [
        fact(2, "a", 0, source="ads"), fact(2, "a", 10, source="sms"), fact(2, "b", 20, source="none"),
        fact(4, "a", 0, source="ads"), fact(4, "a", 10, source="sms"),
        fact(6, "a", 0, source="sms"), fact(6, "b", 50),
        fact(8, "a", 0), fact(8, "b", 7),
        fact(10, "a", 0, source="x"), fact(12, "a", 0, source="y"),
        fact(None, "a", 0, source="z"),
    ]  # fmt: skip
    with counting(facts) as engine:
        found = question.answer(engine)
    assert [step.count for step in found.steps] == [6, 3]
    assert [(g.value, g.other, [s.count for s in g.steps], g.steps[1].median_ms) for g in found.groups] == [
        ("sms", False, [2, 2], 30.0),
        (None, False, [1, 1], 7.0),
        ("", True, [3, 0], None),
    ]


def test_the_trend_counts_everybody_on_the_day_the_attempt_began():
    facts = [fact(2, "a", 0), fact(2, "b", DAY_MS), fact(4, "a", DAY_MS), fact(4, "a", 2 * DAY_MS - 1)]
    facts += [fact(6, "a", 7 * DAY_MS), fact(6, "b", 8 * DAY_MS), fact(8, "a", 8 * DAY_MS)]
    with counting(facts) as engine:
        days = replace(AB, every="day").answer(engine).trend
        weeks = replace(AB, every="week").answer(engine).trend
    assert [day.steps_counts for day in days] == [(1, 1), (1, 0), *[(0, 0)] * 5, (1, 1)]
    assert days[0].date == ZERO
    assert weeks == (FunnelDay(ZERO, (2, 1)), FunnelDay(ZERO + dt.timedelta(days=7), (1, 1)))


def test_shares_and_times_are_measured_from_the_required_step_before():
    question = FunnelQuestion((A, replace(B, role="optional"), C), SPAN)
    facts = [fact(2, "a", 0), fact(2, "b", 4), fact(2, "c", 10), fact(4, "a", 0), fact(4, "c", 21)]
    with counting([*facts, fact(6, "a", 0), fact(8, "a", 0)]) as engine:
        first, maybe, last = question.answer(engine).steps
    assert (first.of_first, first.of_previous, first.median_ms) == (1.0, None, None)
    assert (maybe.count, maybe.of_first, maybe.of_previous, maybe.median_ms) == (1, 0.25, 0.25, 4.0)
    assert (last.count, last.of_previous, last.median_ms, last.p90_ms) == (2, 0.5, 15.5, 19.9)


def test_an_excluded_event_ends_an_attempt_but_not_its_first_steps_nor_another_attempt():
    question = FunnelQuestion((A, replace(C, role="exclude"), B), SPAN)
    assert counts(question, fact(2, "a", 0), fact(2, "c", 1), fact(2, "b", 2)) == [1, 0]
    assert counts(question, fact(2, "a", 0), fact(2, "c", 1), fact(2, "a", 2), fact(2, "b", 3)) == [1, 1]
    assert counts(question, fact(2, "a", 1), fact(2, "c", 1), fact(2, "b", 2)) == [1, 1]
    assert counts(question, fact(2, "a", 1), fact(2, "c", 2), fact(2, "b", 2)) == [1, 1]


def test_the_values_of_a_property_are_counted_whoever_caused_the_events():
    question = replace(AB, key="group_id")
    facts = [fact(2, "a", 0, group_id=7), fact(4, "b", 5, group_id="7"), fact(None, "a", 0, group_id="8")]
    assert counts(question, *facts, fact(2, "a", 0), fact(2, "b", 1)) == [2, 1]


@pytest.mark.parametrize("order", ["ordered", "strict"])
def test_numbers_of_persons_may_be_of_any_size(order):
    facts = [fact(person, event, at) for person in (0, 2, 2**40, 2**62) for at, event in enumerate("ab")]
    assert counts(replace(AB, order=order), *facts, fact(2**62 + 1, "a", 0)) == [5, 4]
    assert counts(replace(AB, order=order), fact(0, "a", 0), fact(2, "b", 1)) == [1, 0]


def test_only_the_events_of_a_segment_count():
    facts = [fact(2, "a", 0), fact(2, "b", 5), fact(4, "a", 0), fact(4, "b", 1)]
    assert counts(replace(AB, among=(4, 6)), *facts) == [1, 1]
    assert counts(replace(AB, among=()), *facts) == [0, 0]


def test_those_who_dropped_did_the_step_before_and_not_this_one():
    question = FunnelQuestion((A, replace(B, role="optional"), C), SPAN)
    facts = [
        fact(2, "a", 0),
        fact(2, "b", 1),
        fact(2, "c", 2),
        fact(4, "a", 0),
        fact(4, "c", 1),
        fact(6, "a", 0),
    ]
    with counting([*facts, fact(9, "a", 0), fact(10, "c", 0)]) as engine:
        assert dropped(question, 2, engine=engine, limit=10) == [4, 6, 9]
        assert dropped(question, 3, engine=engine, limit=10) == [6, 9]
        assert dropped(question, 3, engine=engine, limit=1) == [6]
        assert DroppedQuestion(replace(question, order="strict"), 3).answer(engine) == (6, 9)
        assert dropped(FunnelQuestion((A, C), SPAN), 2, engine=engine, limit=10) == [6, 9]
        assert dropped(FunnelQuestion((A, B, C), SPAN), 3, engine=engine, limit=10) == []
        assert dropped(FunnelQuestion((A, C), SPAN, order="unordered"), 2, engine=engine, limit=10) == [
            6,
            9,
            10,
        ]


def test_a_list_of_dropped_comes_back_from_its_address_and_names_persons_only():
    question = DroppedQuestion(AB, 2)
    assert DroppedQuestion.at("?" + urlencode(question.params())) == question
    for wrong in (DroppedQuestion(AB, 3), DroppedQuestion(replace(AB, key="group_id"), 2)):
        with pytest.raises(QuestionInvalid):
            DroppedQuestion.at(urlencode(wrong.params()))


def test_a_scenario_of_the_plan_is_a_funnel():
    scenario: dict[str, Any] = {
        "id": "buy", "name": "购买", "key": "group_id", "window_ms": 3_600_000,
        "steps": [{"step": "look", "event": "a"}, {"step": "pay", "event": "b"}],
    }  # fmt: skip
    question = scenario_question(scenario, SPAN)
    steps = (FunnelStep(("a",), name="look"), FunnelStep(("b",), name="pay"))
    assert question == FunnelQuestion(steps, SPAN, 3_600_000, key="group_id")
    with pytest.raises(QuestionInvalid):
        scenario_question({**scenario, "steps": [{"step": "look", "event": "a"}]}, SPAN)
