"""Builds as rows: begun, built by one process, cancelled, kept and thrown away."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import Any

import pytest

from fangcun.blueprint.tests.clean import CLEAN
from fangcun.build.artifacts import services
from fangcun.build.artifacts.errors import ArtifactBuilding, ArtifactPinned, BuildInvalid, NothingPublished
from fangcun.build.artifacts.models import Artifact
from fangcun.build.artifacts.queries import artifact, home, latest_ready, next_version, place_of
from fangcun.build.artifacts.services import begin_build, cancel_build, delete_artifact, pin, prune, run_build
from fangcun.build.artifacts.tasks import UNATTENDED, build, resume_builds
from fangcun.build.artifacts.workshop import BuildCancelled, BuildFailed
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import Actor
from fangcun.kernel.models import AuditEntry
from fangcun.plan.revisions.services import publish_text

pytestmark = pytest.mark.django_db(databases="__all__")
LI = Actor.staff(1, "李策划")


@pytest.fixture(autouse=True)
def _a_home(tmp_path, settings) -> None:
    settings.FANGCUN_HOME = tmp_path


@pytest.fixture
def program() -> Program:
    return Program.objects.create(appid="wx0000000000000001", name="青禾鲜")


@pytest.fixture
def published(program):
    return publish_text(text=CLEAN, base=None, message="第一版", by=LI)


def begun(program: Program, /, **changes: Any) -> Artifact:
    asked: dict[str, Any] = {
        "platform": "mp-weixin",
        "environment": "release",
        "version": "1.0.0",
        "program": program,
        "api_base": "https://shop.example.com/api/v1/",
        "by": LI,
    }
    return begin_build(**{**asked, **changes})


@pytest.fixture
def made(monkeypatch) -> list[Any]:
    """A workshop that writes one file instead of calling Node; what it was asked for."""
    asked: list[Any] = []

    def make(job, target: Path, *, say, cancelled):
        asked.append(job)
        say("编译", 20)
        if cancelled():
            raise BuildCancelled
        (target / "package").mkdir(parents=True)
        (target / "package" / "app.json").write_text(job.version)
        return {"digest": "d" * 64, "packages": {"main": 5}, "files": {}, **job.made_from}

    monkeypatch.setattr(services, "make", make)
    return asked


def test_nothing_is_built_before_a_blueprint_is_published(program):
    with pytest.raises(NothingPublished):
        begun(program)
    assert Artifact.objects.count() == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [("version", "v1"), ("version", ""), ("version", "1" * 33), ("version", "1.0 "), ("platform", "mp-qq"),
     ("environment", "prod"), ("api_base", "shop.example.com"), ("api_base", "ftp://a"), ("program", None)],
)  # fmt: skip
def test_what_is_wrong_with_a_build_is_named(published, program, field, value):
    with pytest.raises(BuildInvalid) as refused:
        begun(program, **{field: value})
    assert set(refused.value.details["fields"]) == {field}
    assert Artifact.objects.count() == 0


def test_a_build_is_made_from_the_published_revision(published, program, made):
    one = begun(program)
    assert (one.number, one.status, one.revision, one.api_base) == (
        1, "building", 1, "https://shop.example.com/api/v1",
    )  # fmt: skip
    heard: list[tuple[str, int]] = []
    run_build(1, tell=lambda step, percent: heard.append((step, percent)))
    one = artifact(1)
    assert (one.status, one.percent, one.size, one.digest) == ("ready", 100, 5, "d" * 64)
    assert heard == [("编译", 20)]
    assert made[0].plan == published.compiled
    assert one.manifest["revision"] == {"number": 1, "digest": published.digest}
    assert one.manifest["tracking"]["events"] > 20
    assert (place_of(one) / "package" / "app.json").read_text() == "1.0.0"
    assert latest_ready() == one
    assert AuditEntry.objects.filter(action="artifacts.begin").count() == 1


def test_a_build_that_is_done_is_not_built_again(published, program, made):
    begun(program)
    run_build(1)
    run_build(1)
    assert len(made) == 1


def test_a_build_is_left_to_the_process_that_is_at_it(published, program, made):
    begun(program)
    home().mkdir()
    with (home() / ".00001.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        run_build(1)
    assert (made, artifact(1).status) == ([], "building")


def test_a_build_whose_process_died_is_built_again(published, program, made, drain):
    one = begun(program)
    resume_builds()
    drain()
    assert made == []  # somebody may still be at it
    Artifact.objects.update(created_at=one.created_at - UNATTENDED)
    resume_builds()
    drain()
    assert artifact(1).status == "ready"


def test_a_build_from_the_console_is_done_in_the_background(published, program, made, drain):
    begun(program)
    build.enqueue(number=1)
    drain()
    assert artifact(1).status == "ready"


def test_a_failed_build_keeps_what_the_tools_said(published, program, monkeypatch):
    def make(*_: Any, **__: Any) -> Any:
        raise BuildFailed("编译没有成功\nThe plan has pages that the source lacks: pages/a/a")

    monkeypatch.setattr(services, "make", make)
    begun(program)
    one = run_build(1)
    assert (one.status, one.error.splitlines()[1]) == (
        "failed", "The plan has pages that the source lacks: pages/a/a",
    )  # fmt: skip
    assert latest_ready() is None


def test_a_build_is_cancelled_before_and_during(published, program, made, monkeypatch):
    begun(program)
    cancel_build(number=1, by=LI)
    assert (run_build(1).status, made) == ("cancelled", [])
    cancel_build(number=1, by=LI)
    assert AuditEntry.objects.filter(action="artifacts.cancel").count() == 1

    begun(program)
    answers = iter([False, True])
    monkeypatch.setattr(services._Asked, "__call__", lambda _self: next(answers))
    assert run_build(2).status == "cancelled"
    assert len(made) == 1
    assert not place_of(artifact(2)).exists()


def test_versions_count_on_from_the_highest(published, program, made):
    assert next_version() == "1.0.0"
    for version in ("1.9.0", "1.10.3", "2.0.0-rc", "1.2.0"):
        run_build(begun(program, version=version).number)
    assert next_version() == "1.10.4"


def test_old_builds_go_and_those_of_releases_stay(
    published, program, made, django_capture_on_commit_callbacks
):
    for _ in range(12):
        run_build(begun(program).number)
    assert Artifact.objects.count() == 10  # building throws away by itself
    pin(artifact(3), by=LI)
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(3):
            run_build(begun(program).number)
        assert prune() == 0
    left = sorted(Artifact.objects.values_list("number", flat=True))
    assert left == [3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
    assert (home() / "00003").exists()
    assert not (home() / "00005").exists()
    with pytest.raises(ArtifactPinned):
        delete_artifact(number=3, by=LI)


def test_a_build_is_thrown_away_by_hand_once_it_has_ended(published, program, made):
    begun(program)
    with pytest.raises(ArtifactBuilding):
        delete_artifact(number=1, by=LI)
    run_build(1)
    delete_artifact(number=1, by=LI)
    assert Artifact.objects.count() == 0
    assert AuditEntry.objects.filter(action="artifacts.delete").count() == 1
