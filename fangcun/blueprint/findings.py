"""What is wrong with a document, and what to write instead."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """An error stands in the way of publishing; a warning is for a person to weigh."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One hole in a plan. `line` and `column` count from 1; `path` reads like `scenarios[buy].steps[pay]`."""

    rule: str
    severity: Severity
    path: str
    line: int
    column: int
    message: str
    fix: str

    def as_json(self) -> dict[str, Any]:
        """The form in which programs read it: rule, severity, path, line, message, fix."""
        plain = asdict(self)
        del plain["column"]
        return {**plain, "severity": self.severity.value}
