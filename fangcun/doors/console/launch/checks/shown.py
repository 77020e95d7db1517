"""Reports as the console's templates read them: in the reader's language, by rule or by page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, pgettext_lazy

from fangcun.build.checks.comparing import Comparison
from fangcun.build.checks.finding import Finding, Rule, Severity
from fangcun.build.checks.pack import rules
from fangcun.build.checks.report import Report
from fangcun.build.checks.states import RunStatus
from fangcun.build.checks.telling.grouping import grouped, place_of
from fangcun.build.checks.waiving import Excuse

TONES = {Severity.ERROR: "bad", Severity.WARNING: "warn", Severity.NOTE: "info"}
WORDS = {
    Severity.ERROR: pgettext_lazy("severity", "错误"),
    Severity.WARNING: pgettext_lazy("severity", "提醒"),
    Severity.NOTE: pgettext_lazy("severity", "提示"),
}
RUN_TONES = {
    RunStatus.RUNNING: "info",
    RunStatus.DONE: "good",
    RunStatus.FAILED: "bad",
    RunStatus.CANCELLED: "quiet",
}


def english() -> bool:
    """Whether the reader's language is not Chinese."""
    return not (get_language() or "zh").startswith("zh")


@dataclass(frozen=True, slots=True)
class Told:
    """A rule in the reader's language."""

    name: str
    severity: Severity
    title: str
    why: str
    fix: str
    rule: Rule | None

    @property
    def tone(self) -> str:
        """The colour of its badge."""
        return TONES[self.severity]

    @property
    def word(self) -> str:
        """Its severity in words."""
        return str(WORDS[self.severity])


def told(name: str, severity: Severity | None = None) -> Told:
    """A rule by its name; one that left the pack has its name alone."""
    rule = rules().get(name)
    if rule is None:
        return Told(name, severity or Severity.NOTE, name, "", "", None)
    texts = (rule.title_en, rule.why_en, rule.fix_en) if english() else (rule.title, rule.why, rule.fix)
    return Told(name, severity or rule.severity, *texts, rule)


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding in the reader's language."""

    one: Finding
    told: Told
    new: bool = False
    excuse: Excuse | None = None

    @property
    def message(self) -> str:
        """What is wrong."""
        return self.one.message_en if english() else self.one.message

    @property
    def place(self) -> str:
        """The file and line, or the page."""
        return place_of(self.one)


def by_rule(report: Report, new: set[str]) -> list[dict[str, Any]]:
    """Groups of findings that count, one for each rule, the heaviest first."""
    groups = []
    for group in grouped(report):
        rule = told(group.name, group.severity)
        findings = [Shown(one, rule, one.key in new) for one in group.findings]
        groups.append({"told": rule, "findings": findings})
    return groups


def by_page(report: Report, new: set[str]) -> list[dict[str, Any]]:
    """Groups of findings that count, one for each page; what belongs to no page comes first."""
    pages: dict[str, list[Shown]] = {}
    for group in grouped(report):
        rule = told(group.name, group.severity)
        for one in group.findings:
            pages.setdefault(one.page, []).append(Shown(one, rule, one.key in new))
    return [{"page": page, "findings": found} for page, found in sorted(pages.items())]


def shown(report: Report, findings: Iterable[Finding]) -> list[Shown]:
    """Findings one after the other."""
    return [Shown(one, told(one.rule, report.severity(one.rule))) for one in findings]


def context_of(report: Report, compared: Comparison | None, *, pages: bool) -> dict[str, Any]:
    """What the template of a report reads."""
    new = set() if compared is None else {one.key for one in compared.new}
    return {
        "report": report,
        "by": "page" if pages else "rule",
        "groups": by_page(report, new) if pages else by_rule(report, new),
        "counts": [
            (severity.value, WORDS[severity], TONES[severity], report.counts[severity])
            for severity in Severity
        ],
        "compared": compared,
        "gone": [] if compared is None else shown(report, compared.gone),
        "waived": [
            Shown(one.finding, told(one.finding.rule, report.severity(one.finding.rule)), excuse=one.excuse)
            for one in report.waived
        ],
        "undecided": [
            (told(one.rule), one.message_en if english() else one.message) for one in report.undecided
        ],
        "expired": [(told(one.rule), one) for one in report.expired],
    }
