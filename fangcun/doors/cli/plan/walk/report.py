"""The report of a walk: `report.json` for programs, `report.html` for people, screenshots beside them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from fangcun.doors.cli.plan.walk.outcome import State, StepOutcome, WayOutcome, all_passed

PICTURES = "pictures"
WORDS = {State.PASSED: "通过", State.FAILED: "未通过", State.NOT_REACHED: "没走到"}


def write_report(
    folder: Path, *, file: str, enterprise: str, began: datetime, seconds: float, ways: Sequence[WayOutcome]
) -> Path:
    """Write both reports into a folder that has the pictures already; the one for people."""
    told = as_json(file=file, enterprise=enterprise, began=began, seconds=seconds, ways=ways)
    (folder / "report.json").write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", "utf-8")
    pages = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
    page = folder / "report.html"
    page.write_text(pages.get_template("report.html").render(told, words=WORDS) + "\n", "utf-8")
    return page


def as_json(
    *, file: str, enterprise: str, began: datetime, seconds: float, ways: Sequence[WayOutcome]
) -> dict[str, Any]:
    """Everything about a walk as plain JSON; pictures are named as they lie beside the report."""
    return {
        "file": file,
        "enterprise": enterprise,
        "began_at": began.isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
        "passed": all_passed(ways),
        "counts": counts(ways),
        "ways": [_way(way) for way in ways],
    }


def counts(ways: Sequence[WayOutcome]) -> dict[str, int]:
    """How many ways and steps there were, and how many of them passed."""
    steps = [step for way in ways for step in way.steps]
    return {
        "ways": len(ways),
        "ways_passed": sum(way.passed for way in ways),
        "steps": len(steps),
        "steps_passed": sum(step.state is State.PASSED for step in steps),
    }


def _way(one: WayOutcome) -> dict[str, Any]:
    return {
        "scenario": one.way.scenario,
        "branch": one.way.branch,
        "name": one.way.name,
        "passed": one.passed,
        "seconds": round(one.seconds, 1),
        "problem": one.problem,
        "steps": [_step(step) for step in one.steps],
    }


def _step(one: StepOutcome) -> dict[str, Any]:
    return {
        "step": one.step.id,
        "actor": one.step.actor,
        "page": one.step.page,
        "given": one.step.given,
        "when": one.step.when,
        "then": one.step.then,
        "event": one.step.event,
        "state": one.state.value,
        "seconds": round(one.seconds, 2),
        "reason": one.reason,
        "notes": one.notes,
        "picture": f"{PICTURES}/{one.picture.name}" if one.picture else None,
    }
