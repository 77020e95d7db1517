"""Contingencies whose condition came true: which stage they hold up and how many working days are kept for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils import timezone

from fangcun.blueprint.document import Blueprint, Contingency, Schedule, Stage
from fangcun.blueprint.timetable import Actual, Calendar, timetable
from fangcun.plan.schedule.models import Condition

ABOUT_THE_AUDIT = frozenset({"audit_refused", "audit_delayed"})


@dataclass(frozen=True, slots=True)
class Triggered:
    """A condition with what was planned for it. `days` are the working days that `stage` is given for it."""

    condition: Condition
    contingencies: tuple[Contingency, ...]
    stage: str
    days: int
    days_left: int


def held_up(schedule: Schedule, when: str, actuals: Mapping[str, Actual], *, today: dt.date) -> str:
    """The id of the stage that a condition holds up: a launch for the audit's, else the one that runs.

    Of several that run it is the one with the least slack; when none runs, the next one.
    """
    launches = [stage for stage in schedule.stages if stage.kind == "launch"]
    stages = launches if when in ABOUT_THE_AUDIT and launches else list(schedule.stages)
    dates = timetable(schedule, actuals=actuals, today=today)
    unfinished = [stage for stage in stages if actuals.get(stage.id, Actual()).finished_on is None]
    running = [stage for stage in unfinished if actuals.get(stage.id, Actual()).started_on is not None]

    def pressing(stage: Stage) -> tuple[int, dt.date]:
        return dates.of(stage.id).slack_days, dates.of(stage.id).start

    if running:
        return min(running, key=pressing).id
    if unfinished:
        return min(unfinished, key=lambda stage: dates.of(stage.id).start).id
    return stages[-1].id if stages else ""


def triggered(
    bp: Blueprint, conditions: Iterable[Condition], actuals: Mapping[str, Actual], *, today: dt.date
) -> tuple[Triggered, ...]:
    """What each condition means for the dates.

    While it lasts, the contingency's slack is kept; of several contingencies for one condition the longest, for they
    are worked on side by side. When it is over, the days it took count, at most the slack.
    """
    calendar = Calendar(bp.schedule.holidays)
    known = {stage.id for stage in bp.schedule.stages}
    found = []
    for condition in conditions:
        contingencies = tuple(one for one in bp.contingencies if one.when == condition.when)
        slack = max((one.slack_days for one in contingencies), default=0)
        over = today if condition.ended_at is None else timezone.localdate(condition.ended_at)
        taken = max(calendar.between(timezone.localdate(condition.at), over), 0)
        lasts = condition.ended_at is None
        stage = condition.stage
        if stage not in known:
            stage = held_up(bp.schedule, condition.when, actuals, today=today)
        found.append(
            Triggered(
                condition,
                contingencies,
                stage,
                days=slack if lasts else min(slack, taken),
                days_left=max(slack - taken, 0) if lasts else 0,
            )
        )
    return tuple(found)


def extra_days(
    bp: Blueprint, found: Iterable[Triggered], actuals: Mapping[str, Actual], *, today: dt.date
) -> dict[str, int]:
    """Working days added to each stage.

    A stage whose rest is counted from today, because it is reported on or overdue, is given what is left of them.
    """
    calendar, days, left = Calendar(bp.schedule.holidays), dict[str, int](), dict[str, int]()
    for one in found:
        days[one.stage] = days.get(one.stage, 0) + one.days
        left[one.stage] = left.get(one.stage, 0) + one.days_left
    for stage in bp.schedule.stages:
        actual = actuals.get(stage.id, Actual())
        if stage.id not in days or actual.started_on is None:
            continue
        last = calendar.number(actual.started_on) + stage.days + days[stage.id] - 1
        if actual.percent or last < calendar.number(today):
            days[stage.id] = left[stage.id]
    return days
