"""Where the project stands, worked out from the plan and from what was reported. Pure: nothing is read or kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from fangcun.blueprint.document import Blueprint, Stage
from fangcun.blueprint.timetable import Actual, Calendar, StageDates, Timetable, timetable
from fangcun.plan.schedule.acceptance import AcceptanceItem
from fangcun.plan.schedule.triggered import Triggered, extra_days

Status = Literal["waiting", "ready", "running", "late", "finished"]


@dataclass(frozen=True, slots=True)
class Dates:
    """First and last day, both included."""

    start: dt.date
    end: dt.date


@dataclass(frozen=True, slots=True)
class Milestone:
    """A day as the first revision had it, as the current one has it, and as it is to be expected."""

    baseline: dt.date
    planned: dt.date
    expected: dt.date


@dataclass(frozen=True, slots=True)
class StageState:
    """One stage. `slip_days` are working days that it ends later (or, below zero, earlier) than first planned.

    `late` is a stage that should have ended and has not; `ready` waits for nobody. A stage that the first revision
    did not have has no `baseline`; it slips against the current plan.
    """

    stage: Stage
    status: Status
    baseline: Dates | None
    planned: Dates
    expected: Dates
    started_on: dt.date | None
    finished_on: dt.date | None
    percent: int
    slip_days: int
    slack_days: int
    is_critical: bool
    extra_days: int
    acceptance: tuple[AcceptanceItem, ...]

    @property
    def may_finish(self) -> bool:
        """Whether it runs and all of its acceptance holds."""
        running = self.started_on is not None and self.finished_on is None
        return running and all(item.state == "passed" for item in self.acceptance)


@dataclass(frozen=True, slots=True)
class Progress:
    """The whole schedule. `share` is the part of all planned working days that is done, 0 to 1."""

    today: dt.date
    stages: tuple[StageState, ...]
    critical: tuple[str, ...]
    share: float
    start: dt.date
    end: Milestone
    launch_end: Milestone
    launch_slip_days: int
    conditions: tuple[Triggered, ...]

    def of(self, stage_id: str) -> StageState:
        """One stage. Raises KeyError."""
        for one in self.stages:
            if one.stage.id == stage_id:
                return one
        raise KeyError(stage_id)


def work_out(
    bp: Blueprint,
    *,
    baseline: Blueprint,
    actuals: Mapping[str, Actual],
    conditions: tuple[Triggered, ...],
    acceptance: Mapping[str, tuple[AcceptanceItem, ...]],
    today: dt.date,
) -> Progress:
    """The state of every stage and the dates that follow. Raises timetable.Cyclic, which a published plan never is."""
    calendar = Calendar(bp.schedule.holidays)
    first, planned = timetable(baseline.schedule), timetable(bp.schedule)
    extra = extra_days(bp, conditions, actuals, today=today)
    expected = timetable(bp.schedule, actuals=actuals, today=today, extra_days=extra)
    known = {one.stage.id: one for one in first.stages}
    stages = []
    for one in expected.stages:
        actual = actuals.get(one.stage.id, Actual())
        plan, before = planned.of(one.stage.id), known.get(one.stage.id)
        ends = actual.finished_on or one.end
        stages.append(
            StageState(
                stage=one.stage,
                status=_status(one, plan, actuals, today),
                baseline=_dates(before) if before else None,
                planned=_dates(plan),
                expected=Dates(actual.started_on or one.start, ends),
                started_on=actual.started_on,
                finished_on=actual.finished_on,
                percent=100 if actual.finished_on else actual.percent,
                slip_days=calendar.between((before or plan).end, one.end),
                slack_days=one.slack_days,
                is_critical=one.is_critical,
                extra_days=extra.get(one.stage.id, 0),
                acceptance=acceptance[one.stage.id],
            )
        )
    return Progress(
        today=today,
        stages=tuple(stages),
        critical=expected.critical,
        share=_share(stages),
        start=expected.start,
        end=Milestone(first.end, planned.end, expected.end),
        launch_end=_launch(first, planned, expected),
        launch_slip_days=calendar.between(first.launch_end, expected.launch_end),
        conditions=conditions,
    )


def _launch(first: Timetable, planned: Timetable, expected: Timetable) -> Milestone:
    return Milestone(first.launch_end, planned.launch_end, expected.launch_end)


def _dates(one: StageDates) -> Dates:
    return Dates(one.start, one.end)


def _share(stages: list[StageState]) -> float:
    days = sum(one.stage.days for one in stages)
    return sum(one.stage.days * one.percent for one in stages) / (100 * days) if days else 0.0


def _status(one: StageDates, plan: StageDates, actuals: Mapping[str, Actual], today: dt.date) -> Status:
    actual = actuals.get(one.stage.id, Actual())
    if actual.finished_on is not None:
        return "finished"
    if plan.end < today:
        return "late"
    if actual.started_on is not None:
        return "running"
    waits = [name for name in one.stage.after if actuals.get(name, Actual()).finished_on is None]
    return "waiting" if waits else "ready"
