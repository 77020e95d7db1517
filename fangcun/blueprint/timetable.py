"""Dates from working days and dependencies: when each stage begins and ends, what is critical, what slack is left.

A stage begins on the first working day after everything it waits for has ended, or when the schedule starts. Its
last day is a working day too. Working days are Monday to Friday without the schedule's holidays.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from math import ceil

from fangcun.blueprint.document import Blueprint, Schedule, Stage

LAST = dt.date.max.toordinal()


class Calendar:
    """Working days, numbered without gaps, so that a distance between two dates is a subtraction."""

    def __init__(self, holidays: Collection[dt.date] = ()) -> None:
        days = {day.toordinal() for day in holidays if day.weekday() < 5}
        self._holidays = sorted(days)
        self._numbers = [_weekdays_before(day) - place for place, day in enumerate(self._holidays)]

    def number(self, day: dt.date) -> int:
        """How many working days lie before a date: the number of that date itself when it is one."""
        ordinal = day.toordinal()
        return _weekdays_before(ordinal) - bisect_left(self._holidays, ordinal)

    def date(self, number: int) -> dt.date:
        """The working day with that number."""
        weekday = number
        for known in self._numbers:  # each holiday at or before it moves it on by one weekday
            if known > number:
                break
            weekday += 1
        weeks, rest = divmod(weekday, 5)
        return dt.date.fromordinal(min(weeks * 7 + rest + 1, LAST))

    def between(self, first: dt.date, last: dt.date) -> int:
        """Working days from one date to another; negative when the second lies before the first."""
        return self.number(last) - self.number(first)


def _weekdays_before(ordinal: int) -> int:
    weeks, rest = divmod(ordinal - 1, 7)  # ordinal 1 is a Monday
    return weeks * 5 + min(rest, 5)


@dataclass(frozen=True, slots=True)
class Actual:
    """What really happened to a stage so far. `percent` is how much of it is done."""

    started_on: dt.date | None = None
    finished_on: dt.date | None = None
    percent: int = 0


@dataclass(frozen=True, slots=True)
class StageDates:
    """When a stage begins and ends, both days included; by how many working days it may slip without moving the end."""

    stage: Stage
    start: dt.date
    end: dt.date
    slack_days: int

    @property
    def is_critical(self) -> bool:
        """Whether every day it slips moves the end of the whole schedule."""
        return self.slack_days == 0


@dataclass(frozen=True, slots=True)
class Timetable:
    """All stages with their dates, in the order of the document."""

    stages: tuple[StageDates, ...]
    start: dt.date
    end: dt.date
    launch_end: dt.date

    @property
    def critical(self) -> tuple[str, ...]:
        """The critical path: ids of the stages without slack, in the order in which they happen."""
        found = [one for one in self.stages if one.is_critical]
        return tuple(one.stage.id for one in sorted(found, key=lambda one: (one.start, one.end)))

    def of(self, stage_id: str) -> StageDates:
        """The dates of one stage. Raises KeyError."""
        for one in self.stages:
            if one.stage.id == stage_id:
                return one
        raise KeyError(stage_id)


class Cyclic(ValueError):
    """Stages wait for each other, so none of them can begin."""


def cycles(schedule: Schedule) -> list[tuple[str, ...]]:
    """Groups of stages that wait for each other, each as one round of ids, in the order of the document."""
    after = _dependencies(schedule)
    state: dict[str, int] = {}  # 1 on the way that is being walked, 2 done
    found: list[tuple[str, ...]] = []
    for root in after:
        if root in state:
            continue
        state[root], way = 1, [root]
        stack = [iter(after[root])]
        while stack:
            target = next(stack[-1], None)
            if target is None:
                stack.pop()
                state[way.pop()] = 2
            elif state.get(target) == 1:
                found.append(tuple(way[way.index(target) :]))
            elif target not in state:
                state[target] = 1
                way.append(target)
                stack.append(iter(after[target]))
    return found


def timetable(
    schedule: Schedule,
    *,
    actuals: Mapping[str, Actual] | None = None,
    today: dt.date | None = None,
    extra_days: Mapping[str, int] | None = None,
) -> Timetable:
    """The dates of every stage.

    Without `actuals` and `today` these are the planned dates. With them, finished stages keep their real dates,
    running ones end after what is left of them from today on, and nothing that has not begun begins before today.
    `extra_days` are working days added to stages, such as those of a contingency. Raises Cyclic.
    """
    actuals, extra_days = actuals or {}, extra_days or {}
    if cycles(schedule):
        raise Cyclic
    calendar = Calendar(schedule.holidays)
    after = _dependencies(schedule)
    first = calendar.number(schedule.start)
    now = None if today is None else calendar.number(today)
    starts: dict[str, int] = {}
    ends: dict[str, int] = {}
    stages = {stage.id: stage for stage in schedule.stages}
    for name in _in_order(after):
        actual = actuals.get(name, Actual())
        days, extra = stages[name].days, extra_days.get(name, 0)
        earliest = max([first, *(ends[one] + 1 for one in after[name])])
        if actual.started_on is not None:
            start = calendar.number(actual.started_on)
        else:
            start = earliest if now is None or actual.finished_on else max(earliest, now)
        end = start + days + extra - 1
        if actual.finished_on is not None:  # on a weekend: what follows begins on Monday
            end = max(calendar.number(actual.finished_on + dt.timedelta(days=1)) - 1, start)
        elif actual.started_on is not None and now is not None:
            left = ceil(days * (100 - min(actual.percent, 100)) / 100) + extra
            if actual.percent or end < now:
                end = max(now + max(left, 1) - 1, start)
        starts[name], ends[name] = start, end
    latest = _latest_ends(after, starts, ends)
    dates = tuple(
        StageDates(
            stage,
            calendar.date(starts[name]),
            calendar.date(ends[name]),
            latest[name] - ends[name],
        )
        for name, stage in stages.items()
    )
    end_day = max((one.end for one in dates), default=schedule.start)
    launches = [one.end for one in dates if one.stage.kind == "launch"]
    return Timetable(
        dates,
        start=min((one.start for one in dates), default=schedule.start),
        end=end_day,
        launch_end=max(launches, default=end_day),
    )


def launch_end(bp: Blueprint) -> dt.date | None:
    """The last day of the launch as planned; None without stages.

    Where stages wait for each other their waiting is left out, so that the rest can still be judged: the true end
    can only be later.
    """
    schedule = bp.schedule
    while found := cycles(schedule):
        rounds = {name: set(names) for names in found for name in names}
        stages = [
            replace(stage, after=tuple(one for one in stage.after if one not in rounds.get(stage.id, ())))
            for stage in schedule.stages
        ]
        schedule = replace(schedule, stages=tuple(stages))
    return timetable(schedule).launch_end if schedule.stages else None


def _dependencies(schedule: Schedule) -> dict[str, tuple[str, ...]]:
    known = {stage.id for stage in schedule.stages}
    return {
        stage.id: tuple(dict.fromkeys(one for one in stage.after if one in known))
        for stage in schedule.stages
    }


def _in_order(after: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Every stage behind those it waits for."""
    waiting = {name: len(before) for name, before in after.items()}
    followers: dict[str, list[str]] = {name: [] for name in after}
    for name, before in after.items():
        for one in before:
            followers[one].append(name)
    order = [name for name, count in waiting.items() if count == 0]
    for name in order:  # grows while it is walked
        for one in followers[name]:
            waiting[one] -= 1
            if waiting[one] == 0:
                order.append(one)
    return order


def _latest_ends(
    after: Mapping[str, tuple[str, ...]], starts: Mapping[str, int], ends: Mapping[str, int]
) -> dict[str, int]:
    last = max(ends.values(), default=0)
    latest = dict.fromkeys(after, last)
    for name in reversed(_in_order(after)):
        latest_start = latest[name] - (ends[name] - starts[name])
        for one in after[name]:
            latest[one] = min(latest[one], latest_start - 1)
    return latest
