"""A stage begins, gets on, ends, and is sometimes opened again."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from fangcun.blueprint.document import Stage
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record
from fangcun.plan.schedule.acceptance import missing, unticked
from fangcun.plan.schedule.errors import (
    AcceptanceOpen,
    PercentWrong,
    StageDateWrong,
    StageFinished,
    StageNotFinished,
    StageNotStarted,
    StageStarted,
)
from fangcun.plan.schedule.models import StageProgress
from fangcun.plan.schedule.planned import planned_stage
from fangcun.plan.schedule.queries import acceptance_now

COMPLETE = 100


@transaction.atomic
def start_stage(*, stage: str, by: Actor, on: dt.date | None = None) -> StageProgress:
    """Note that work on a stage has begun, today or on the day `on`.

    Raises StageUnknown, StageDateWrong for a day to come, StageStarted when it was noted before.
    """
    planned = planned_stage(stage)
    progress, new = StageProgress.objects.get_or_create(stage=stage, defaults={"started_on": _day(on)})
    if not new:
        raise StageStarted(name=planned.name)
    record("schedule.start_stage", by=by, object=progress, after={"started_on": progress.started_on})
    return progress


@transaction.atomic
def report_percent(*, stage: str, percent: int, by: Actor) -> StageProgress:
    """Say how much of a running stage is done, 0 to 100; what is left of it is counted from today on.

    Raises StageUnknown, StageNotStarted, StageFinished, PercentWrong.
    """
    if not 0 <= percent <= COMPLETE:
        raise PercentWrong
    progress = _running(planned_stage(stage))
    before, progress.percent = progress.percent, percent
    progress.save(update_fields=["percent"])
    record(
        "schedule.report_percent",
        by=by,
        object=progress,
        before={"percent": before},
        after={"percent": percent},
    )
    return progress


def finish_stage(*, stage: str, by: Actor, on: dt.date | None = None) -> StageProgress:
    """Note that a stage is done, today or on the day `on`; all of its acceptance must hold.

    Raises StageUnknown, StageNotStarted, StageFinished, StageDateWrong, AcceptanceOpen which names what is missing.
    """
    planned, day = planned_stage(stage), _day(on)
    _refuse_open(missing(acceptance_now(planned, now=timezone.now())))  # counts events: not under a lock
    with transaction.atomic():
        progress = _running(planned)
        if day < progress.started_on:
            raise StageDateWrong
        _refuse_open(unticked(planned))
        progress.finished_on = day
        progress.save(update_fields=["finished_on"])
        record("schedule.finish_stage", by=by, object=progress, after={"finished_on": day})
    return progress


@transaction.atomic
def reopen_stage(*, stage: str, by: Actor) -> StageProgress:
    """Go on with a stage that was finished too early. Raises StageUnknown, StageNotStarted, StageNotFinished."""
    planned = planned_stage(stage)
    progress = _locked(planned)
    if progress.finished_on is None:
        raise StageNotFinished(name=planned.name)
    before, progress.finished_on = progress.finished_on, None
    progress.save(update_fields=["finished_on"])
    record("schedule.reopen_stage", by=by, object=progress, before={"finished_on": before})
    return progress


def _refuse_open(items: list[str]) -> None:
    if items:
        raise AcceptanceOpen(items=items, missing="；".join(items))


def _locked(planned: Stage) -> StageProgress:
    """What happens to one stage happens one after the other: it ends only while its acceptance stays as it is."""
    progress = StageProgress.objects.select_for_update().filter(stage=planned.id).first()
    if progress is None:
        raise StageNotStarted(name=planned.name)
    return progress


def _running(planned: Stage) -> StageProgress:
    progress = _locked(planned)
    if progress.finished_on is not None:
        raise StageFinished(name=planned.name)
    return progress


def _day(on: dt.date | None) -> dt.date:
    today = timezone.localdate()
    if on is not None and on > today:
        raise StageDateWrong
    return on or today
