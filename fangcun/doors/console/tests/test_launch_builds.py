"""Builds in the console."""

from __future__ import annotations

import pytest
from django.urls import reverse

from fangcun.blueprint.tests.clean import CLEAN
from fangcun.build.artifacts import services
from fangcun.build.artifacts.models import Artifact
from fangcun.build.artifacts.tasks import build
from fangcun.build.artifacts.workshop import BuildFailed
from fangcun.identity.programs.models import Program
from fangcun.identity.staff.permissions import Role
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import Job
from fangcun.plan.revisions.services import publish_text

pytestmark = pytest.mark.django_db(databases="__all__")
ASKED = {
    "platform": "mp-weixin",
    "environment": "release",
    "version": "1.2.0",
    "api_base": "https://shop.example.com/api/v1",
}


@pytest.fixture(autouse=True)
def _a_home(tmp_path, settings) -> None:
    settings.FANGCUN_HOME = tmp_path


@pytest.fixture
def program(db) -> Program:
    return Program.objects.create(appid="wx0000000000000009", name="青禾鲜")


@pytest.fixture
def published(program):
    return publish_text(text=CLEAN, base=None, message="第一版", by=SYSTEM)


@pytest.fixture
def made(monkeypatch, published):
    """A workshop without Node."""

    def make(job, target, *, say, cancelled):
        (target / "package").mkdir(parents=True)
        (target / "package" / "app.json").write_text(job.version)
        (target / "build.log").write_text("DONE")
        files = {"app.json": {"bytes": 5, "sha256": job.version}}
        sizes = {"packages": {"main": 2_100_000, "pages-goods": 40_000}, "pages": {"pages/home/home": 1234}}
        return {"digest": "d" * 64, "files": files, "tools": {"node": "20.0.0"}, **sizes, **job.made_from}

    monkeypatch.setattr(services, "make", make)


def begin(browser, program, **changes):
    return browser.post(reverse("admin:launch_builds"), {**ASKED, "program": program.pk, **changes})


def test_before_a_blueprint_is_published_the_page_says_where_to_go(enter, program):
    page = enter("owner").get(reverse("admin:launch_builds")).content.decode()
    assert "还没有发布蓝图" in page
    assert reverse("admin:plan_edit") in page


def test_a_build_is_begun_watched_and_looked_into(enter, program, made, drain):
    browser = enter("developer")
    answer = begin(browser, program)
    one = reverse("admin:launch_build", args=[1])
    assert (answer.status_code, answer.headers["Location"]) == (302, one)
    assert "等待开始" in browser.get(one).content.decode()
    watched = browser.get(reverse("admin:launch_build_progress", args=[1]))
    assert ("HX-Refresh" in watched.headers, "0%" in watched.content.decode()) == (False, True)
    drain()
    assert browser.get(reverse("admin:launch_build_progress", args=[1])).headers["HX-Refresh"] == "true"
    begin(browser, program, version="1.2.1")
    drain()
    page = browser.get(reverse("admin:launch_build", args=[2])).content.decode()
    for words in ("2,100.0 KB", "1.2 KB", "1 个文件变了", "第 1 版", "20.0.0", "DONE"):
        assert words in page, words
    assert "la-over" in page
    listed = browser.get(reverse("admin:launch_builds")).content.decode()
    assert "#2 · 1.2.1" in listed
    assert "2,140.0 KB" in listed
    held = browser.get(reverse("admin:launch_build_package", args=[2]))
    assert b"".join(held.streaming_content)[:2] == b"PK"
    assert browser.get(reverse("admin:launch_build_manifest", args=[2])).json()["version"] == "1.2.1"


def test_a_wrong_field_is_named_and_what_was_typed_stays(enter, program, made):
    answer = begin(enter("planner"), program, version="v2", api_base="shop")
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "版本号以数字开头" in page
    assert "服务器地址要写完整" in page
    assert 'value="v2"' in page
    assert (Artifact.objects.count(), Job.objects.filter(task__contains="artifacts").count()) == (0, 0)


def test_a_failure_shows_what_the_tools_said(enter, program, made, drain, monkeypatch):
    def fail(*_: object, **__: object) -> object:
        raise BuildFailed("编译没有成功\n<b>The plan has pages that the source lacks</b>")

    monkeypatch.setattr(services, "make", fail)
    browser = enter("owner")
    begin(browser, program)
    drain()
    page = browser.get(reverse("admin:launch_build", args=[1])).content.decode()
    assert "&lt;b&gt;The plan has pages" in page
    assert browser.get(reverse("admin:launch_build_package", args=[1])).status_code == 302


def test_a_build_is_cancelled_and_deleted_by_hand(enter, program, made, drain):
    browser = enter("owner")
    begin(browser, program)
    browser.post(reverse("admin:launch_build_cancel", args=[1]))
    assert "正在取消" in browser.get(reverse("admin:launch_build", args=[1])).content.decode()
    browser.post(reverse("admin:launch_build_delete", args=[1]))
    assert Artifact.objects.count() == 1  # not while it is built
    drain()
    assert Artifact.objects.get().status == "cancelled"
    browser.post(reverse("admin:launch_build_delete", args=[1]))
    assert Artifact.objects.count() == 0
    assert browser.get(reverse("admin:launch_build", args=[1])).status_code == 404


@pytest.mark.parametrize("role", Role.values)
def test_each_role_does_what_the_table_grants(enter, program, made, drain, role):
    services.begin_build(**ASKED, program=program, by=SYSTEM)
    build.enqueue(number=1)
    drain()
    browser = enter(role)
    sees = role != "support"
    for name, args in (
        ("builds", []),
        ("build", [1]),
        ("build_progress", [1]),
        ("build_manifest", [1]),
        ("build_package", [1]),
    ):
        assert (browser.get(reverse(f"admin:launch_{name}", args=args)).status_code == 200) == sees, name
    changes = role in ("owner", "planner", "developer")
    assert (begin(browser, program).status_code == 302) == changes
    assert (browser.post(reverse("admin:launch_build_cancel", args=[1])).status_code == 302) == changes
    assert (browser.post(reverse("admin:launch_build_delete", args=[1])).status_code == 302) == changes
