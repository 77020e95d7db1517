"""The officer runs what can be decided, and says what could not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from fangcun.build.checks import officer
from fangcun.build.checks.finding import Undecided
from fangcun.build.checks.pack import rules
from fangcun.build.checks.tests.made import a_finding

NAME = next(name for name, rule in rules().items() if rule.kind == "package")


@pytest.fixture
def subject() -> Any:
    package = SimpleNamespace(
        root=SimpleNamespace(name="mp"), appid="wx1", digest="a" * 64, sizes={"": 1}, pages=("a", "b")
    )
    return SimpleNamespace(package=package)


@pytest.fixture
def silent(monkeypatch) -> dict[str, Any]:
    """Every check finds nothing, until a test puts another in its place."""
    known: dict[str, Any] = {name: lambda _given: () for name in rules()}
    monkeypatch.setattr(officer, "checks", lambda: known)
    return known


def walked(stopped: str) -> Any:
    pages = (SimpleNamespace(path="a"),)
    return SimpleNamespace(stopped=stopped, pages=pages, all_pages=("a", "b"), taps=())


def test_a_walk_that_was_cut_short_says_so(subject, silent):
    (told,) = officer.judge(subject, walk=walked("seconds")).undecided
    assert (told.rule, "2 个页面中的 1 个" in told.message, "1 of 2 pages" in told.message_en) == (
        "walk",
        True,
        True,
    )
    assert officer.judge(subject, walk=walked("")).undecided == ()


def test_rules_of_a_walk_run_only_with_one(subject, silent):
    walking = {name for name, rule in rules().items() if rule.kind == "walk"}
    assert walking.isdisjoint(officer.judge(subject).rules_run)
    assert walking <= set(officer.judge(subject, walk=walked("")).rules_run)


def test_a_rule_that_stumbles_is_said_and_silences_no_other(subject, silent):
    first, second = list(rules())[:2]

    def stumble(_given):
        raise KeyError("x")

    silent[first], silent[second] = stumble, lambda _given: [a_finding(second)]
    report = officer.judge(subject)
    assert [one.rule for one in report.undecided] == [first]
    assert [one.rule for one in report.findings] == [second]


def test_what_is_not_known_is_no_finding(subject, silent):
    silent[NAME] = lambda _given: [Undecided(NAME, "不知道", "Unknown")]
    report = officer.judge(subject)
    assert (report.findings, report.undecided) == ((), (Undecided(NAME, "不知道", "Unknown"),))


def test_a_stop_between_two_rules_ends_the_inspection(subject, silent):
    with pytest.raises(officer.InspectionCancelled):
        officer.judge(subject, cancelled=lambda: True)
