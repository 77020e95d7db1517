"""Runs the officer over the corpus and counts what it found and what it made up."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from fangcun.build.checks.finding import Finding
from fangcun.build.checks.officer import judge
from fangcun.build.checks.registry import checks
from fangcun.build.checks.subject import Subject, subjects_of
from tests.audit.corpus import BASES, PROGRAMS, Case, Planted, declared_of, plant


@dataclass(slots=True)
class Score:
    """Of one rule: faults found and missed, findings where there was no fault."""

    found: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    twins: int = 0

    @property
    def recall(self) -> float:
        planted = len(self.found) + len(self.missed)
        return len(self.found) / planted if planted else 1.0

    @property
    def precision(self) -> float:
        said = len(self.found) + len(self.wrong)
        return len(self.found) / said if said else 1.0


def run(cases: Sequence[Case]) -> dict[str, Score]:
    """Plant every case, read all copies with one start of the reader, and judge each."""
    with tempfile.TemporaryDirectory(prefix="fangcun-corpus-") as scratch:
        planted = [plant(case, Path(scratch)) for case in cases]
        for compiled in (False, True):
            _judge([one for one in planted if one.case.compiled is compiled], compiled=compiled)
    return score(planted)


def _judge(planted: Sequence[Planted], *, compiled: bool) -> None:
    if not planted:
        return
    for one, subject in zip(planted, _subjects(planted, compiled=compiled), strict=True):
        if one.blueprint is None:
            one.findings = list(judge(subject).findings)
        else:
            found = checks()[one.case.rule](subject)
            one.findings = [finding for finding in found if isinstance(finding, Finding)]


def _subjects(planted: Sequence[Planted], *, compiled: bool) -> list[Subject]:
    read = subjects_of([one.root for one in planted], compiled=compiled)
    return [
        replace(subject, declared=one.declared, blueprint=one.blueprint)
        for one, subject in zip(planted, read, strict=True)
    ]


def clean(bases: Iterable[str] = BASES) -> dict[str, list[str]]:
    """What the officer finds in the unchanged programs, which should be nothing."""
    names = list(bases)
    subjects = subjects_of([PROGRAMS / name for name in names])
    found = {}
    for name, subject in zip(names, subjects, strict=True):
        report = judge(replace(subject, declared=declared_of(name)))
        found[name] = [f"{one.rule} {one.file}{one.page}: {one.message}" for one in report.findings]
    return found


def score(planted: Iterable[Planted]) -> dict[str, Score]:
    """Scores by rule. A finding counts as wrong where neither the case nor its `also` speaks of its rule."""
    scores: dict[str, Score] = defaultdict(Score)
    for one in planted:
        case, rules = one.case, {finding.rule for finding in one.findings}
        mine = scores[case.rule]
        if case.faulty:
            (mine.found if case.rule in rules else mine.missed).append(str(case))
        else:
            mine.twins += 1
        right = case.also | ({case.rule} if case.faulty else set())
        for rule in sorted(rules - right):
            scores[rule].wrong.append(str(case))
    return dict(scores)


def table(scores: dict[str, Score]) -> str:
    """The scores as text, the worst first."""
    lines = [f"{'rule':<34}{'faults':>7}{'found':>7}{'twins':>7}{'wrong':>7}{'recall':>9}{'precision':>11}"]
    order = sorted(scores.items(), key=lambda one: (one[1].recall + one[1].precision, one[0]))
    for name, one in order:
        planted = len(one.found) + len(one.missed)
        lines.append(
            f"{name:<34}{planted:>7}{len(one.found):>7}{one.twins:>7}{len(one.wrong):>7}"
            f"{one.recall:>9.0%}{one.precision:>11.0%}"
        )
    found = sum(len(one.found) for one in scores.values())
    planted = found + sum(len(one.missed) for one in scores.values())
    wrong = sum(len(one.wrong) for one in scores.values())
    twins = sum(one.twins for one in scores.values())
    lines.append(
        f"{'all':<34}{planted:>7}{found:>7}{twins:>7}{wrong:>7}"
        f"{found / planted if planted else 1:>9.0%}{found / (found + wrong) if found else 1:>11.0%}"
    )
    return "\n".join(lines)
