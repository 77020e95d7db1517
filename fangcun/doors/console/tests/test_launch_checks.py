"""Inspections in the console."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from fangcun.build.artifacts.models import Artifact, Environment, Platform, Status
from fangcun.build.checks.models import CheckRun, Waiver
from fangcun.build.checks.pack import rules
from fangcun.build.checks.queries import pictures_of
from fangcun.build.checks.services import keep_report
from fangcun.build.checks.tests.made import a_finding, a_report
from fangcun.identity.programs.models import Program
from fangcun.identity.staff.permissions import GRANTS, Role
from fangcun.kernel.actors import Actor
from fangcun.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db(databases="__all__")
LI = Actor.staff(3, "小李")
NAME = next(iter(rules()))
FOUND = a_finding(NAME, "找到的问题", page="pages/home/home", picture="home.png")


@pytest.fixture
def artifact(db, tmp_path, settings) -> Artifact:
    settings.FANGCUN_HOME = tmp_path
    program = Program.objects.create(appid="wx0000000000000009", name="青禾鲜")
    return Artifact.objects.create(
        number=1, program=program, platform=Platform.WEIXIN, environment=Environment.RELEASE, version="1.2.0",
        api_base="https://shop.example.com/api/v1", revision=1, status=Status.READY,
    )  # fmt: skip


def kept(artifact, *findings) -> CheckRun:
    report = a_report(*findings, severities={NAME: rules()[NAME].severity})
    return keep_report(report=report, artifact=artifact, planned=False, walks=False, by=LI)


def page(browser, name: str, *args: object, **query: str) -> str:
    answer = browser.get(reverse(f"admin:launch_{name}", args=args), query)
    assert answer.status_code == 200, name
    return str(answer.content.decode())


def test_without_a_build_the_page_says_what_to_do(enter, db):
    assert "先去构建一个" in page(enter("owner"), "checks")


def test_findings_stand_by_rule_with_their_source_and_by_page(enter, artifact):
    kept(artifact, a_finding())
    run = kept(artifact, FOUND)
    browser = enter("owner")
    shown = page(browser, "checks")
    for text in ("找到的问题", rules()[NAME].title, rules()[NAME].fix, rules()[NAME].sources[0].page):
        assert str(text).replace("'", "&#x27;").replace('"', "&quot;") in shown
    assert "比上次新增 1 处，消失 1 处" in shown
    by_page = page(browser, "check", run.pk, by="page")
    assert '<span class="la-mono">pages/home/home</span>' in by_page
    assert "找到的问题" in by_page


def test_an_english_reader_reads_english(enter, artifact):
    run = kept(artifact, FOUND)
    browser = enter("owner")
    browser.cookies["django_language"] = "en"
    shown = page(browser, "check", run.pk)
    assert "A log was left" in shown
    assert "找到的问题" not in shown


def test_a_finding_is_waived_until_a_day_and_counts_again_when_that_is_lifted(enter, artifact):
    run, browser, day = kept(artifact, FOUND), enter("developer"), timezone.localdate() + dt.timedelta(days=9)
    body = {"key": FOUND.key, "reason": "下个版本改", "until": day.isoformat()}
    assert browser.post(reverse("admin:launch_check_waive", args=[run.pk]), body).status_code == 302
    made = Waiver.objects.get()
    assert (made.key, made.reason, made.until) == (FOUND.key, "下个版本改", day)
    assert f"豁免至 {day}：下个版本改" in page(browser, "check", run.pk)
    assert "下个版本改" in page(browser, "check_waivers")
    assert browser.post(reverse("admin:launch_check_lift", args=[made.pk])).status_code == 302
    assert "没有豁免" in page(browser, "check_waivers")
    assert browser.post(reverse("admin:launch_check_lift", args=[made.pk])).status_code == 404
    actions = AuditEntry.objects.filter(action__startswith="checks.").order_by("id")
    assert list(actions.values_list("action", flat=True)) == ["checks.keep", "checks.waive", "checks.unwaive"]


def test_a_waiver_without_a_reason_comes_back_as_it_was_filled(enter, artifact):
    run = kept(artifact, FOUND)
    answer = enter("owner").post(
        reverse("admin:launch_check_waive", args=[run.pk]),
        {"key": FOUND.key, "reason": " ", "until": "2020-01-01"},
    )
    assert answer.status_code == 400
    shown = answer.content.decode()
    assert "请写明理由" in shown
    assert 'value="2020-01-01"' in shown
    assert not Waiver.objects.exists()


def test_an_inspection_is_begun_watched_and_cancelled(enter, artifact):
    browser = enter("owner")
    assert browser.post(reverse("admin:launch_check_start"), {"artifact": "1"}).status_code == 302
    run = CheckRun.objects.get()
    assert (run.artifact, run.status, run.walks) == (artifact, "running", False)
    assert run.declared["environment"] == "release"
    assert "取消检查" in page(browser, "check", run.pk)
    watched = browser.get(reverse("admin:launch_check_progress", args=[run.pk]))
    assert "HX-Refresh" not in watched.headers
    assert browser.post(reverse("admin:launch_check_start"), {"artifact": "1"}).status_code == 302
    assert CheckRun.objects.count() == 1
    browser.post(reverse("admin:launch_check_cancel", args=[run.pk]))
    run.refresh_from_db()
    assert run.status == "cancelled"
    assert browser.get(reverse("admin:launch_check_progress", args=[run.pk])).headers["HX-Refresh"] == "true"
    assert browser.post(reverse("admin:launch_check_start"), {"artifact": "99"}).status_code == 404


def test_reports_are_files_and_pictures_stay_in_their_folder(enter, artifact):
    run, browser = kept(artifact, FOUND), enter("analyst")
    folder = pictures_of(run)
    folder.mkdir(parents=True)
    Image.new("RGB", (4, 8)).save(folder / "home.png")
    (folder.parent / "secret.png").write_bytes(b"x")
    for kind, start in (("html", "<!doctype html>"), ("json", "{"), ("sarif", "{")):
        answer = browser.get(reverse("admin:launch_check_report", args=[run.pk, kind]))
        assert answer.content.decode().lstrip().startswith(start)
        assert answer.headers["Content-Disposition"] == f'attachment; filename="check-{run.pk}.{kind}"'
    assert (
        json.loads(browser.get(reverse("admin:launch_check_report", args=[run.pk, "json"])).content)["schema"]
        == 1
    )
    assert browser.get(reverse("admin:launch_check_report", args=[run.pk, "exe"])).status_code == 404
    assert browser.get(reverse("admin:launch_check_picture", args=[run.pk, "home.png"])).status_code == 200
    for name in ("../secret.png", "none.png", "home.txt"):
        assert browser.get(reverse("admin:launch_check_picture", args=[run.pk, name])).status_code == 404


def test_history_lists_every_inspection_and_the_rules_explain_themselves(enter, artifact):
    runs = [kept(artifact, FOUND), kept(artifact)]
    browser = enter("analyst")
    listed = page(browser, "check_history")
    for run in runs:
        assert reverse("admin:launch_check", args=[run.pk]) in listed
    explained = page(browser, "check_rules")
    for name in rules():
        assert f'id="{name}"' in explained
    assert browser.get(reverse("admin:launch_check", args=[999])).status_code == 404


def test_a_history_of_many_costs_as_much_as_one_of_few(enter, artifact, django_assert_max_num_queries):
    for _ in range(8):
        kept(artifact, FOUND)
    browser = enter("owner")
    page(browser, "check_history")
    with django_assert_max_num_queries(8):
        page(browser, "check_history")


@pytest.mark.parametrize("role", Role.values)
def test_a_role_sees_and_does_what_the_table_grants(enter, artifact, role):
    run, browser = kept(artifact, FOUND), enter(role)
    sees, changes = ("launch.view" in GRANTS[role]), ("launch.change" in GRANTS[role])
    looks = [
        ("checks", ()), ("check", (run.pk,)), ("check_progress", (run.pk,)), ("check_history", ()),
        ("check_waivers", ()), ("check_rules", ()), ("check_report", (run.pk, "json")),
    ]  # fmt: skip
    for name, args in looks:
        assert (browser.get(reverse(f"admin:launch_{name}", args=args)).status_code == 200) == sees, name
    body = {"key": FOUND.key, "reason": "x", "until": timezone.localdate().isoformat()}
    assert (
        browser.post(reverse("admin:launch_check_waive", args=[run.pk]), body).status_code == 302
    ) == changes
    assert Waiver.objects.exists() == changes
    assert (browser.post(reverse("admin:launch_check_start"), {}).status_code == 302) == changes
    assert CheckRun.objects.filter(status="running").exists() == changes
