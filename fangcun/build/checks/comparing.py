"""What an inspection says that the one before did not, and the reverse."""

from __future__ import annotations

from dataclasses import dataclass

from fangcun.build.checks.finding import Finding
from fangcun.build.checks.report import Report


@dataclass(frozen=True, slots=True)
class Comparison:
    """Findings that came, went and stayed, waived or not; `unseen` were there and were not looked for this time."""

    new: tuple[Finding, ...]
    gone: tuple[Finding, ...]
    kept: tuple[Finding, ...]
    unseen: tuple[Finding, ...]


def compare(old: Report, new: Report) -> Comparison:
    """Compare by key: a finding that moved to another line, or weighs a few bytes more, is the same."""
    before = {one.key: one for one in old.everything}
    now = {one.key: one for one in new.everything}
    missing = [one for key, one in before.items() if key not in now]
    return Comparison(
        new=tuple(one for key, one in now.items() if key not in before),
        gone=tuple(one for one in missing if one.rule in new.rules_run),
        kept=tuple(one for key, one in now.items() if key in before),
        unseen=tuple(one for one in missing if one.rule not in new.rules_run),
    )
