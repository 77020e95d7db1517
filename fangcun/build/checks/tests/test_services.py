"""Inspections are kept, waivers hold until their day, acceptance hears of both."""

from __future__ import annotations

import datetime as dt
import threading
import time
from typing import Any

import pytest
from django.utils import timezone

from fangcun.build.checks import queries, running, services
from fangcun.build.checks.errors import (
    CheckRunning,
    FindingUnknown,
    NothingToCheck,
    WaiverInvalid,
    WaiverUnknown,
)
from fangcun.build.checks.models import CheckRun, Waiver
from fangcun.build.checks.officer import InspectionCancelled
from fangcun.build.checks.package import PackageUnreadable
from fangcun.build.checks.states import RunStatus
from fangcun.build.checks.subject import Declared
from fangcun.build.checks.tests.made import a_finding, a_report, an_excuse
from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.kernel.models import AuditEntry, Job
from fangcun.kernel.states import IllegalTransition
from fangcun.plan.schedule.models import CheckResult

pytestmark = pytest.mark.django_db(databases="__all__")
LI = Actor.staff(3, "小李")
ERROR = a_finding("privacy-undeclared", "wx.getLocation 没有声明")
TOMORROW = dt.timedelta(days=1)


def kept(artifact, *findings, **changes) -> CheckRun:
    plain = {"report": a_report(*findings), "artifact": artifact, "planned": True, "walks": False, "by": LI}
    return services.keep_report(**(plain | changes))


def accepted() -> list[bool]:
    return list(
        CheckResult.objects.filter(check_name="audit_clean").order_by("id").values_list("passed", flat=True)
    )


def test_the_newest_inspection_of_a_build_is_good_without_errors(artifact):
    bad, good = kept(artifact, ERROR), kept(artifact, a_finding())
    assert queries.latest_run(artifact) == good
    assert (queries.is_good(bad), queries.is_good(good)) == (False, True)
    assert queries.open_findings(bad) == (ERROR,)
    assert queries.previous_run(good) == bad
    found = queries.comparison(good, bad)
    assert found is not None
    assert (found.new, found.gone) == ((a_finding(),), (ERROR,))
    assert good.counts == {"error": 0, "warning": 1, "note": 0, "waived": 0}


def test_acceptance_hears_how_an_inspection_against_the_plan_ended(artifact):
    kept(artifact, ERROR)
    kept(artifact, ERROR, planned=False)
    kept(artifact)
    assert accepted() == [False, True]


def test_a_waived_error_does_not_count_until_the_end_of_its_day(artifact):
    run, today = kept(artifact, ERROR), timezone.localdate()
    made = services.waive(run=run, key=ERROR.key, reason=" 内测用 ", until=today, by=LI)
    assert (made.rule, made.reason, made.message) == (ERROR.rule, "内测用", ERROR.message)
    assert queries.is_good(run)
    report = queries.open_report(run)
    assert report is not None
    assert [(one.finding, one.excuse.reason, one.excuse.by) for one in report.waived] == [
        (ERROR, "内测用", "小李")
    ]
    later = queries.open_report(run, today=today + TOMORROW)
    assert later is not None
    assert (later.findings, [one.key for one in later.expired]) == ((ERROR,), [ERROR.key])
    assert accepted() == [False, True]
    assert AuditEntry.objects.get(action="checks.waive").actor_name == "小李"


def test_a_lifted_waiver_lets_the_finding_count_again(artifact):
    run = kept(artifact, ERROR)
    made = services.waive(run=run, key=ERROR.key, reason="x", until=timezone.localdate(), by=LI)
    services.unwaive(waiver=made, by=LI)
    assert not queries.is_good(run)
    assert accepted() == [False, True, False]
    with pytest.raises(WaiverUnknown):
        services.unwaive(waiver=made, by=LI)
    assert AuditEntry.objects.filter(action="checks.unwaive").count() == 1


def test_waiving_again_gives_new_terms(artifact):
    run, today = kept(artifact, ERROR), timezone.localdate()
    services.waive(run=run, key=ERROR.key, reason="一", until=today, by=LI)
    services.waive(run=run, key=ERROR.key, reason="二", until=today + TOMORROW, by=LI)
    assert [(one.reason, one.until) for one in queries.waivers()] == [("二", today + TOMORROW)]
    assert Waiver.objects.count() == 2


@pytest.mark.parametrize(
    ("reason", "days", "field"),
    [
        ("", 1, "reason"),
        ("x" * 301, 1, "reason"),
        ("x", -1, "until"),
        ("x", 400, "until"),
        ("x", None, "until"),
    ],
)
def test_without_reason_or_day_nothing_is_waived(artifact, reason, days, field):
    run = kept(artifact, ERROR)
    until = None if days is None else timezone.localdate() + dt.timedelta(days=days)
    with pytest.raises(WaiverInvalid) as refused:
        services.waive(run=run, key=ERROR.key, reason=reason, until=until, by=LI)
    assert list(refused.value.details["fields"]) == [field]
    assert not Waiver.objects.exists()


