"""Taps and dates, worked out exactly: against hand-made examples and against slow, plain searches."""

from __future__ import annotations

import datetime as dt
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fangcun.blueprint.document import Schedule, Stage
from fangcun.blueprint.graph import Taps, tabs
from fangcun.blueprint.tests.clean import CLEAN, plan
from fangcun.blueprint.timetable import Actual, Calendar, Cyclic, cycles, timetable
from fangcun.blueprint.vocabulary import StageKind

DAY = dt.date
START = dt.date(2026, 12, 1)


def stage(name: str, days: int, *after: str, kind: StageKind = "development") -> Stage:
    return Stage(id=name, kind=kind, name=name, days=days, after=after)


def dates(*stages: Stage, start=START, holidays=(), **now) -> dict[str, tuple[dt.date, dt.date, int]]:
    found = timetable(Schedule(start=start, stages=stages, holidays=holidays), **now)
    return {one.stage.id: (one.start, one.end, one.slack_days) for one in found.stages}


def test_tabs_are_one_tap_from_each_other_and_the_rest_follows_the_leads():
    bp = plan(CLEAN)
    taps = Taps(bp)
    assert tabs(bp) == ("home", "me")
    assert taps.distance("home", "me") == 1
    assert taps.way("home", "paid") == ("home", "product", "checkout", "paid")
    assert taps.distance("home", "notes") == 3
    assert taps.way("me", "me") == ("me",)
    assert taps.way("home", "nowhere") is None
    assert taps.way("nowhere", "home") is None


@settings(max_examples=100, deadline=None)
@given(st.integers(2, 6), st.data())
def test_distances_agree_with_relaxing_every_edge(count, data):
    names = [f"p{n}" for n in range(count)]
    bp = plan(CLEAN)
    pages = {}
    for name in names:
        leads = tuple(data.draw(st.lists(st.sampled_from(names), max_size=3)))
        page = bp.pages["product"]
        tab = data.draw(st.none() | st.integers(1, 5))
        pages[name] = type(page)(title=name, path=f"pages/{name}", package="main", tab=tab, leads_to=leads)
    taps = Taps(type(bp)(**{**bp.__dict__, "pages": pages}))
    far = {(a, b): 0 if a == b else 10**6 for a, b in product(names, names)}
    for a, b in product(names, names):
        if b in pages[a].leads_to or (pages[a].tab is not None and pages[b].tab is not None):
            far[a, b] = min(far[a, b], 1)
    for k, a, b in product(names, names, names):
        far[a, b] = min(far[a, b], far[a, k] + far[k, b])
    for a, b in product(names, names):
        assert taps.distance(a, b) == (None if far[a, b] >= 10**6 else far[a, b])


@settings(max_examples=200, deadline=None)
@given(
    st.dates(DAY(2020, 1, 1), DAY(2030, 1, 1)),
    st.lists(st.dates(DAY(2019, 12, 1), DAY(2030, 6, 1)), max_size=40),
    st.integers(0, 300),
)
def test_working_days_agree_with_walking_the_calendar(start, holidays, days):
    calendar = Calendar(holidays)
    here = start
    while here.weekday() > 4 or here in holidays:
        here += dt.timedelta(days=1)
    assert calendar.date(calendar.number(start)) == here
    first = calendar.number(here)
    for _ in range(days):
        here += dt.timedelta(days=1)
        while here.weekday() > 4 or here in holidays:
            here += dt.timedelta(days=1)
    assert calendar.date(first + days) == here
    assert calendar.number(here) == first + days


def test_stages_follow_each_other_over_weekends_and_holidays():
    found = dates(stage("a", 4), stage("b", 2, "a"), stage("c", 1, "b"), holidays=[DAY(2026, 12, 8)])
    assert found == {
        "a": (DAY(2026, 12, 1), DAY(2026, 12, 4), 0),
        "b": (DAY(2026, 12, 7), DAY(2026, 12, 9), 0),
        "c": (DAY(2026, 12, 10), DAY(2026, 12, 10), 0),
    }


def test_a_schedule_that_starts_on_a_weekend_begins_on_monday():
    assert dates(stage("a", 1), start=DAY(2026, 12, 5))["a"][:2] == (DAY(2026, 12, 7), DAY(2026, 12, 7))


def test_what_runs_beside_the_longest_way_has_slack_and_is_not_critical():
    stages = (stage("a", 2), stage("long", 10, "a"), stage("short", 3, "a"), stage("end", 1, "long", "short"))
    found = timetable(Schedule(start=DAY(2026, 12, 1), stages=stages))
    assert [one.slack_days for one in found.stages] == [0, 0, 7, 0]
    assert found.critical == ("a", "long", "end")


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 6), st.data())
def test_slack_is_exactly_how_far_a_stage_may_slip(count, data):
    stages: list[Stage] = []
    for n in range(count):
        after = data.draw(st.lists(st.sampled_from([s.id for s in stages]), max_size=3)) if stages else []
        stages.append(stage(f"s{n}", data.draw(st.integers(1, 8)), *after))
    schedule = Schedule(start=DAY(2026, 12, 1), stages=tuple(stages))
    plain = timetable(schedule)
    for one in plain.stages:
        slipped = timetable(schedule, extra_days={one.stage.id: one.slack_days})
        assert slipped.end == plain.end
        assert timetable(schedule, extra_days={one.stage.id: one.slack_days + 1}).end > plain.end


def test_stages_that_wait_for_each_other_are_named_and_have_no_dates():
    schedule = Schedule(
        start=DAY(2026, 12, 1),
        stages=(stage("a", 1, "c"), stage("b", 1, "a"), stage("c", 1, "b"), stage("d", 1, "d")),
    )
    assert cycles(schedule) == [("a", "c", "b"), ("d",)]
    with pytest.raises(Cyclic):
        timetable(schedule)


def test_a_stage_that_ran_late_pushes_what_waits_for_it():
    stages = (stage("a", 2), stage("b", 2, "a"))
    found = dates(*stages, actuals={"a": Actual(DAY(2026, 12, 1), DAY(2026, 12, 7))}, today=DAY(2026, 12, 7))
    assert found["a"][:2] == (DAY(2026, 12, 1), DAY(2026, 12, 7))
    assert found["b"][:2] == (DAY(2026, 12, 8), DAY(2026, 12, 9))


def test_a_running_stage_ends_after_what_is_left_of_it():
    found = dates(stage("a", 10), actuals={"a": Actual(DAY(2026, 12, 1), None, 50)}, today=DAY(2026, 12, 14))
    assert found["a"][:2] == (DAY(2026, 12, 1), DAY(2026, 12, 18))


def test_what_has_not_begun_does_not_begin_in_the_past():
    found = dates(stage("a", 2), stage("b", 1, "a"), today=DAY(2026, 12, 10))
    assert found["a"][:2] == (DAY(2026, 12, 10), DAY(2026, 12, 11))
    assert found["b"][:2] == (DAY(2026, 12, 14), DAY(2026, 12, 14))


def test_the_launch_ends_with_its_last_stage():
    stages = (stage("live", 2, kind="launch"), stage("after", 5, "live"))
    found = timetable(Schedule(start=DAY(2026, 12, 1), stages=stages))
    assert (found.launch_end, found.end) == (DAY(2026, 12, 2), DAY(2026, 12, 9))
