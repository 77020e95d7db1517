"""Taking the next step of every run that is due. Each step is a transaction of its own; a kill costs nothing."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.grow.automations.acting import Did, Later, Skipped, act
from fangcun.grow.automations.document import DOES, Check, Document, Step, Wait, read_document
from fangcun.grow.automations.entering import waited
from fangcun.grow.automations.models import Act, Run, Version
from fangcun.grow.automations.states import AutomationStatus, Outcome, RunStatus
from fangcun.insight.segments.queries import persons_by
from fangcun.insight.tracking.services import record_later
from fangcun.kernel.errors import DomainError
from fangcun.shop.orders.models import Order

logger = logging.getLogger(__name__)

BATCH = 300
MOST_ATTEMPTS = 6
PATIENCE = dt.timedelta(minutes=5)


def advance_due(now: dt.datetime, *, limit: int = BATCH) -> int:
    """Advance the runs whose next step is due, the longest waiting first; how many were looked at."""
    due = Run.objects.filter(
        status=RunStatus.WAITING, due_at__lte=now, automation__status=AutomationStatus.RUNNING
    ).order_by("due_at", "id")
    runs = list(due.values_list("id", flat=True)[:limit])
    sweep = Sweep(now)
    for run_id in runs:
        try:
            while _step(run_id, now, sweep):
                pass
        except Exception as error:  # one member's trouble is not another's
            logger.warning("Run %s failed", run_id, exc_info=error)
            _postpone(run_id, now, error)
    return len(runs)


class Sweep:
    """What a sweep reads once: documents, and whom the rules of checks describe (outside of any transaction)."""

    def __init__(self, now: dt.datetime) -> None:
        self._now = now
        self._found: dict[str, frozenset[int]] = {}
        self._documents: dict[int, Document] = {}

    def document(self, version: Version) -> Document:
        """A version's content."""
        if version.pk not in self._documents:
            self._documents[version.pk] = read_document(version.document)
        return self._documents[version.pk]

    def knows(self, rule: Mapping[str, Any] | None) -> bool:
        """Whether a rule was asked already; no rule needs no asking."""
        return rule is None or json.dumps(rule, sort_keys=True) in self._found

    def ask(self, rule: Mapping[str, Any]) -> frozenset[int]:
        """The persons of a rule. Raises DomainError when it can't be asked."""
        key = json.dumps(rule, sort_keys=True)
        if key not in self._found:
            self._found[key] = frozenset(persons_by(rule, at=self._now))
        return self._found[key]


def _step(run_id: int, now: dt.datetime, sweep: Sweep) -> bool:
    """Take one step of a run; whether the next may be taken at once."""
    with transaction.atomic():
        run = (
            Run.objects.select_for_update(of=("self",))
            .select_related("automation", "program", "version")
            .get(pk=run_id)
        )
        is_due = run.status == RunStatus.WAITING and run.due_at <= now
        if not is_due or run.automation.status != AutomationStatus.RUNNING:
            return False
        steps = sweep.document(run.version).steps
        if run.step >= len(steps):
            _end(run, RunStatus.DONE, "", now)
            return False
        step = steps[run.step]
        unasked = step.rule if isinstance(step, Check) and not sweep.knows(step.rule) else None
        if unasked is None:
            run.attempts = 0
            return _take(run, step, now, sweep, is_last=run.step + 1 == len(steps))
    sweep.ask(unasked)
    return True


def _take(run: Run, step: Step, now: dt.datetime, sweep: Sweep, *, is_last: bool) -> bool:
    if isinstance(step, Wait):
        return _go_on(run, now, waited(step, now), is_last=False)
    if isinstance(step, Check):
        if _holds(run, step, sweep):
            _note(run, step, Outcome.DONE, "", now)
            return _go_on(run, now, now, is_last=is_last)
        _note(run, step, Outcome.SKIPPED, _("条件不成立"), now)
        _end(run, RunStatus.SKIPPED, _("条件不成立"), now)
        return False
    result = act(run, step, f"automation:{run.pk}:{run.step}", now)
    if isinstance(result, Later):
        run.due_at, run.reason = result.at, result.reason
        run.save(update_fields=["due_at", "reason", "attempts"])
        return False
    if isinstance(result, Skipped):
        _note(run, step, Outcome.SKIPPED, result.reason, now)
    elif isinstance(result, Did):
        _note(run, step, Outcome.DONE, "", now)
        record_later(
            "automation_acted",
            event_id=f"automation_acted:{run.pk}:{run.step}",
            member_id=run.member_id,
            program_id=run.program_id,
            props={"automation_id": run.automation_id, "arm": run.arm},
            at=now,
        )
    return _go_on(run, now, now, is_last=is_last)


def _holds(run: Run, check: Check, sweep: Sweep) -> bool:
    if check.rule is not None:
        return 2 * run.member_id in sweep.ask(check.rule)
    paid = Order.objects.filter(member_id=run.member_id, paid_at__gte=run.entered_at).exists()
    return paid is check.bought


def _go_on(run: Run, now: dt.datetime, due_at: dt.datetime, *, is_last: bool) -> bool:
    run.step, run.due_at, run.reason = run.step + 1, due_at, ""
    if is_last:
        run.status, run.ended_at = RunStatus.DONE, now
    run.save(update_fields=["step", "due_at", "reason", "attempts", "status", "ended_at"])
    return not is_last and due_at <= now


def _end(run: Run, status: RunStatus, reason: str, now: dt.datetime) -> None:
    run.status, run.reason, run.ended_at = status, reason[:200], now
    run.save(update_fields=["status", "reason", "ended_at"])


def _note(run: Run, step: Any, outcome: Outcome, reason: str, now: dt.datetime) -> None:
    Act.objects.bulk_create(
        [Act(run=run, step=run.step, do=DOES[type(step)], outcome=outcome, reason=reason[:200], at=now)],
        ignore_conflicts=True,
    )


def _postpone(run_id: int, now: dt.datetime, error: Exception) -> None:
    """Something broke: try again with growing patience, and stop this one run when that does not help."""
    with transaction.atomic():
        run = Run.objects.select_for_update().get(pk=run_id)
        if run.status != RunStatus.WAITING:
            return
        words = str(error) if isinstance(error, DomainError) else type(error).__name__
        run.attempts += 1
        run.reason = words[:200]
        if run.attempts >= MOST_ATTEMPTS:
            _end(run, RunStatus.STOPPED, words, timezone.now())
            run.save(update_fields=["attempts"])
            return
        run.due_at = now + PATIENCE * 2**run.attempts
        run.save(update_fields=["attempts", "reason", "due_at"])