def test_only_what_was_found_is_waived(artifact):
    with pytest.raises(FindingUnknown):
        services.waive(run=kept(artifact), key=ERROR.key, reason="x", until=timezone.localdate(), by=LI)


def test_waivers_of_a_file_stay_with_their_inspection(artifact):
    report = a_report(ERROR)
    excuse = an_excuse(ERROR, until=timezone.localdate())
    run = kept(artifact, report=report, excuses=[excuse])
    other = kept(artifact, report=report)
    assert (queries.is_good(run), queries.is_good(other)) == (True, False)


def test_nothing_is_inspected_before_the_first_build(db, home):
    with pytest.raises(NothingToCheck):
        services.start_check(by=LI)
    assert not CheckRun.objects.exists()


def test_a_build_is_inspected_by_one_job_at_a_time(artifact):
    run = services.start_check(by=LI)
    with pytest.raises(CheckRunning):
        services.start_check(by=LI)
    assert (run.artifact, run.status) == (artifact, RunStatus.RUNNING)
    assert [job.kwargs for job in Job.objects.filter(task__endswith="inspect_run")] == [{"run_id": run.pk}]


def test_the_job_keeps_what_the_officer_says(artifact, monkeypatch):
    said: dict[str, Any] = {}

    def inspect(package, **given):
        given["progress"]("read", 0, 10)
        said.update(given, package=package)
        return a_report(ERROR)

    monkeypatch.setattr(running, "inspect", inspect)
    run = services.start_check(declared=Declared(domains=frozenset({"a.example.com"})), by=LI)
    running.inspect_kept(run.pk)
    run.refresh_from_db()
    assert (run.status, run.counts["error"], run.digest) == (RunStatus.DONE, 1, "a" * 64)
    assert said["package"].is_dir()
    assert said["declared"] == Declared(domains=frozenset({"a.example.com"}))
    assert said["walk"] is None
    assert accepted() == [False]
    running.inspect_kept(run.pk)  # a job may run twice
    assert accepted() == [False]


@pytest.mark.parametrize("error", [PackageUnreadable("没有 app.json"), RuntimeError("没有 app.json")])
def test_a_package_that_cannot_be_read_is_said_on_the_row(artifact, monkeypatch, error):
    def inspect(*_args, **_given):
        raise error

    monkeypatch.setattr(running, "inspect", inspect)
    run = services.start_check(by=LI)
    running.inspect_kept(run.pk)
    run.refresh_from_db()
    assert (run.status, "没有 app.json" in run.error) == (RunStatus.FAILED, True)
    assert accepted() == []


def test_a_cancelled_inspection_leaves_no_report(artifact, monkeypatch):
    run = services.start_check(by=LI)

    asked = threading.Event()

    def inspect(*_args, **given):
        asked.set()
        while not given["cancelled"]():
            time.sleep(0.001)
        raise InspectionCancelled

    def settle(watch):
        asked.wait(30)
        if CheckRun.objects.get(pk=run.pk).status == RunStatus.RUNNING:
            services.cancel_check(run=CheckRun.objects.get(pk=run.pk), by=LI)
        look(watch)

    look = running._Watch.settle
    monkeypatch.setattr(running._Watch, "settle", settle)
    monkeypatch.setattr(running, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(running, "inspect", inspect)
    running.inspect_kept(run.pk)
    run.refresh_from_db()
    assert (run.status, run.report) == (RunStatus.CANCELLED, None)
    with pytest.raises(IllegalTransition):
        services.cancel_check(run=run, by=SYSTEM)


def test_what_ended_while_it_was_cancelled_is_not_kept(artifact, monkeypatch):
    run = services.start_check(by=LI)

    def inspected(_run):
        services.cancel_check(run=CheckRun.objects.get(pk=run.pk), by=LI)
        return a_report()

    monkeypatch.setattr(running, "_inspected", inspected)
    running.inspect_kept(run.pk)
    run.refresh_from_db()
    assert (run.status, run.report) == (RunStatus.CANCELLED, None)
    assert accepted() == []


def test_pictures_of_old_walks_go_and_their_reports_stay(artifact, monkeypatch):
    monkeypatch.setattr(services, "WALKS_KEPT", 2)
    runs = [kept(artifact, walks=True) for _ in range(3)]
    for run in runs:
        queries.pictures_of(run).mkdir(parents=True)
    services.drop_old_pictures()
    assert [queries.pictures_of(run).is_dir() for run in runs] == [False, True, True]
    assert queries.open_report(runs[0]) is not None
