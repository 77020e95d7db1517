"""The verb of the suites: a run is over, and its report is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db import transaction

from fangcun.build.artifacts.models import Artifact
from fangcun.build.suites.models import Suite, SuiteRun
from fangcun.build.suites.shelf import copied, place_of, remove
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record
from fangcun.plan.schedule.services import record_check

KEPT = 20  # reports of each suite; older runs keep their numbers and lose their files
CHECKS = {
    Suite.JOURNEYS: "journeys_pass",
    Suite.COMPAT: "compat_pass",
    Suite.LOAD: "load_pass",
    Suite.SECURITY: "security_pass",
}


def record_suite(
    *,
    suite: Suite,
    passed: bool,
    summary: str,
    folder: Path,
    began_at: dt.datetime,
    seconds: float,
    by: Actor,
    facts: Sequence[tuple[str, str]] = (),
    numbers: dict[str, Any] | None = None,
    target: str = "",
    artifact: Artifact | None = None,
    decides: bool = True,
) -> SuiteRun:
    """Keep the report of a run that came to its end; the schedule's check hears of one that decides.

    `folder` holds report.html, report.json and pictures and is copied. `facts` are pairs of title and value in words,
    `numbers` is JSON-able, `target` says what was tried. Only the newest 20 reports of each suite keep their files.
    Raises ReportMissing, ReportTooLarge.
    """
    fresh = copied(folder)
    try:
        with transaction.atomic():
            run = SuiteRun.objects.create(
                suite=suite,
                passed=passed,
                decides=decides,
                target=target[:300],
                artifact=artifact,
                summary=summary,
                facts=[list(fact) for fact in facts],
                numbers=numbers or {},
                began_at=began_at,
                seconds=round(seconds, 1),
                actor_kind=by.kind,
                actor_id=by.id,
                actor_name=by.name[:150],
            )
            place = place_of(run.pk)
            remove(place)  # of a run that was taken back in the moment of being recorded
            fresh.replace(place)
            fresh = place
            record("suites.record_suite", by=by, object=run, after={"passed": passed, "summary": summary})
            if decides:
                evidence = {"run": run.pk, "report": address_of(run), **dict(run.facts)}
                record_check(check=CHECKS[suite], passed=passed, by=by, detail=summary, evidence=evidence)
            spare = list(SuiteRun.objects.filter(suite=suite, has_report=True).order_by("-id")[KEPT:])
            SuiteRun.objects.filter(pk__in=[one.pk for one in spare]).update(has_report=False)
    except BaseException:
        remove(fresh)
        raise
    for one in spare:
        remove(place_of(one.pk))
    return run


def address_of(run: SuiteRun) -> str:
    """Where the console shows a run."""
    return f"/console/launch/reports/{run.pk}/"
