"""What one inspection said: plain data that lives in a file, in the database and in a pipeline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from fangcun.build.checks.finding import Finding, Severity, Undecided
from fangcun.build.checks.pack import rules
from fangcun.build.checks.waiving import Excuse, Waived

SCHEMA = 1
WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


class NotAReport(Exception):
    """A document is not one that `as_json` wrote."""


@dataclass(frozen=True, slots=True)
class Report:
    """Findings that count and findings that are waived, with what was looked at.

    `packages` are bytes by root ("" is the main package); `began` is ISO 8601 in UTC; `severities` are those of
    the rules that ran, so that a kept report says the same when the pack has moved on; `expired` are waivers whose
    last day is over while their finding is still there; `walked` counts pages and taps, None without a walk.
    """

    target: str
    digest: str
    pack_version: str
    began: str
    seconds: float
    rules_run: tuple[str, ...]
    severities: Mapping[str, Severity]
    findings: tuple[Finding, ...]
    waived: tuple[Waived, ...] = ()
    expired: tuple[Excuse, ...] = ()
    undecided: tuple[Undecided, ...] = ()
    packages: Mapping[str, int] = field(default_factory=dict)
    appid: str = ""
    pages: int = 0
    walked: Mapping[str, int] | None = None

    def severity(self, rule: str) -> Severity:
        """How much a rule weighed when the report was made."""
        return self.severities.get(rule, Severity.NOTE)

    @property
    def counts(self) -> dict[Severity, int]:
        """How many findings of each severity count."""
        found = Counter(self.severity(one.rule) for one in self.findings)
        return {severity: found[severity] for severity in Severity}

    @property
    def good(self) -> bool:
        """Whether no error counts."""
        return not self.counts[Severity.ERROR]

    def worst(self) -> Severity | None:
        """The heaviest severity that counts; None when nothing does."""
        return next((severity for severity in Severity if self.counts[severity]), None)

    @property
    def everything(self) -> tuple[Finding, ...]:
        """All that was found, waived or not."""
        return self.findings + tuple(one.finding for one in self.waived)

    def as_json(self) -> dict[str, Any]:
        """The report as JSON values. A finding also carries its severity and title, for readers without the pack."""
        return {
            "schema": SCHEMA,
            "target": self.target,
            "appid": self.appid,
            "digest": self.digest,
            "pack_version": self.pack_version,
            "began": self.began,
            "seconds": self.seconds,
            "counts": {severity.value: number for severity, number in self.counts.items()},
            "packages": dict(self.packages),
            "pages": self.pages,
            "walked": None if self.walked is None else dict(self.walked),
            "rules_run": list(self.rules_run),
            "severities": {name: severity.value for name, severity in self.severities.items()},
            "findings": [self._told(one) for one in self.findings],
            "waived": [{**self._told(one.finding), "waiver": one.excuse.as_json()} for one in self.waived],
            "expired": [one.as_json() for one in self.expired],
            "undecided": [asdict(one) for one in self.undecided],
        }

    def _told(self, one: Finding) -> dict[str, Any]:
        known = rules().get(one.rule)
        title = {"title": known.title, "title_en": known.title_en} if known else {}
        return {**one.as_json(), "severity": self.severity(one.rule).value, **title}

    @classmethod
    def from_json(cls, plain: Any) -> Report:
        """What `as_json` wrote. Raises `NotAReport`."""
        try:
            if plain["schema"] != SCHEMA:
                raise NotAReport(f"schema {plain['schema']}")
            return cls(
                target=plain["target"],
                appid=plain["appid"],
                digest=plain["digest"],
                pack_version=plain["pack_version"],
                began=plain["began"],
                seconds=plain["seconds"],
                packages=plain["packages"],
                pages=plain["pages"],
                walked=plain["walked"],
                rules_run=tuple(plain["rules_run"]),
                severities={name: Severity(value) for name, value in plain["severities"].items()},
                findings=tuple(_finding(one) for one in plain["findings"]),
                waived=tuple(
                    Waived(_finding(one), Excuse.from_json(one["waiver"])) for one in plain["waived"]
                ),
                expired=tuple(Excuse.from_json(one) for one in plain["expired"]),
                undecided=tuple(Undecided(**one) for one in plain["undecided"]),
            )
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise NotAReport(f"{type(error).__name__}: {error}") from error


def _finding(plain: Mapping[str, Any]) -> Finding:
    added = ("severity", "title", "title_en", "waiver")
    return Finding.from_json({name: value for name, value in plain.items() if name not in added})
