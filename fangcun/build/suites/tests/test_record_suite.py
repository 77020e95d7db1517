"""A run is over: its report is kept, and the schedule hears of it."""

from __future__ import annotations

import pytest

from fangcun.build.artifacts.models import Artifact
from fangcun.build.suites import services
from fangcun.build.suites.errors import ReportGone, ReportMissing, ReportTooLarge, RunNotFound
from fangcun.build.suites.models import Suite, SuiteRun
from fangcun.build.suites.queries import latest, report_file, run_of, runs, states
from fangcun.build.suites.shelf import place_of, shelf
from fangcun.kernel.models import AuditEntry
from fangcun.plan.schedule.models import CheckResult


def files_of(run):
    return sorted(str(file.relative_to(place_of(run.pk))) for file in place_of(run.pk).rglob("*.*"))


def test_a_run_keeps_its_report_and_its_numbers(keep):
    run = keep()
    kept = SuiteRun.objects.get()
    assert (kept.suite, kept.passed, kept.summary, kept.target, kept.seconds) == (
        "load", True, "p95 120 ms", "本机", 61.3,
    )  # fmt: skip
    assert (kept.facts, kept.numbers) == ([["最大吞吐", "80 次/秒"]], {"p95_ms": 120})
    assert files_of(run) == ["pictures/1.png", "report.html", "report.json"]
    assert report_file(run, "report.html").read_text() == "<h1>压力</h1>"
    assert AuditEntry.objects.filter(action="suites.record_suite").count() == 1


@pytest.mark.parametrize("suite", Suite)
def test_the_schedules_check_of_the_suite_hears_how_it_ended(keep, suite):
    run = keep(suite, passed=False)
    result = CheckResult.objects.get()
    assert (result.check_name, result.passed, result.detail) == (f"{suite.value}_pass", False, "p95 120 ms")
    assert result.evidence == {
        "run": run.pk,
        "report": f"/console/launch/reports/{run.pk}/",
        "最大吞吐": "80 次/秒",
    }


def test_a_run_that_left_something_out_decides_nothing(keep):
    whole = keep()
    part = keep(passed=False, decides=False)
    assert [one.passed for one in CheckResult.objects.all()] == [True]
    assert latest(Suite.LOAD) == whole
    assert runs(Suite.LOAD).first() == part
    [load] = [one for one in states() if one.suite is Suite.LOAD]
    assert (load.deciding, load.newest) == (whole, part)


def test_what_is_no_report_is_refused_and_nothing_is_kept(keep, report):
    (report / "report.json").unlink()
    with pytest.raises(ReportMissing):
        keep()
    assert (SuiteRun.objects.count(), CheckResult.objects.count(), list(shelf().iterdir())) == (0, 0, [])


def test_a_report_that_fills_the_disk_is_refused(keep, report, monkeypatch):
    monkeypatch.setattr("fangcun.build.suites.shelf.MOST_BYTES", 5)
    with pytest.raises(ReportTooLarge):
        keep()
    assert (SuiteRun.objects.count(), list(shelf().iterdir())) == (0, [])


def test_a_run_that_could_not_be_recorded_leaves_no_files(keep, monkeypatch):
    def fail(**_what):
        raise RuntimeError

    monkeypatch.setattr(services, "record_check", fail)
    with pytest.raises(RuntimeError):
        keep()
    assert (SuiteRun.objects.count(), list(shelf().iterdir())) == (0, [])


def test_only_what_a_report_consists_of_is_copied(keep, report, tmp_path):
    secret = tmp_path / "secret.json"
    secret.write_text("{}")
    (report / "link.json").symlink_to(secret)
    (report / "run.sh").write_text("ls")
    assert files_of(keep()) == ["pictures/1.png", "report.html", "report.json"]


@pytest.mark.parametrize(
    "name", ["../../secret.json", "/etc/passwd", "pictures", "", "a\0b.html", "nothing.html"]
)
def test_nothing_outside_of_the_report_is_handed_out(keep, name, tmp_path):
    run = keep()
    (shelf().parent / "secret.json").write_text("{}")
    with pytest.raises(ReportGone):
        report_file(run, name)


def test_old_reports_make_room_and_their_numbers_stay(keep, monkeypatch):
    monkeypatch.setattr(services, "KEPT", 2)
    other = keep(Suite.COMPAT)
    first, second, third = keep(), keep(), keep()
    for one in (other, first, second, third):
        one.refresh_from_db()
    assert [one.has_report for one in (other, first, second, third)] == [True, False, True, True]
    assert not place_of(first.pk).exists()
    assert files_of(second) == files_of(third) != []
    with pytest.raises(ReportGone):
        report_file(first, "report.html")
    assert run_of(first.pk).numbers == {"p95_ms": 120}
    with pytest.raises(RunNotFound):
        run_of(third.pk + 1)


def test_a_run_outlives_the_build_that_it_looked_at(keep, report):
    build = Artifact.objects.create(
        number=7, platform="mp-weixin", environment="trial", version="1.2.0", api_base="http://127.0.0.1/api/v1",
        revision=1,
    )  # fmt: skip
    run = keep(Suite.COMPAT, artifact=build)
    assert run_of(run.pk).artifact == build
    build.delete()
    assert run_of(run.pk).artifact is None
