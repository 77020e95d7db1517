"""What a walk found, as the schedule keeps it."""

from __future__ import annotations

from collections.abc import Sequence

from fangcun.doors.cli.plan.recording import record_result
from fangcun.doors.cli.plan.walk.outcome import WayOutcome, all_passed
from fangcun.doors.cli.plan.walk.report import counts


def keep(text: str, ways: Sequence[WayOutcome], seconds: float) -> str:
    """Record the check journeys_pass when the current revision is this text; a sentence about what was done."""
    counted = counts(ways)
    told = f"{counted['ways_passed']}/{counted['ways']} 条路、{counted['steps_passed']}/{counted['steps']} 步通过"
    failed = [
        {"way": way.way.id, "step": step.step.id, "reason": step.reason}
        for way in ways
        if (step := way.failed) is not None
    ]
    problems = [{"way": way.way.id, "problem": way.problem} for way in ways if way.problem]
    evidence = {**counted, "seconds": round(seconds, 1), "failed": failed, "problems": problems}
    return record_result("journeys_pass", text, passed=all_passed(ways), detail=told, evidence=evidence)
