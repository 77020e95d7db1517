"""Test reports: how the suites stand, what each run said, and the report behind a policy without scripts."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from fangcun.build.suites.models import Suite
from fangcun.build.suites.services import record_suite
from fangcun.build.suites.shelf import place_of, remove
from fangcun.kernel.actors import SYSTEM

REPORTS = "/console/launch/reports/"


@pytest.fixture
def keep(db, tmp_path, settings):
    settings.FANGCUN_HOME = tmp_path / "home"
    folder = tmp_path / "report"
    (folder / "pictures").mkdir(parents=True)
    (folder / "report.html").write_text("<style>p{color:red}</style><p>压力测试</p><script>alert(1)</script>")
    (folder / "report.json").write_text('{"p95": 120}')
    (folder / "pictures" / "1.png").write_bytes(b"\x89PNG")

    def kept(suite=Suite.LOAD, **changes):
        what: dict[str, Any] = {"passed": True, "summary": "20 个顾客，p95 120 ms", "decides": True} | changes
        return record_suite(
            suite=suite,
            folder=folder,
            began_at=dt.datetime(2026, 7, 1, 2, 0, tzinfo=dt.UTC),
            seconds=61,
            facts=[("最大吞吐", "80 次/秒")],
            target="本机",
            by=SYSTEM,
            **what,
        )

    return kept


def test_without_runs_every_suite_says_how_it_is_run(enter, keep):
    page = enter("owner").get(REPORTS).content.decode()
    for suite in ("journeys", "compat", "load", "security"):
        assert f"fangcun test {suite}" in page
    assert "还没有测试报告" in page
    assert page.count("还没有测<") == 4


def test_a_suite_stands_as_its_newest_whole_run_says(enter, keep):
    keep(summary="一个顾客，p95 90 ms")
    keep(summary="三个顾客，失败 4%", passed=False, decides=False)
    keep(Suite.COMPAT, summary="缺一页", passed=False, decides=False)
    browser = enter("analyst")
    page = browser.get(REPORTS).content.decode()
    states = page[page.index("la-suites") : page.index("fc-tabs")]
    assert "一个顾客，p95 90 ms" in states
    assert "三个顾客" not in states
    assert "只测过一部分" in states
    assert page.count("不计入验收") == 2
    only = browser.get(REPORTS, {"suite": "compat"}).content.decode()
    assert (only.count("缺一页"), only.count("三个顾客，失败 4%")) == (2, 0)


def test_a_run_shows_its_numbers_and_its_report(enter, keep):
    keep(summary="上一次的结论")
    run = keep()
    page = enter("owner").get(reverse("admin:launch_report", args=[run.pk])).content.decode()
    for words in ("最大吞吐", "80 次/秒", "已作为验收 load_pass 的依据", "上一次的结论", "本机"):
        assert words in page
    assert f'src="{REPORTS}{run.pk}/files/report.html"' in page


def test_a_report_keeps_its_styles_and_runs_no_script(enter, keep):
    answer = enter("owner").get(f"{REPORTS}{keep().pk}/files/report.html")
    assert "压力测试" in b"".join(answer.streaming_content).decode()
    policy = answer.headers["Content-Security-Policy"]
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split("; ")}
    assert rules["default-src"] == ["'none'"]
    assert rules["style-src"] == ["'unsafe-inline'"]
    assert "allow-scripts" not in rules["sandbox"]
    assert "script-src" not in rules
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "kind"), [("report.json", "application/json"), ("pictures/1.png", "image/png")]
)
def test_files_of_a_report_are_what_they_say(enter, keep, name, kind):
    answer = enter("owner").get(f"{REPORTS}{keep().pk}/files/{name}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, kind)


@pytest.mark.parametrize(
    "name", ["../../keys/secret_key", "..%2f..%2fkeys%2fsecret_key", "report.py", "x.html"]
)
def test_nothing_else_is_handed_out(enter, keep, name, settings):
    run = keep()
    keys = settings.FANGCUN_HOME / "keys"
    keys.mkdir()
    (keys / "secret_key").write_text("geheim")
    assert enter("owner").get(f"{REPORTS}{run.pk}/files/{name}").status_code == 404


def test_a_report_that_made_room_says_so(enter, keep):
    run = keep()
    remove(place_of(run.pk))
    run.has_report = False
    run.save(update_fields=["has_report"])
    browser = enter("owner")
    page = browser.get(f"{REPORTS}{run.pk}/").content.decode()
    assert "已经清理" in page
    assert "<iframe" not in page
    assert browser.get(f"{REPORTS}{run.pk}/files/report.html").status_code == 404
    assert browser.get(f"{REPORTS}{run.pk + 1}/").status_code == 404


def test_who_may_not_see_the_launch_sees_no_report(enter, keep):
    run, browser = keep(), enter("support")
    for address in (REPORTS, f"{REPORTS}{run.pk}/", f"{REPORTS}{run.pk}/files/report.html"):
        assert browser.get(address).status_code == 403
