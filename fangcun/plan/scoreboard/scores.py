"""Whether a goal will be reached, from its number now and how it went so far. Pure: `today` is passed in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from fangcun.blueprint.document import Goal, Metric

Status = Literal["reached", "on_track", "at_risk", "off_track", "missed", "not_yet"]
Number = int | float
Point = tuple[dt.date, Number | None]

RECENT = 28  # measured points by which the pace is judged
FEWEST = 3  # from fewer no pace can be told
NEARLY = 0.8  # a forecast this far along the way is at risk; below it, off the track


@dataclass(frozen=True, slots=True)
class GoalScore:
    """A goal with its number, counted now, and what is to be expected of it.

    `progress` is the share of the way from baseline to target, below 0 when it went the wrong way. `series` has one
    point for each day since `since`, the last for today. Paces are changes per day, in the metric's own unit; what
    can't be told is None, and `why` says so for `value`.
    """

    goal: Goal
    value: Number | None
    why: str
    progress: float | None
    series: tuple[Point, ...]
    since: dt.date
    days_left: int
    pace_needed: float | None
    pace: float | None
    forecast: float | None
    status: Status


def score(
    goal: Goal,
    *,
    value: Number | None,
    why: str,
    series: Sequence[Point],
    since: dt.date,
    today: dt.date,
) -> GoalScore:
    """Judge a goal by its number and its days so far."""
    days_left = (goal.due - today).days
    pace = pace_of(series)
    forecast = None
    if value is not None and pace is not None and days_left >= 0:
        forecast = _within(goal, value + pace * days_left)
    status = _status(goal, value, forecast, since=since, today=today)
    pace_needed = None
    if value is not None and status not in ("reached", "missed"):
        pace_needed = (goal.target - value) / max(days_left, 1)
    return GoalScore(
        goal=goal,
        value=value,
        why=why,
        progress=None if value is None else progress_of(goal, value),
        series=tuple(series),
        since=since,
        days_left=days_left,
        pace_needed=pace_needed,
        pace=pace,
        forecast=forecast,
        status=status,
    )


def progress_of(goal: Goal, value: Number) -> float:
    """The share of the way from baseline to target; a goal without a way is reached or not."""
    way = goal.target - goal.baseline
    if not way:
        return 1.0 if _is_reached(goal, value) else 0.0
    return (value - goal.baseline) / way


def pace_of(series: Sequence[Point]) -> float | None:
    """By how much the number changes in a day: the least-squares line through the last measured points."""
    points = [(day.toordinal(), value) for day, value in series if value is not None][-RECENT:]
    if len(points) < FEWEST:
        return None
    middle_x = sum(x for x, _y in points) / len(points)
    middle_y = sum(y for _x, y in points) / len(points)
    spread = sum((x - middle_x) ** 2 for x, _y in points)
    return sum((x - middle_x) * (y - middle_y) for x, y in points) / spread


def is_share(metric: Metric, goal: Goal) -> bool:
    """Whether the number is a part of a whole and can't pass 1."""
    if metric.kind in ("conversion", "repeat", "retention"):
        return True
    if metric.kind != "ratio" or metric.of.kind == "sum" or metric.of.kind != metric.to.kind:
        return False
    return max(goal.baseline, goal.target) <= 1


def _within(goal: Goal, number: float) -> float:
    if min(goal.baseline, goal.target) >= 0:
        number = max(number, 0.0)
    return min(number, 1.0) if is_share(goal.metric, goal) else number


def _is_reached(goal: Goal, value: Number) -> bool:
    return value <= goal.target if goal.direction == "down" else value >= goal.target


def _status(
    goal: Goal, value: Number | None, forecast: float | None, *, since: dt.date, today: dt.date
) -> Status:
    if value is None:
        return "not_yet"
    if _is_reached(goal, value):
        return "reached"
    if today > goal.due:
        return "missed"
    if forecast is not None:
        hoped, nearly = progress_of(goal, forecast), NEARLY
    else:  # too early for a pace: held against the straight line to the target
        whole = max((goal.due - since).days, 1)
        hoped, nearly = 1 + progress_of(goal, value) - (today - since).days / whole, NEARLY
    if hoped >= 1:
        return "on_track"
    return "at_risk" if hoped >= nearly else "off_track"
