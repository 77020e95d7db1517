"""The verbs of the audit officer: inspect, keep what was said, live with a finding for a while."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.build.artifacts.models import Artifact
from fangcun.build.artifacts.queries import latest_ready
from fangcun.build.checks.declaring import declared_as_json
from fangcun.build.checks.errors import (
    CheckRunning,
    FindingUnknown,
    NothingToCheck,
    WaiverInvalid,
    WaiverUnknown,
)
from fangcun.build.checks.finding import Severity
from fangcun.build.checks.models import CheckRun, Waiver
from fangcun.build.checks.queries import latest_run, open_report, pictures_home
from fangcun.build.checks.report import Report
from fangcun.build.checks.states import RunStatus
from fangcun.build.checks.subject import Declared
from fangcun.build.checks.waiving import Excuse
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record
from fangcun.plan.schedule.services import record_check

MOST_DAYS = 366
WALKS_KEPT = 20  # with their pictures
CHECK = "audit_clean"  # its name among the acceptance checks of a schedule


def start_check(
    *, artifact: Artifact | None = None, walks: bool = False, declared: Declared | None = None, by: Actor
) -> CheckRun:
    """Have a build inspected by a job; the newest that is ready if none is named.

    `declared` is what is known beside the published plan, such as the domains. Raises NothingToCheck,
    and CheckRunning while the same build is being inspected.
    """
    from fangcun.build.checks.tasks import inspect_run

    artifact = artifact or latest_ready()
    if artifact is None:
        raise NothingToCheck
    try:
        with transaction.atomic():
            run = CheckRun.objects.create(
                artifact=artifact,
                target=str(artifact),
                walks=walks,
                declared={} if declared is None else declared_as_json(declared),
                step=_("等待开始"),
                **_signed(by),
            )
            record("checks.start", by=by, object=run, after={"walks": walks})
            inspect_run.enqueue(run_id=run.pk)
    except IntegrityError as taken:
        raise CheckRunning from taken
    return run


@transaction.atomic
def cancel_check(*, run: CheckRun, by: Actor) -> None:
    """Stop an inspection; the job notices between two rules. Raises IllegalTransition, StatusChanged."""
    run.enter(RunStatus.CANCELLED, by=by, finished_at=timezone.now())
    record("checks.cancel", by=by, object=run)


@transaction.atomic
def finish_run(*, run: CheckRun, report: Report, planned: bool, by: Actor) -> None:
    """Keep what an inspection said; acceptance hears of it when it was held against the published plan.

    Raises IllegalTransition or StatusChanged when it was cancelled meanwhile.
    """
    run.enter(
        RunStatus.DONE,
        by=by,
        report=report.as_json(),
        counts=_told(report),
        digest=report.digest,
        step="",
        finished_at=timezone.now(),
    )
    if planned:
        _tell_schedule(run, by=by)


@transaction.atomic
def fail_run(*, run: CheckRun, error: str, by: Actor) -> None:
    """Note why an inspection could not be done. Raises IllegalTransition or StatusChanged when it has ended."""
    run.enter(RunStatus.FAILED, by=by, error=error[:2000], step="", finished_at=timezone.now())


@transaction.atomic
def keep_report(
    *,
    report: Report,
    artifact: Artifact,
    planned: bool,
    walks: bool,
    excuses: Iterable[Excuse] = (),
    by: Actor,
) -> CheckRun:
    """Keep an inspection that was made elsewhere, such as by `fangcun check`. `excuses` came from its file."""
    run = CheckRun.objects.create(
        artifact=artifact,
        target=str(artifact),
        digest=report.digest,
        status=RunStatus.DONE,
        walks=walks,
        report=report.as_json(),
        counts=_told(report),
        excuses=[one.as_json() for one in excuses],
        finished_at=timezone.now(),
        **_signed(by),
    )
    record("checks.keep", by=by, object=run, after=_told(report))
    if planned:
        _tell_schedule(run, by=by)
    return run


def drop_old_pictures() -> None:
    """Throw away the pictures of all walks but the newest twenty; the reports stay."""
    newest = CheckRun.objects.filter(walks=True).order_by("-id").values_list("pk", flat=True)
    kept = {str(pk) for pk in newest[:WALKS_KEPT]}
    shelf = pictures_home()
    for folder in shelf.iterdir() if shelf.is_dir() else ():
        if folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)


@transaction.atomic
def waive(*, run: CheckRun, key: str, reason: str, until: dt.date | None, by: Actor) -> Waiver:
    """Let a finding of a run not count until the end of a day. One that is waived already gets the new terms.

    Raises FindingUnknown, and WaiverInvalid without a reason or with a day that is past or over a year away.
    """
    report = open_report(run)
    finding = next((one for one in report.everything if one.key == key), None) if report else None
    if finding is None:
        raise FindingUnknown
    reason, today, wrong = reason.strip(), timezone.localdate(), {}
    if not 0 < len(reason) <= 300:
        wrong["reason"] = _("请写明理由，不超过 300 个字")
    if until is None or not today <= until <= today + dt.timedelta(days=MOST_DAYS):
        wrong["until"] = _("请选今天起一年以内的日期")
    if until is None or wrong:
        raise WaiverInvalid(fields=wrong)
    Waiver.objects.filter(key=key, lifted_at=None).update(lifted_at=timezone.now())
    try:
        with transaction.atomic():
            made = Waiver.objects.create(
                key=key,
                rule=finding.rule,
                message=finding.message,
                reason=reason,
                until=until,
                **_signed(by),
            )
    except IntegrityError as taken:  # somebody else waived it in this moment
        raise WaiverInvalid(fields={"reason": _("这个问题刚刚已被豁免，请刷新")}) from taken
    record("checks.waive", by=by, object=made, after={"reason": reason, "until": until})
    _tell_again(by=by)
    return made


@transaction.atomic
def unwaive(*, waiver: Waiver, by: Actor) -> None:
    """Let a finding count again. Raises WaiverUnknown when that was done already."""
    if not Waiver.objects.filter(pk=waiver.pk, lifted_at=None).update(lifted_at=timezone.now()):
        raise WaiverUnknown
    record("checks.unwaive", by=by, object=waiver, before={"reason": waiver.reason, "until": waiver.until})
    _tell_again(by=by)


def _tell_again(*, by: Actor) -> None:
    """A waiver may turn the newest inspection; the schedule hears of it when it does."""
    from fangcun.plan.schedule.models import CheckResult

    run = latest_run()
    said = CheckResult.objects.filter(check_name=CHECK).order_by("-id").first()
    if run is not None and said is not None and said.evidence.get("run") == run.pk:
        report = open_report(run)
        if report is not None and report.good != said.passed:
            _tell_schedule(run, by=by)


def _tell_schedule(run: CheckRun, *, by: Actor) -> None:
    report = open_report(run)
    if report is None:
        return
    told = _told(report)
    detail = _("%(errors)d 个错误，%(warnings)d 个提醒") % {
        "errors": told["error"],
        "warnings": told["warning"],
    }
    record_check(check=CHECK, passed=report.good, by=by, detail=detail, evidence={"run": run.pk, **told})


def _told(report: Report) -> dict[str, int]:
    return {severity.value: report.counts[severity] for severity in Severity} | {"waived": len(report.waived)}


def _signed(by: Actor) -> dict[str, Any]:
    return {"actor_kind": by.kind, "actor_id": by.id, "actor_name": by.name[:150]}
