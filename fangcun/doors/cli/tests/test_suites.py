"""What a suite leaves behind: a report without anything to fetch, kept where there is an installation."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from fangcun.build.suites.models import SuiteRun
from fangcun.build.suites.queries import report_file
from fangcun.doors.cli.plan.walk.command import Walked
from fangcun.doors.cli.plan.walk.outcome import State, StepOutcome, WayOutcome
from fangcun.doors.cli.plan.walk.ways import Step, Way
from fangcun.doors.cli.suites import keeping
from fangcun.doors.cli.suites.drawing import Line, line_chart, nice
from fangcun.doors.cli.suites.journeys import result_of
from fangcun.doors.cli.suites.keeping import Result, keep, plan_to_test, report_folder
from fangcun.doors.cli.suites.pages import write_report
from fangcun.kernel.actors import SYSTEM
from fangcun.plan.revisions.services import publish_text
from fangcun.plan.schedule.models import CheckResult

ROOT = Path(__file__).resolve().parents[4]
TEXT = (ROOT / "blueprints" / "fresh-grocery.yaml").read_text()
BEGAN = dt.datetime(2026, 7, 1, 10, 0, tzinfo=dt.UTC)


@pytest.fixture
def installed(db, settings, tmp_path, monkeypatch):
    settings.FANGCUN_HOME = tmp_path / "home"
    monkeypatch.setattr(keeping, "not_here", lambda: "")


@pytest.fixture
def report(tmp_path):
    folder = tmp_path / "report"
    folder.mkdir()
    (folder / "report.html").write_text("<p>")
    (folder / "report.json").write_text("{}")
    return folder


def result(**changes):
    usual: dict[str, Any] = {"suite": "load", "passed": True, "summary": "好", "began": BEGAN, "seconds": 9.0}
    return Result(**(usual | changes))


def test_a_whole_run_of_the_published_plan_counts_for_acceptance(installed, report):
    publish_text(text=TEXT, base=None, message="一", by=SYSTEM)
    said = keep(result(), report, plan=TEXT)
    run = SuiteRun.objects.get()
    assert said == f"报告已存入控制台（测试报告 #{run.pk}），计入第 1 版的验收"
    assert report_file(run, "report.html").read_text() == "<p>"
    assert CheckResult.objects.get().check_name == "load_pass"


@pytest.mark.parametrize(
    ("changes", "plan", "why"),
    [
        ({"decides": False}, TEXT, "只测了一部分"),
        ({}, TEXT.replace("name: 青禾鲜\n  subject", "name: 别家\n  subject"), "已发布的不是这份蓝图"),
    ],
)
def test_a_run_of_a_part_or_of_another_plan_is_kept_and_counts_for_nothing(
    installed, report, changes, plan, why
):
    publish_text(text=TEXT, base=None, message="一", by=SYSTEM)
    assert keep(result(**changes), report, plan=plan).endswith(f"不计入验收：{why}")
    assert SuiteRun.objects.get().decides is False
    assert CheckResult.objects.count() == 0


def test_before_a_plan_was_published_a_run_counts_for_nothing(installed, report):
    assert keep(result(), report).endswith("不计入验收：已发布的不是这份蓝图")


def test_a_report_that_is_none_is_told_not_raised(installed, report):
    (report / "report.html").unlink()
    assert keep(result(), report) == "报告文件夹里没有 report.html 和 report.json，报告没有存入控制台"


def test_where_nothing_is_installed_nothing_is_made(report, tmp_path):
    home = tmp_path / "nowhere"
    code = (
        "from pathlib import Path; import datetime as dt\n"
        "from fangcun.doors.cli.suites.keeping import Result, keep\n"
        "told = Result('load', True, '好', dt.datetime.now(), 1.0)\n"
        f"print(keep(told, Path({str(report)!r})))"
    )
    environment = {**os.environ, "FANGCUN_HOME": str(home), "DATABASE_URL": ""}
    ended = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60
    )
    assert ended.stdout == "这里没有安装好的平台，报告没有存入控制台\n"
    assert not home.exists()


def test_the_published_plan_is_tested_when_none_is_named(installed):
    text = TEXT.replace("name: 青禾鲜\n  subject", "name: 已发布\n  subject")
    publish_text(text=text, base=None, message="一", by=SYSTEM)
    assert plan_to_test(None).blueprint.enterprise.name == "已发布"
    assert plan_to_test(ROOT / "blueprints" / "fresh-grocery.yaml").blueprint.enterprise.name == "青禾鲜"


def test_without_a_plan_the_sample_is_tested(installed):
    assert plan_to_test(None).text == TEXT


def test_a_folder_that_cannot_be_made_ends_with_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(typer.Exit), report_folder(tmp_path / "file" / "below"):
        pass
    with report_folder(None) as scratch:
        assert scratch.is_dir()
    assert not scratch.exists()


def test_a_walk_is_told_with_where_it_got_stuck():
    step = Step("pay", "customer", "result", "pages/r", "支付结果", "", "", "", "order_paid", {}, (), None)
    way = WayOutcome(
        Way("buy", None, "逛着买", "person", (step,)), [StepOutcome(step, State.FAILED, reason="没有付款")]
    )
    told = result_of(Walked([way], 12.0, whole=False), BEGAN)
    assert (told.suite, told.passed, told.decides) == ("journeys", False, False)
    assert told.summary == "0/1 条路、0/1 步通过；逛着买 卡在 pay：没有付款"
    assert told.numbers["failed"] == [{"way": "buy", "step": "pay"}]


def test_a_report_has_nothing_to_fetch_and_no_script(tmp_path):
    told = {
        "title": "兼容性测试", "passed": False, "target": "<b>本机</b>", "began_at": "2026-07-01T10:00:00",
        "seconds": 3, "summary": "一个错误", "facts": [["手机", "1"]], "devices": [], "pages": [], "needs": {},
        "first_page": "home",
        "problems": [{
            "kind": "cut", "title": "文字被截断", "is_error": False, "page": "pages/a", "part": "t",
            "words": "<script>alert(1)</script>", "detail": "", "devices": ["small"], "pictures": [],
        }],
    }  # fmt: skip
    page = write_report(tmp_path, "compat/report.html", told).read_text()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script" not in page
    assert "<b>本机" not in page
    assert "http" not in page.replace("https://developers.weixin.qq.com", "")
    assert json.loads((tmp_path / "report.json").read_text())["summary"] == "一个错误"


def test_a_chart_is_drawn_to_scale():
    chart = line_chart(
        "吞吐", [Line("<请求>", [(0, 0), (10, 50)])], unit="次/秒", bands=[(0, 10, "4 人")], limit=25
    )
    assert "&lt;请求&gt;" in chart
    assert 'points="52.0,194.0 848.0,12.0"' in chart  # from the lower left corner to the upper right one
    assert 'class="limit"' in chart
    assert [nice(one) for one in (0.3, 7, 50, 51, 230)] == [0.5, 10, 50, 100, 250]
