"""Something a contingency was made for comes true, and is over."""

from __future__ import annotations

from typing import get_args

from django.db import transaction
from django.utils import timezone

from fangcun.blueprint.vocabulary import Condition as When
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record
from fangcun.plan.revisions.queries import current_blueprint
from fangcun.plan.schedule.errors import ConditionNotFound, ConditionUnknown
from fangcun.plan.schedule.models import Condition
from fangcun.plan.schedule.queries import actuals
from fangcun.plan.schedule.triggered import held_up


@transaction.atomic
def report_condition(*, when: str, note: str, by: Actor, source: str | None = None) -> Condition:
    """Say that something a contingency was made for came true, such as audit_refused.

    The contingency's days are kept for the stage that it holds up: the launch when it is about the audit, else the
    running one. `source` names the news it comes from, e.g. "release:17:refused"; told again, it changes nothing.
    Raises ConditionUnknown.
    """
    if when not in get_args(When):
        raise ConditionUnknown
    bp = current_blueprint()
    columns = {
        "when": when,
        "note": note.strip(),
        "stage": held_up(bp.schedule, when, actuals(), today=timezone.localdate()) if bp else "",
        "actor_kind": by.kind,
        "actor_id": by.id,
        "actor_name": by.name[:150],
    }
    if source is None:
        condition, new = Condition.objects.create(**columns), True
    else:
        condition, new = Condition.objects.get_or_create(source=source, defaults=columns)
    if new:
        record("schedule.report_condition", by=by, object=condition, after={"when": when, "note": note})
    return condition


@transaction.atomic
def end_condition(*, condition_id: int, by: Actor) -> Condition:
    """Say that it is over; days of the contingency that were not used are given back. Again changes nothing.

    Raises ConditionNotFound.
    """
    ended = Condition.objects.filter(pk=condition_id, ended_at=None).update(ended_at=timezone.now())
    condition = Condition.objects.filter(pk=condition_id).first()
    if condition is None:
        raise ConditionNotFound
    if ended:
        record("schedule.end_condition", by=by, object=condition, after={"ended_at": condition.ended_at})
    return condition
