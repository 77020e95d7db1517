"""What the board says of a launch: what blocks, in which order, and when nothing does."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fangcun.blueprint.tests.clean import planted
from fangcun.build.artifacts.models import Artifact
from fangcun.build.board.queries import board
from fangcun.build.checks.models import CheckRun
from fangcun.build.papers.models import Paper, SelfTest
from fangcun.build.papers.services import adopt_plan
from fangcun.build.suites.models import SuiteRun
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import SYSTEM
from fangcun.plan.revisions.services import publish_text

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def plan(db):
    return publish_text(text=planted(), base=None, message="第一版", by=SYSTEM)


@pytest.fixture
def program(db) -> Program:
    return Program.objects.create(appid="wx0000000000000001", name="青禾鲜", app_secret="s")


def part(name: str):
    return next(one for one in board().parts if one.name == name)


def codes(name: str) -> set[str]:
    return {one.code.partition(":")[2] for one in part(name).blockers}


def test_an_empty_installation_says_the_first_step(db):
    found = board()
    assert not found.ready
    assert (found.blockers[0].code, found.blockers[0].link) == ("plan:none", "/console/plan/edit/")
    assert {one.code for one in found.blockers} == {"plan:none", "build:none", "program:none"}


def test_every_blocker_says_where_it_is_mended(plan, program):
    assert [one for one in board().blockers if not one.link.startswith("/console/")] == []
    assert {one.name for one in board().parts} == {
        "plan", "build", "checks", "suites", "papers", "permissions", "environment", "checklist", "schedule",
        "release",
    }  # fmt: skip


def test_a_package_of_an_older_plan_blocks(plan, program):
    made = Artifact.objects.create(
        number=1, program=program, platform="mp-weixin", environment="release", version="1.0.0", status="ready",
        revision=plan.number, digest="d" * 64, actor_kind="system",
    )  # fmt: skip
    assert codes("build") == set()
    assert codes("checks") == {"none"}
    Artifact.objects.filter(pk=made.pk).update(revision=plan.number - 1)
    assert codes("build") == {"old"}


def test_an_inspection_without_errors_lets_go(plan, program):
    made = Artifact.objects.create(
        number=1, program=program, platform="mp-weixin", environment="release", version="1.0.0", status="ready",
        revision=plan.number, digest="d" * 64, actor_kind="system",
    )  # fmt: skip
    finding = {"rule": "pages-missing", "message": "缺页", "message_en": "m", "file": "app.json", "line": 1,
               "page": "", "detail": {}, "picture": ""}  # fmt: skip
    report = {
        "schema": 1, "target": "t", "appid": "", "digest": "d", "pack_version": "1", "began": "2026-01-01T00:00:00Z",
        "seconds": 1.0, "counts": {}, "packages": {}, "pages": 1, "walked": None, "rules_run": ["pages-missing"],
        "severities": {"pages-missing": "error"}, "findings": [finding], "waived": [], "expired": [],
        "undecided": [],
    }  # fmt: skip
    run = CheckRun.objects.create(artifact=made, status="done", report=report, actor_kind="system")
    assert len(part("checks").blockers) == 1
    assert part("checks").link == f"/console/launch/checks/{run.pk}/"
    CheckRun.objects.filter(pk=run.pk).update(report={**report, "findings": []})
    assert part("checks").state == "go"


def test_a_suite_that_failed_blocks_and_one_that_passed_does_not(db):
    facts = {"target": "", "began_at": dt.datetime.now(dt.UTC), "seconds": 1.0, "actor_kind": "system"}
    SuiteRun.objects.create(suite="security", passed=False, summary="两处", **facts)
    assert codes("suites") == {"security:failed"}
    SuiteRun.objects.create(suite="security", passed=True, summary="没有发现", **facts)
    assert codes("suites") == set()


def test_papers_permissions_and_points_block_until_they_are_there(plan, program):
    adopt_plan(by=SYSTEM)
    assert len(part("papers").blockers) == Paper.objects.exclude(status="have").count()
    Paper.objects.update(status="have", expires_on=dt.date(2099, 1, 1))
    assert codes("papers") == set()
    assert codes("environment") == {str(program.pk)}
    now = dt.datetime.now(dt.UTC)
    failed = {
        "code": "out.secret",
        "state": "failed",
        "blame": "secret",
        "message": "AppSecret 不对",
        "fix": "",
    }
    SelfTest.objects.create(
        program=program,
        environment="release",
        results=[failed],
        failed=1,
        finished_at=now,
        actor_kind="system",
    )
    assert codes("environment") == {f"{program.pk}:out.secret"}
    unsure = {**failed, "state": "undecided"}
    SelfTest.objects.create(
        program=program, environment="release", results=[unsure], finished_at=now, actor_kind="system"
    )
    assert part("environment").state == "note"
    assert f"{program.pk}:filing" in codes("checklist")


def test_the_board_asks_the_same_number_of_questions_however_much_there_is(plan, program):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            board()
        return len(queries)

    adopt_plan(by=SYSTEM)
    few = asked()
    Paper.objects.bulk_create(Paper(kind="contract", name=f"合同 {n}", status="applied") for n in range(30))
    assert asked() == few


def test_the_board_is_about_one_mini_program_the_main_one_first(plan, program):
    other = Program.objects.create(appid="wx0000000000000002", name="门店工具", role="tools", app_secret="s")
    ours, theirs = board(), board(other)
    assert {str(program.pk) in one.link for one in ours.blockers if "program=" in one.link} == {True}
    assert {str(other.pk) in one.link for one in theirs.blockers if "program=" in one.link} == {True}
    assert not any("门店工具" in fact for one in ours.parts for fact in one.facts)
