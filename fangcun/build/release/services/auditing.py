"""The audit: submitted, taken back, sped up; and what the auditor said."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from fangcun.build.checks.pack import rules
from fangcun.build.release.dossier import fill
from fangcun.build.release.errors import EvidenceMissing, NotYet, ReasonMissing, ReleaseUnknown, UndoUsedUp
from fangcun.build.release.guards import gaps, submit_guards
from fangcun.build.release.kit.keeping import preview_pictures
from fangcun.build.release.models import Attempt, Errand, RefusalItem, Release
from fangcun.build.release.queries import attempt_of, undos_left
from fangcun.build.release.refusals import items_of, plain
from fangcun.build.release.services.errands import write_down
from fangcun.build.release.services.preparing import locked
from fangcun.build.release.services.reviewing import close_pass
from fangcun.build.release.states import ErrandKind, ReleaseStatus, Verdict
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record
from fangcun.kernel.states import IllegalTransition
from fangcun.plan.schedule.services import record_audit, report_condition


@transaction.atomic
def submit(*, number: int, by: Actor, pictures: bool = True, privacy_api_not_use: bool = False) -> Errand:
    """Hand a version in to the audit with the dossier as it is now.

    `pictures` of the reviewer's kit go along; `privacy_api_not_use` declares that location interfaces in the code are
    not used. Raises NotYet with what is missing, ErrandOpen, IllegalTransition.
    """
    release = locked(number)
    if release.status != ReleaseStatus.UPLOADED:
        raise IllegalTransition(source=release.status, target=ReleaseStatus.SUBMITTED)
    dossier = fill(release)
    if missing := gaps(submit_guards(release, dossier)):
        raise NotYet(what="；".join(missing), missing=missing)
    payload = {
        **dossier.as_json(),
        "pictures": preview_pictures(release.pk) if pictures else [],
        "privacy_api_not_use": privacy_api_not_use,
    }
    return write_down(release, ErrandKind.SUBMIT, by=by, payload=payload)


@transaction.atomic
def withdraw(*, number: int, reason: str, by: Actor) -> Errand:
    """Take the audit back; WeChat allows it 5 times a day and 10 a month. Raises ReasonMissing, UndoUsedUp."""
    release = _in_audit(number)
    if not reason.strip():
        raise ReasonMissing
    today, month = undos_left(release.program_id)
    if not (today and month):
        raise UndoUsedUp
    return write_down(release, ErrandKind.WITHDRAW, by=by, payload={"reason": reason.strip()})


@transaction.atomic
def speed_up(*, number: int, by: Actor) -> Errand:
    """Ask for a quick audit (2 to 12 hours); there are few of these. Raises IllegalTransition, ErrandOpen."""
    release = _in_audit(number)
    return write_down(
        release, ErrandKind.SPEED_UP, by=by, payload={"auditid": attempt_of(release).auditid or 0}
    )


@transaction.atomic
def record_verdict(
    *,
    number: int,
    result: str,
    by: Actor,
    reason: str = "",
    screenshots: tuple[str, ...] = (),
    at: dt.datetime | None = None,
    attempt: int | None = None,
) -> Release:
    """Write down how the audit stands: `success`, `fail`, `delay` or `withdrawn`. Told again, it changes nothing.

    A refusal becomes items to mend, triggers the contingency and moves the schedule; a delay triggers its own; an
    approval ends both. `attempt` names the one it is about, `at` is WeChat's time: what is older than the submission
    is about an earlier one. Raises ReleaseUnknown, ReasonMissing for a refusal without words.
    """
    release = locked(number)
    now = attempt_of(release)
    if release.status != ReleaseStatus.SUBMITTED or (attempt is not None and attempt != release.attempt):
        return release
    if at is not None and now.submitted_at is not None and at < now.submitted_at - dt.timedelta(seconds=1):
        return release
    if result == "delay":
        _delayed(release, now, reason, by)
    elif result == "success":
        _ended(now, Verdict.SUCCESS, reason, screenshots)
        release.enter(ReleaseStatus.APPROVED, by=by)
        record_audit(passed=True, note=f"{release.version}", by=by)
        close_pass(number=number, by=by)
    elif result == "withdrawn":
        _ended(now, Verdict.WITHDRAWN, reason, ())
        release.enter(ReleaseStatus.WITHDRAWN, by=by, reason=reason)
    else:
        _refused(release, now, reason, screenshots, by)
    record("release.verdict", by=by, object=release, after={"result": result, "attempt": now.number})
    return release


@transaction.atomic
def settle_item(*, item_id: int, evidence: str, by: Actor) -> RefusalItem:
    """Say that an objection is mended, with what shows it. Raises ReleaseUnknown, EvidenceMissing."""
    item = RefusalItem.objects.select_for_update(of=("self",)).filter(pk=item_id).first()
    if item is None:
        raise ReleaseUnknown
    if not evidence.strip():
        raise EvidenceMissing
    item.evidence, item.settled_at = evidence.strip(), timezone.now()
    item.actor_kind, item.actor_id, item.actor_name = by.kind, by.id, by.name[:150]
    item.save()
    record(
        "release.settle_item",
        by=by,
        object=item.attempt.release,
        after={"item": item.place, "evidence": evidence},
    )
    return item


@transaction.atomic
def reopen_item(*, item_id: int, by: Actor) -> RefusalItem:
    """Take that back. Raises ReleaseUnknown."""
    item = RefusalItem.objects.select_for_update(of=("self",)).filter(pk=item_id).first()
    if item is None:
        raise ReleaseUnknown
    if item.settled_at is not None:
        item.settled_at = None
        item.save(update_fields=["settled_at"])
        record("release.reopen_item", by=by, object=item.attempt.release, after={"item": item.place})
    return item


def _in_audit(number: int) -> Release:
    release = locked(number)
    if release.status != ReleaseStatus.SUBMITTED:
        raise IllegalTransition(source=release.status, target=ReleaseStatus.WITHDRAWN)
    return release


def _ended(attempt: Attempt, verdict: str, reason: str, screenshots: tuple[str, ...]) -> None:
    attempt.verdict, attempt.reason = verdict, reason
    attempt.screenshots, attempt.ended_at = list(screenshots), timezone.now()
    attempt.save(update_fields=["verdict", "reason", "screenshots", "ended_at"])


def _delayed(release: Release, attempt: Attempt, reason: str, by: Actor) -> None:
    if attempt.delayed_at is not None:
        return
    attempt.delayed_at, attempt.delay_reason = timezone.now(), reason
    attempt.save(update_fields=["delayed_at", "delay_reason"])
    report_condition(
        when="audit_delayed",
        note="\n".join(plain(reason)) or release.version,
        by=by,
        source=f"release:{release.pk}:delayed:{attempt.number}",
    )


def _refused(
    release: Release, attempt: Attempt, reason: str, screenshots: tuple[str, ...], by: Actor
) -> None:
    if not "".join(plain(reason)):
        raise ReasonMissing
    _ended(attempt, Verdict.FAIL, reason, screenshots)
    release.enter(ReleaseStatus.REFUSED, by=by, reason=" ".join(plain(reason)))
    RefusalItem.objects.bulk_create(
        RefusalItem(
            attempt=attempt,
            place=place,
            text=item.text,
            rules=list(item.rules),
            actor_kind=by.kind,
            actor_id=by.id,
            actor_name=by.name[:150],
        )
        for place, item in enumerate(items_of(reason, rules()), start=1)
    )
    record_audit(
        passed=False,
        note="\n".join(plain(reason)),
        by=by,
        source=f"release:{release.pk}:refused:{attempt.number}",
    )
