"""Whether a goal will be reached, told from its numbers."""

from __future__ import annotations

import datetime as dt

import pytest

from fangcun.blueprint.document import (
    CountMetric,
    Goal,
    PersonsMetric,
    RatioMetric,
    RepeatMetric,
    RetentionMetric,
    SumMetric,
)
from fangcun.plan.scoreboard.scores import GoalScore, is_share, pace_of, progress_of, score

START = dt.date(2027, 1, 1)
SHARE = RepeatMetric(kind="repeat", event="order_paid", window_days=30)
ORDERS = CountMetric(kind="count", event="order_paid", per="day")


def goal(baseline: float, target: float, *, days: int = 100, metric=ORDERS) -> Goal:
    return Goal(
        id="g",
        statement="目标",
        metric=metric,
        baseline=baseline,
        target=target,
        direction="up" if target >= baseline else "down",
        due=START + dt.timedelta(days=days),
    )


def scored(wanted: Goal, values: list[float | None], why: str = "") -> GoalScore:
    """A goal that had these values, a day each, the last one today."""
    days = [START + dt.timedelta(days=n) for n in range(len(values))]
    series = list(zip(days, values, strict=True))
    return score(wanted, value=values[-1], why=why, series=series, since=START, today=days[-1])


def test_a_goal_on_its_way_up_has_pace_and_forecast():
    found = scored(goal(20, 50), [20, 21, 22, 23, 24])
    assert (found.value, found.progress, found.days_left) == (24, 4 / 30, 96)
    assert (found.pace, found.pace_needed, found.forecast) == (1.0, 26 / 96, 120.0)
    assert found.status == "on_track"
    assert found.series[-1] == (dt.date(2027, 1, 5), 24)


def test_a_goal_down_works_the_other_way_round():
    found = scored(goal(0.22, 0.10, metric=SHARE), [0.22, 0.219, 0.218])
    assert found.progress == pytest.approx(0.002 / 0.12)
    assert found.pace == pytest.approx(-0.001)
    assert found.pace_needed == pytest.approx(-0.118 / 98)
    assert found.forecast == pytest.approx(0.12)
    assert found.status == "at_risk"


@pytest.mark.parametrize(
    ("wanted", "value"),
    [(goal(20, 50), 50), (goal(20, 50), 61), (goal(0.22, 0.10), 0.10), (goal(0.22, 0.10), 0.0)],
)
def test_who_has_the_target_has_reached_it(wanted, value):
    found = scored(wanted, [None, value])
    assert (found.status, found.pace_needed) == ("reached", None)


def test_at_the_due_date_it_is_reached_or_missed_and_that_day_still_counts():
    last_day = scored(goal(20, 50, days=4), [40, 42, 44, 46, 48])
    assert (last_day.days_left, last_day.status) == (0, "at_risk")
    assert (last_day.pace_needed, last_day.forecast) == (2, 48.0)
    after = scored(goal(20, 50, days=3), [40, 42, 44, 46, 48])
    assert (after.days_left, after.status, after.pace_needed, after.forecast) == (-1, "missed", None, None)
    assert scored(goal(20, 50, days=3), [40, 42, 44, 46, 50]).status == "reached"


def test_a_forecast_that_gets_most_of_the_way_is_at_risk_and_less_is_off_the_track():
    assert scored(goal(0, 100, days=102), [0, 0.9, 1.8]).forecast == pytest.approx(91.8)
    assert scored(goal(0, 100, days=102), [0, 0.9, 1.8]).status == "at_risk"
    assert scored(goal(0, 100, days=102), [0, 0.7, 1.4]).status == "off_track"
    assert scored(goal(0, 100, days=102), [2, 1, 0]).status == "off_track"


def test_the_wrong_way_is_progress_below_zero():
    found = scored(goal(20, 50), [20, 18, 14])
    assert (found.progress, found.status, found.forecast) == (-0.2, "off_track", 0.0)


def test_what_can_not_be_counted_yet_says_why_and_promises_nothing():
    found = scored(goal(20, 50), [None, None], why="还没有 order_paid 事件")
    assert (found.value, found.why, found.status) == (None, "还没有 order_paid 事件", "not_yet")
    assert (found.progress, found.pace, found.pace_needed, found.forecast) == (None, None, None, None)


def test_from_fewer_than_three_days_no_pace_is_told_and_the_straight_line_decides():
    assert (
        pace_of([(START, 1), (START + dt.timedelta(days=1), 2), (START + dt.timedelta(days=2), None)]) is None
    )
    ahead = scored(goal(20, 50), [None] * 10 + [24])
    assert (ahead.forecast, ahead.status) == (None, "on_track")
    assert scored(goal(20, 50), [None] * 10 + [20]).status == "at_risk"
    assert scored(goal(20, 50), [None] * 40 + [20]).status == "off_track"


def test_only_the_last_28_measured_points_tell_the_pace_and_gaps_keep_their_days():
    days = [START + dt.timedelta(days=n) for n in range(60)]
    series = [(day, 100.0 if n < 20 else (2.0 * n if n % 2 else None)) for n, day in enumerate(days)]
    assert pace_of(series) != pytest.approx(2)  # twenty measured, so some of the old days are among them
    assert pace_of(series[12:]) == pace_of([point for point in series if point[1] is not None][-28:])
    grown = [(day, 2.0 * n if n % 2 else None) for n, day in enumerate(days)]
    assert pace_of(grown) == pytest.approx(2)


def test_a_forecast_stays_within_what_can_be():
    assert scored(goal(0.12, 0.90, metric=SHARE), [0.2, 0.3, 0.4]).forecast == 1.0
    assert scored(goal(0.9, 0.1, metric=SHARE), [0.3, 0.25, 0.2]).forecast == 0.0
    sales = SumMetric(kind="sum", event="order_paid", prop="amount")
    assert scored(goal(100, 50, metric=sales), [90, 80, 70]).forecast == 0.0
    loss = scored(goal(-10, 50, metric=sales), [-9, -10, -11])
    assert loss.forecast == -11 - 98


@pytest.mark.parametrize(
    ("of", "to", "target", "share"),
    [
        (CountMetric(kind="count", event="a"), CountMetric(kind="count", event="b"), 0.5, True),
        (PersonsMetric(kind="persons", event="a"), PersonsMetric(kind="persons", event="b"), 0.5, True),
        (CountMetric(kind="count", event="a"), CountMetric(kind="count", event="b"), 1.5, False),
        (CountMetric(kind="count", event="a"), PersonsMetric(kind="persons", event="a"), 0.5, False),
        (
            SumMetric(kind="sum", event="a", prop="x"),
            SumMetric(kind="sum", event="b", prop="x"),
            0.5,
            False,
        ),
    ],
)
def test_a_ratio_is_a_share_when_like_is_divided_by_like_and_the_target_is_one(of, to, target, share):
    metric = RatioMetric(kind="ratio", of=of, to=to)
    assert is_share(metric, goal(0.1, target, metric=metric)) is share
    assert is_share(RetentionMetric(kind="retention", day=7), goal(0.1, 0.2))


def test_a_goal_without_a_way_is_all_or_nothing():
    assert progress_of(goal(5, 5), 5) == 1.0
    assert progress_of(goal(5, 5), 4) == 0.0
