"""How WeChat's audit ended."""

from __future__ import annotations

from django.db import transaction

from fangcun.kernel.actors import Actor
from fangcun.plan.schedule.errors import EvidenceMissing
from fangcun.plan.schedule.models import CheckResult, Condition
from fangcun.plan.schedule.services.accepting import record_check
from fangcun.plan.schedule.services.conditions import end_condition, report_condition

WAITING = ("audit_refused", "audit_delayed")


@transaction.atomic
def record_audit(*, passed: bool, note: str, by: Actor, source: str | None = None) -> CheckResult:
    """Note what the audit said: the check audit_passed, and with it what the contingencies for the audit wait for.

    A refusal triggers them; an approval ends them, and days that were not used are given back. `note` is the audit's
    answer; a refusal needs one. `source` as in `report_condition`. Raises EvidenceMissing.
    """
    note = note.strip()
    if not passed and not note:
        raise EvidenceMissing
    result = record_check(check="audit_passed", passed=passed, by=by, detail=note)
    if passed:
        for condition in Condition.objects.filter(when__in=WAITING, ended_at=None):
            end_condition(condition_id=condition.pk, by=by)
    else:
        report_condition(when="audit_refused", note=note, by=by, source=source)
    return result
