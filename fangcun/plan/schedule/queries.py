"""Questions about the schedule: dates as planned first, as planned now, and as they are going to be."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from fangcun.blueprint.document import Stage
from fangcun.blueprint.timetable import Actual
from fangcun.plan.revisions.queries import blueprint_of, current, first
from fangcun.plan.schedule.acceptance import AcceptanceItem, acceptance_of, ticks_of
from fangcun.plan.schedule.checks import CheckState, check_states
from fangcun.plan.schedule.models import Condition, StageProgress
from fangcun.plan.schedule.progress import Progress, work_out
from fangcun.plan.schedule.triggered import triggered


def progress(now: dt.datetime | None = None) -> Progress | None:
    """How far the project is, and which dates follow from it; None before a plan was published.

    Stages have the dates of the first revision, of the current one, and those to be expected from what happened.
    """
    revision, baseline = current(), first()
    if revision is None or baseline is None:
        return None
    now = now or timezone.now()
    bp = blueprint_of(revision)
    done = actuals()
    checks = check_states(revision, now=now)
    ticks = ticks_of(stage.id for stage in bp.schedule.stages)
    today = timezone.localdate(now)
    return work_out(
        bp,
        baseline=blueprint_of(baseline),
        actuals=done,
        conditions=triggered(bp, Condition.objects.order_by("id"), done, today=today),
        acceptance={
            stage.id: acceptance_of(stage, ticks=ticks, checks=checks) for stage in bp.schedule.stages
        },
        today=today,
    )


def checks(now: dt.datetime | None = None) -> dict[str, CheckState]:
    """What every check says now, by its name; nothing before a plan was published."""
    revision = current()
    return check_states(revision, now=now or timezone.now()) if revision else {}


def acceptance_now(stage: Stage, *, now: dt.datetime) -> tuple[AcceptanceItem, ...]:
    """The acceptance of one stage of the current plan."""
    states = checks(now) if any(item.check for item in stage.acceptance) else {}
    return acceptance_of(stage, ticks=ticks_of([stage.id]), checks=states)


def actuals() -> dict[str, Actual]:
    """What really happened to each stage that has begun."""
    return {
        row.stage: Actual(row.started_on, row.finished_on, row.percent) for row in StageProgress.objects.all()
    }
