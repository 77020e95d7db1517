"""Questions about inspections: the newest of a build, what counts in it today, what changed since the last."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from fangcun.build.artifacts.models import Artifact
from fangcun.build.checks.comparing import Comparison, compare
from fangcun.build.checks.errors import CheckUnknown, WaiverUnknown
from fangcun.build.checks.finding import Finding
from fangcun.build.checks.models import CheckRun, Waiver
from fangcun.build.checks.report import Report
from fangcun.build.checks.states import RunStatus
from fangcun.build.checks.waiving import Excuse, sort_out


def runs(artifact: Artifact | None = None) -> QuerySet[CheckRun]:
    """Inspections, the newest first; reports are fetched when asked for."""
    rows = CheckRun.objects.defer("report").select_related("artifact").order_by("-id")
    return rows if artifact is None else rows.filter(artifact=artifact)


def run_of(pk: int) -> CheckRun:
    """One inspection with its report. Raises CheckUnknown."""
    found = CheckRun.objects.select_related("artifact").filter(pk=pk).first()
    if found is None:
        raise CheckUnknown
    return found


def latest_run(artifact: Artifact | None = None) -> CheckRun | None:
    """The newest inspection that was done: of one build, or of any."""
    rows = CheckRun.objects.select_related("artifact").filter(status=RunStatus.DONE)
    if artifact is not None:
        rows = rows.filter(artifact=artifact)
    return rows.order_by("-id").first()


def running(artifact: Artifact | None = None) -> CheckRun | None:
    """The inspection that goes on now."""
    rows = runs(artifact).filter(status=RunStatus.RUNNING)
    return rows.first()


def waivers() -> list[Waiver]:
    """All waivers that nobody lifted, those that end first in front; some may be over."""
    return list(Waiver.objects.filter(lifted_at=None).order_by("until", "id"))


def waiver_of(pk: int) -> Waiver:
    """One waiver. Raises WaiverUnknown."""
    found = Waiver.objects.filter(pk=pk).first()
    if found is None:
        raise WaiverUnknown
    return found


def excuses() -> list[Excuse]:
    """The waivers of the console as the officer takes them."""
    return [
        Excuse(key=one.key, reason=one.reason, until=one.until, rule=one.rule, by=one.actor_name)
        for one in waivers()
    ]


def open_report(run: CheckRun, *, today: dt.date | None = None) -> Report | None:
    """The report as it stands today, with the waivers of today; None when the inspection was not done."""
    return None if run.report is None else _today(run, excuses(), today or timezone.localdate())


def _today(run: CheckRun, given: Iterable[Excuse], today: dt.date) -> Report:
    report = Report.from_json(run.report)
    kept = [*(Excuse.from_json(one) for one in run.excuses), *given]
    weight = {name: place for place, name in enumerate(report.rules_run)}
    everything = sorted(report.everything, key=lambda one: weight.get(one.rule, len(weight)))
    counting, waived, over = sort_out(everything, kept, today=today)
    return dataclasses.replace(report, findings=tuple(counting), waived=tuple(waived), expired=tuple(over))


def open_findings(run: CheckRun, *, today: dt.date | None = None) -> tuple[Finding, ...]:
    """What counts in an inspection today."""
    report = open_report(run, today=today)
    return () if report is None else report.findings


def is_good(run: CheckRun, *, today: dt.date | None = None) -> bool:
    """Whether an inspection was done and no error of it counts today."""
    report = open_report(run, today=today)
    return report is not None and report.good


def previous_run(run: CheckRun) -> CheckRun | None:
    """The inspection that was done before this one."""
    rows = CheckRun.objects.select_related("artifact").filter(status=RunStatus.DONE, pk__lt=run.pk)
    return rows.order_by("-id").first()


def comparison(run: CheckRun, before: CheckRun | None) -> Comparison | None:
    """What changed from one inspection to another; None when there is nothing to compare."""
    if before is None or before.report is None or run.report is None:
        return None
    return compare(Report.from_json(before.report), Report.from_json(run.report))


def pictures_home() -> Path:
    """The folder of all pictures; it need not exist."""
    return Path(settings.FANGCUN_HOME) / "checks"


def pictures_of(run: CheckRun) -> Path:
    """The folder with the pictures of a run's walk; it need not exist."""
    return pictures_home() / str(run.pk)
