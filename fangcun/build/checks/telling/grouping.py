"""Findings put together by their rule, for people to read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fangcun.build.checks.finding import Finding, Rule, Severity
from fangcun.build.checks.pack import rules
from fangcun.build.checks.report import WEIGHT, Report

WORDS = {
    Severity.ERROR: ("错误", "error"),
    Severity.WARNING: ("提醒", "warning"),
    Severity.NOTE: ("提示", "note"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one rule. `rule` is None when the pack no longer has it."""

    name: str
    rule: Rule | None
    severity: Severity
    findings: tuple[Finding, ...]


def grouped(report: Report, findings: Iterable[Finding] | None = None) -> list[Group]:
    """The findings that count, or those given, by rule: the heaviest first, then in the order of the pack."""
    by_rule: dict[str, list[Finding]] = {}
    for one in report.findings if findings is None else findings:
        by_rule.setdefault(one.rule, []).append(one)
    order = list(rules())
    groups = [
        Group(name, rules().get(name), report.severity(name), tuple(found)) for name, found in by_rule.items()
    ]
    last = len(order)
    return sorted(
        groups,
        key=lambda one: (
            WEIGHT[one.severity],
            order.index(one.name) if one.name in order else last,
            one.name,
        ),
    )


def place_of(one: Finding) -> str:
    """Where a finding is: a file and its line, or a page."""
    if one.file:
        return f"{one.file}:{one.line}" if one.line else one.file
    return one.page
