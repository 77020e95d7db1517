"""Acceptance: a person's word with evidence, or how a check ended."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils import timezone

from fangcun.blueprint.document import Stage
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record
from fangcun.plan.schedule.acceptance import key_of
from fangcun.plan.schedule.checks import RECORDED
from fangcun.plan.schedule.errors import (
    AcceptanceUnknown,
    CheckUnknown,
    DecidedByCheck,
    EvidenceMissing,
    LinkWrong,
    StageFinished,
)
from fangcun.plan.schedule.models import CheckResult, StageProgress, Tick
from fangcun.plan.schedule.planned import planned_stage

MOST_LINK = 500
_is_web_address = URLValidator(schemes=["http", "https"])


@transaction.atomic
def tick(*, stage: str, item: str, evidence: str, by: Actor, link: str = "") -> Tick:
    """Accept one item of a stage and say what shows that it holds; doing it again replaces the evidence.

    `item` is the key of an AcceptanceItem. Raises StageUnknown, AcceptanceUnknown, DecidedByCheck, StageFinished,
    EvidenceMissing, LinkWrong.
    """
    planned = planned_stage(stage)
    text = _text_of(planned, item)
    evidence, link = evidence.strip(), link.strip()
    if not evidence:
        raise EvidenceMissing
    _check_link(link)
    _refuse_finished(planned)
    kept, _new = Tick.objects.update_or_create(
        stage=stage,
        item=item,
        defaults={
            "text": text,
            "evidence": evidence,
            "link": link,
            "at": timezone.now(),
            "actor_kind": by.kind,
            "actor_id": by.id,
            "actor_name": by.name[:150],
        },
    )
    record("schedule.tick", by=by, object=kept, after={"text": text, "evidence": evidence, "link": link})
    return kept


@transaction.atomic
def untick(*, stage: str, item: str, by: Actor) -> None:
    """Take a person's word back; one that was never given stays so. Raises StageUnknown, StageFinished."""
    planned = planned_stage(stage)
    _refuse_finished(planned)
    kept = Tick.objects.filter(stage=stage, item=item).first()
    if kept is not None:
        record("schedule.untick", by=by, object=kept, before={"text": kept.text, "evidence": kept.evidence})
        kept.delete()


@transaction.atomic
def record_check(
    *, check: str, passed: bool, by: Actor, detail: str = "", evidence: dict[str, Any] | None = None
) -> CheckResult:
    """Note how a check ended that a machine or WeChat decides, such as journeys_pass. The newest counts.

    `evidence` is what a machine found, JSON-able. Raises CheckUnknown, also for checks that are worked out from
    plan and events.
    """
    if check not in RECORDED:
        raise CheckUnknown
    result = CheckResult.objects.create(
        check_name=check,
        passed=passed,
        detail=detail,
        evidence=evidence or {},
        actor_kind=by.kind,
        actor_id=by.id,
        actor_name=by.name[:150],
    )
    record("schedule.record_check", by=by, object=result, after={"passed": passed, "detail": detail})
    return result


def _text_of(planned: Stage, key: str) -> str:
    for item in planned.acceptance:
        if key_of(item) == key:
            if item.check:
                raise DecidedByCheck
            return item.text or ""
    raise AcceptanceUnknown


def _refuse_finished(planned: Stage) -> None:
    progress = StageProgress.objects.select_for_update().filter(stage=planned.id).first()
    if progress is not None and progress.finished_on is not None:
        raise StageFinished(name=planned.name)


def _check_link(link: str) -> None:
    if not link:
        return
    try:
        _is_web_address(link)
    except ValidationError:
        raise LinkWrong from None
    if len(link) > MOST_LINK:
        raise LinkWrong
