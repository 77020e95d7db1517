"""A report as a page and for code scanning."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from PIL import Image

from fangcun.build.checks.comparing import compare
from fangcun.build.checks.finding import Severity, Undecided
from fangcun.build.checks.pack import rules
from fangcun.build.checks.telling import as_html, as_sarif
from fangcun.build.checks.telling.grouping import grouped
from fangcun.build.checks.tests.made import a_finding, a_report, an_excuse
from fangcun.build.checks.waiving import Waived

NAME = next(iter(rules()))
RULE = rules()[NAME]
HEAVY = {NAME: Severity.ERROR}
FOUND = a_finding(NAME, "第一处 <b>不对</b>", page="pages/a/a", picture="a.png")
OLD = a_finding(NAME, "上次的", file="b.js")


def a_full_report():
    return a_report(
        FOUND,
        severities=HEAVY,
        waived=(Waived(a_finding(), an_excuse(a_finding())),),
        expired=(an_excuse(FOUND),),
        undecided=(Undecided(NAME, "不知道登记了哪些域名", "Domains are not known"),),
        walked={"pages": 5, "taps": 40},
    )


def test_a_page_tells_everything_in_both_languages(tmp_path):
    Image.new("RGB", (4, 8)).save(tmp_path / "a.png")
    page = as_html(a_full_report(), pictures=tmp_path, compared=compare(a_report(OLD), a_full_report()))
    for text in (
        RULE.title,
        RULE.title_en,
        RULE.fix,
        RULE.fix_en,
        RULE.sources[0].url,
        "不知道登记了哪些域名",
    ):
        assert str(text).replace("&", "&amp;").replace("'", "&#39;").replace('"', "&#34;") in page, text
    assert "第一处 &lt;b&gt;不对&lt;/b&gt;" in page
    assert "下个版本改" in page
    assert "上次的" in page
    assert FOUND.key in page
    assert page.count("data:image/png;base64,") == 2  # the picture and the way to its full size


def test_a_page_needs_nothing_from_elsewhere():
    page = as_html(a_full_report())
    assert "<script src" not in page
    assert "<link" not in page
    assert "@import" not in page
    assert 'src="http' not in page


def test_a_picture_outside_its_folder_is_not_shown(tmp_path):
    (tmp_path / "pictures").mkdir()
    Image.new("RGB", (4, 8)).save(tmp_path / "a.png")
    report = a_report(a_finding(NAME, picture="../a.png"), severities=HEAVY)
    assert "data:image" not in as_html(report, pictures=tmp_path / "pictures")


def test_a_page_of_a_rule_that_left_the_pack_still_tells_its_findings():
    report = a_report(a_finding("gone-rule", "从前的规则"), severities={"gone-rule": Severity.WARNING})
    assert "从前的规则" in as_html(report)


def test_groups_come_with_the_heaviest_first():
    report = a_report(a_finding(), FOUND, severities=HEAVY)
    assert [(group.name, group.severity) for group in grouped(report)] == [
        (NAME, Severity.ERROR),
        ("left-log", Severity.WARNING),
    ]


@pytest.fixture(scope="module")
def sarif_schema():
    return json.loads((Path(__file__).parent / "sarif-2.1.0.required.json").read_text())


def test_code_scanning_reads_places_levels_waivers_and_what_is_new(tmp_path, sarif_schema):
    before = a_report(OLD, a_finding(), severities=HEAVY)
    log = json.loads(as_sarif(a_full_report(), package=tmp_path, compared=compare(before, a_full_report())))
    jsonschema.validate(log, sarif_schema)
    run = log["runs"][0]
    first, second, third = run["results"]
    assert run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == NAME
    assert (first["level"], first["baselineState"]) == ("error", "new")
    assert first["partialFingerprints"] == {"fangcunKey/v1": FOUND.key}
    place = first["locations"][0]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == (tmp_path / "app.js").as_uri()
    assert place["physicalLocation"]["region"] == {"startLine": 3}
    assert place["logicalLocations"] == [{"fullyQualifiedName": "pages/a/a", "kind": "page"}]
    assert second["suppressions"] == [{"kind": "external", "justification": "下个版本改（至 2026-11-26）"}]
    assert (second["baselineState"], third["baselineState"]) == ("unchanged", "absent")


def test_a_finding_about_the_whole_package_stands_in_app_json():
    report = a_report(a_finding(NAME, file="", line=0), severities=HEAVY)
    result = json.loads(as_sarif(report))["runs"][0]["results"][0]
    assert result["locations"] == [{"physicalLocation": {"artifactLocation": {"uri": "app.json"}}}]
    assert "baselineState" not in result
