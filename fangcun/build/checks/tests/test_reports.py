"""Reports keep what they say, count what counts, and compare."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

import pytest

from fangcun.build.checks.comparing import compare
from fangcun.build.checks.finding import Severity, Undecided
from fangcun.build.checks.report import NotAReport, Report
from fangcun.build.checks.telling import as_json
from fangcun.build.checks.tests.made import TODAY, a_finding, a_report, an_excuse
from fangcun.build.checks.waiving import Waived, WaiversUnreadable, read_waivers, sort_out

DAY = dt.timedelta(days=1)
UNDECLARED = a_finding("privacy-undeclared", "wx.getLocation 没有声明")


def test_a_report_survives_json():
    report = a_report(
        UNDECLARED,
        waived=(Waived(a_finding(), an_excuse(a_finding())),),
        expired=(an_excuse(UNDECLARED),),
        undecided=(Undecided("left-log", "不知道", "Unknown"),),
        walked={"pages": 3, "taps": 9},
    )
    assert Report.from_json(json.loads(as_json(report))) == report


@pytest.mark.parametrize(
    "plain",
    [None, [], {}, {"schema": 2}, {"schema": 1}, {**a_report().as_json(), "findings": [{"rule": "x"}]}],
)
def test_something_else_is_not_a_report(plain):
    with pytest.raises(NotAReport):
        Report.from_json(plain)


def test_a_report_without_errors_is_good():
    assert a_report().worst() is None
    assert a_report(a_finding()).good
    assert a_report(a_finding()).worst() is Severity.WARNING
    assert not a_report(a_finding(), UNDECLARED).good
    assert a_report(a_finding(), UNDECLARED).counts == {
        Severity.ERROR: 1,
        Severity.WARNING: 1,
        Severity.NOTE: 0,
    }


def test_what_came_and_went_is_told_by_key():
    moved = a_finding(line=80)
    found = compare(a_report(a_finding(), UNDECLARED), a_report(moved, a_finding(file="b.js")))
    assert found.new == (a_finding(file="b.js"),)
    assert found.gone == (UNDECLARED,)
    assert found.kept == (moved,)
    assert found.unseen == ()


def test_a_finding_that_is_waived_now_is_not_gone():
    waived = (Waived(UNDECLARED, an_excuse(UNDECLARED)),)
    found = compare(a_report(UNDECLARED), a_report(waived=waived))
    assert (found.new, found.gone, found.kept) == ((), (), (UNDECLARED,))


def test_what_was_not_looked_for_is_not_gone():
    now = dataclasses.replace(a_report(), rules_run=("left-log",))
    found = compare(a_report(UNDECLARED), now)
    assert (found.gone, found.unseen) == ((), (UNDECLARED,))


def test_a_waiver_holds_to_the_end_of_its_day():
    excuse = an_excuse(UNDECLARED, until=TODAY)
    assert sort_out([UNDECLARED], [excuse], today=TODAY) == ([], [Waived(UNDECLARED, excuse)], [])
    assert sort_out([UNDECLARED], [excuse], today=TODAY + DAY) == ([UNDECLARED], [], [excuse])


def test_a_waiver_that_is_over_is_not_named_when_a_newer_one_holds_or_nothing_is_left_to_waive():
    old, new = an_excuse(UNDECLARED, until=TODAY - DAY), an_excuse(UNDECLARED, until=TODAY + DAY)
    assert sort_out([UNDECLARED], [new, old], today=TODAY) == ([], [Waived(UNDECLARED, new)], [])
    assert sort_out([], [old], today=TODAY) == ([], [], [])


def test_waivers_are_read_from_a_file(tmp_path):
    file = tmp_path / "waivers.yaml"
    file.write_text(
        "- key: 0123456789abcdef\n  reason: 下个版本改\n  until: 2026-12-31\n  rule: left-log\n"
        "- {key: 12345678e1234567, reason: 只在内测, until: 2026-12-01, by: 李}\n"
    )
    first, second = read_waivers(file)
    assert (first.key, first.until, first.rule) == ("0123456789abcdef", dt.date(2026, 12, 31), "left-log")
    assert (second.key, second.by) == ("12345678e1234567", "李")
    file.write_text("# nothing yet\n")
    assert read_waivers(file) == []


@pytest.mark.parametrize(
    "text",
    [
        "key: 0123456789abcdef",
        "- {key: 0123456789abcdef, until: 2026-12-31}",
        "- {key: 0123456789abcdef, reason: ' ', until: 2026-12-31}",
        "- {key: 0123456789abcdef, reason: x, until: soon}",
        "- {key: short, reason: x, until: 2026-12-31}",
        "- {key: 0123456789abcdef, reason: x, until: 2026-12-31, forever: true}",
        "- [",
    ],
)
def test_a_file_of_waivers_without_reason_or_date_is_refused(tmp_path, text):
    file = tmp_path / "waivers.yaml"
    file.write_text(text)
    with pytest.raises(WaiversUnreadable, match="waivers"):
        read_waivers(file)
    with pytest.raises(WaiversUnreadable):
        read_waivers(tmp_path / "none.yaml")
