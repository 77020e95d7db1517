"""What an attack found, as data; and how a part of the attack ended."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from fangcun.doors.cli.suites.security.asking import Answer

MOST_SHOWN = 600
MOST_ALIKE = 60


class Severity(StrEnum):
    """How much it matters. Only HIGH and MEDIUM fail the suite."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


WORDS = {Severity.HIGH: "严重", Severity.MEDIUM: "中等", Severity.LOW: "提示"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One weakness: where, what was sent and answered, and how to mend it. `rule` is the same for all of a kind."""

    rule: str
    severity: Severity
    title: str
    where: str
    fix: str
    request: str = ""
    response: str = ""

    def as_json(self) -> dict[str, Any]:
        """For report.json."""
        return {**asdict(self), "severity": self.severity.value, "word": WORDS[self.severity]}


def found(rule: str, severity: Severity, title: str, answer: Answer, fix: str, where: str = "") -> Finding:
    """A weakness that an answer shows."""
    return Finding(
        rule,
        severity,
        title,
        where or f"{answer.method} {answer.path.split('?')[0]}",
        fix,
        answer.asked[:MOST_SHOWN],
        answer.told()[:MOST_SHOWN],
    )


@dataclass
class Part:
    """One part of the attack. `tried` counts what was sent; `undecided` says in words what could not be tried."""

    name: str
    title: str
    findings: list[Finding] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)
    tried: int = 0
    seconds: float = 0.0
    _alike: dict[str, int] = field(default_factory=dict)

    def report(self, finding: Finding) -> None:
        """Keep a finding, once for each place, and only so many of a kind that a report can be read."""
        if any((one.rule, one.where) == (finding.rule, finding.where) for one in self.findings):
            return
        self._alike[finding.rule] = self._alike.get(finding.rule, 0) + 1
        if self._alike[finding.rule] <= MOST_ALIKE:
            self.findings.append(finding)

    @property
    def more(self) -> dict[str, int]:
        """How many of a kind were left out of the report."""
        return {rule: n - MOST_ALIKE for rule, n in self._alike.items() if n > MOST_ALIKE}

    @property
    def is_broken(self) -> bool:
        """Whether something was found that fails the suite."""
        return any(one.severity is not Severity.LOW for one in self.findings)

    def as_json(self) -> dict[str, Any]:
        """For report.json."""
        return {
            "name": self.name,
            "title": self.title,
            "tried": self.tried,
            "seconds": round(self.seconds, 1),
            "undecided": self.undecided,
            "more": self.more,
            "findings": [one.as_json() for one in self.findings],
        }
