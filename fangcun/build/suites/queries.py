"""Questions about runs of suites."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.db.models import QuerySet

from fangcun.build.suites.errors import ReportGone, RunNotFound
from fangcun.build.suites.models import Suite, SuiteRun
from fangcun.build.suites.shelf import file_in


@dataclass(frozen=True, slots=True)
class SuiteState:
    """A suite with its newest run that decides, and the newest of all; None where there was none."""

    suite: Suite
    deciding: SuiteRun | None
    newest: SuiteRun | None


def latest(suite: Suite) -> SuiteRun | None:
    """The newest run of a suite on which acceptance rests; None when there was none."""
    return runs(suite).filter(decides=True).first()


def runs(suite: Suite | None = None) -> QuerySet[SuiteRun]:
    """All runs, or those of one suite, the newest first."""
    found = SuiteRun.objects.order_by("-id")
    return found.filter(suite=suite) if suite else found


def states() -> list[SuiteState]:
    """Every suite as it stands."""
    return [SuiteState(suite, latest(suite), runs(suite).first()) for suite in Suite]


def run_of(number: int) -> SuiteRun:
    """A run by its number. Raises RunNotFound."""
    found = SuiteRun.objects.select_related("artifact").filter(pk=number).first()
    if found is None:
        raise RunNotFound
    return found


def report_file(run: SuiteRun, name: str) -> Path:
    """A file of a run's report by its name, such as `report.html`. Raises ReportGone when there is no such file."""
    found = file_in(run.pk, name) if run.has_report else None
    if found is None:
        raise ReportGone
    return found
