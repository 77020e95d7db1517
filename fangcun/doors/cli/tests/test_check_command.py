"""`fangcun check` and `fangcun rules` at the terminal. The officer himself is tested with the corpus in tests/audit."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from typer.testing import CliRunner

from fangcun.build.checks.finding import Severity
from fangcun.build.checks.officer import InspectionCancelled
from fangcun.build.checks.pack import rules
from fangcun.build.checks.package import PackageUnreadable
from fangcun.build.checks.tests.made import a_finding, a_report, an_excuse
from fangcun.build.checks.waiving import sort_out
from fangcun.build.checks.walking import WalkImpossible
from fangcun.doors.cli.check import inspecting
from fangcun.doors.cli.main import app

ERROR = next(name for name, rule in rules().items() if rule.severity is Severity.ERROR)
WARNING = next(name for name, rule in rules().items() if rule.severity is Severity.WARNING)
LEVELS = {ERROR: Severity.ERROR, WARNING: Severity.WARNING}
BAD, POOR = a_finding(ERROR, "会被拒绝"), a_finding(WARNING, "可能被提出")


@pytest.fixture
def officer(monkeypatch, tmp_path):
    """An officer who says what the test wants, on a machine without a platform; what he was asked."""
    asked: dict[str, Any] = {"findings": (), "walk_refuses": "没有 Chromium"}

    def inspect(package, **given):
        asked.update(given, package=package)
        counting, waived, over = sort_out(asked["findings"], given["waivers"], today=asked["today"])
        return a_report(
            *counting, severities=LEVELS, target=given["target"], waived=tuple(waived), expired=tuple(over)
        )

    def walk(_package, **_given):
        raise WalkImpossible(asked["walk_refuses"])

    from fangcun.build.checks.tests.made import TODAY

    asked["today"] = TODAY
    monkeypatch.setattr(inspecting, "inspect", inspect)
    monkeypatch.setattr(inspecting, "walk", walk)
    monkeypatch.setattr(inspecting, "not_here", lambda: "这里没有安装好的平台")
    monkeypatch.chdir(tmp_path)
    return asked


def run(*words: str):
    return CliRunner().invoke(app, list(words))


@pytest.mark.parametrize(
    ("findings", "level", "code"),
    [
        ((), "error", 0),
        ((POOR,), "error", 0),
        ((POOR,), "warning", 1),
        ((BAD,), "error", 1),
        ((BAD, POOR), "never", 0),
    ],
)
def test_the_exit_code_tells_the_worst_that_counts(officer, tmp_path, findings, level, code):
    officer["findings"] = findings
    assert run("check", str(tmp_path), "--no-walk", "--fail-on", level).exit_code == code


def test_the_text_tells_place_reason_fix_and_source(officer, tmp_path):
    officer["findings"] = (BAD, POOR)
    said = run("check", str(tmp_path), "--no-walk").stdout
    rule = rules()[ERROR]
    for text in (
        "app.js:3",
        "会被拒绝",
        BAD.key,
        rule.title,
        f"→ {rule.fix}",
        rule.sources[0].url,
        "1 个错误，1 个提醒",
    ):
        assert text in said
    english = run("check", str(tmp_path), "--no-walk", "--lang", "en").stdout
    for text in ("A log was left", rule.title_en, rule.fix_en, "1 errors, 1 warnings"):
        assert text in english


def test_what_cannot_be_checked_ends_with_two(officer, tmp_path, monkeypatch):
    def refuse(*_args, **_given):
        raise PackageUnreadable("没有 app.json")

    assert run("check", str(tmp_path), "--walk").exit_code == 2
    monkeypatch.setattr(inspecting, "inspect", refuse)
    ended = run("check", str(tmp_path), "--no-walk")
    assert (ended.exit_code, "没有 app.json" in ended.stderr) == (2, True)


def test_an_interrupted_check_says_so(officer, tmp_path, monkeypatch):
    def stop(*_args, **_given):
        raise InspectionCancelled

    monkeypatch.setattr(inspecting, "inspect", stop)
    ended = run("check", str(tmp_path), "--no-walk")
    assert (ended.exit_code, "打断" in ended.stderr) == (130, True)


def test_without_a_browser_the_package_is_checked_and_that_is_said(officer, tmp_path):
    ended = run("check", str(tmp_path))
    assert (ended.exit_code, officer["walk"]) == (0, None)
    assert "没有走查：没有 Chromium" in ended.stderr


def test_findings_are_told_as_json_sarif_and_a_page(officer, tmp_path):
    officer["findings"] = (BAD,)
    plain = json.loads(run("check", str(tmp_path), "--no-walk", "--format", "json").stdout)
    assert [(one["rule"], one["severity"]) for one in plain["findings"]] == [(ERROR, "error")]
    log = json.loads(run("check", str(tmp_path), "--no-walk", "--format", "sarif").stdout)
    assert log["runs"][0]["results"][0]["ruleId"] == ERROR
    out = tmp_path / "reports" / "check.html"
    ended = run("check", str(tmp_path), "--no-walk", "--format", "html", "--out", str(out))
    assert ended.exit_code == 1
    assert "会被拒绝" in out.read_text()
    assert "1 个错误" in ended.stderr


def test_an_earlier_report_tells_what_is_new_and_what_is_gone(officer, tmp_path):
    officer["findings"] = (BAD,)
    before = tmp_path / "before.json"
    run("check", str(tmp_path), "--no-walk", "--format", "json", "--out", str(before))
    officer["findings"] = (POOR, dataclasses.replace(BAD, line=90), a_finding(WARNING, "又一处"))
    assert "新增 2 处，消失 0 处" in run("check", str(tmp_path), "--no-walk", "--against", str(before)).stdout
    officer["findings"] = ()
    assert "新增 0 处，消失 1 处" in run("check", str(tmp_path), "--no-walk", "--against", str(before)).stdout
    before.write_text("{}")
    assert run("check", str(tmp_path), "--no-walk", "--against", str(before)).exit_code == 2


def test_waivers_of_a_file_hold_and_one_that_is_over_is_named(officer, tmp_path):
    officer["findings"] = (BAD,)
    excuse = an_excuse(BAD)
    file = tmp_path / "waivers.yaml"
    file.write_text(f"- {{key: {excuse.key}, reason: 下个版本改, until: {excuse.until}}}\n")
    assert run("check", str(tmp_path), "--no-walk").exit_code == 1  # without a plan beside it nobody reads it
    waived = run("check", str(tmp_path), "--no-walk", "--waivers", str(file))
    assert (waived.exit_code, "1 处已豁免" in waived.stdout) == (0, True)
    file.write_text(f"- {{key: {excuse.key}, reason: 下个版本改, until: 2026-11-25}}\n")
    over = run("check", str(tmp_path), "--no-walk", "--waivers", str(file))
    assert (over.exit_code, "豁免已到期" in over.stdout) == (1, True)
    file.write_text("- {key: 1}\n")
    assert run("check", str(tmp_path), "--no-walk", "--waivers", str(file)).exit_code == 2


def test_what_is_declared_is_read_from_a_file(officer, tmp_path):
    file = tmp_path / "declared.yaml"
    file.write_text("domains: [api.example.com]\nprivacy: [phone]\nplugin_bytes: {wx1: 2048}\n")
    assert run("check", str(tmp_path), "--no-walk", "--declared", str(file)).exit_code == 0
    declared = officer["declared"]
    assert (declared.domains, declared.plugin_bytes) == (frozenset({"api.example.com"}), (("wx1", 2048),))
    assert declared.ugc is None
    file.write_text("domain: [api.example.com]\n")
    ended = run("check", str(tmp_path), "--no-walk", "--declared", str(file))
    assert (ended.exit_code, "domain" in ended.stderr) == (2, True)


def test_the_pack_is_listed_and_one_rule_explains_itself():
    listed = run("rules").stdout
    assert all(name in listed for name in rules())
    for words in (("rules", ERROR), ("check", "--explain", ERROR)):
        told = run(*words).stdout
        assert all(source.quote in told and source.date in told for source in rules()[ERROR].sources)
        assert rules()[ERROR].why in told
    assert rules()[ERROR].why_en in run("rules", ERROR, "--lang", "en").stdout
    assert run("rules", "no-such-rule").exit_code == 2
