"""How a walk went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from fangcun.doors.cli.plan.walk.ways import Step, Way


class State(StrEnum):
    """What became of a step. `NOT_REACHED` follows one that failed."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_REACHED = "not_reached"


@dataclass(slots=True)
class StepOutcome:
    """One step: how it ended, after how many seconds, why not, and what the screen showed."""

    step: Step
    state: State = State.NOT_REACHED
    seconds: float = 0.0
    reason: str = ""
    picture: Path | None = None
    notes: list[str] = field(default_factory=list)

    def fail(self, reason: str) -> None:
        """The first reason stays."""
        self.state, self.reason = State.FAILED, self.reason or reason


@dataclass(slots=True)
class WayOutcome:
    """One way with all its steps. `problem` is what went wrong outside of them."""

    way: Way
    steps: list[StepOutcome]
    seconds: float = 0.0
    problem: str = ""

    @property
    def passed(self) -> bool:
        return not self.problem and all(one.state is State.PASSED for one in self.steps)

    @property
    def failed(self) -> StepOutcome | None:
        """The first step that failed."""
        return next((one for one in self.steps if one.state is State.FAILED), None)


def all_passed(ways: Sequence[WayOutcome]) -> bool:
    """Whether everything was walked and nothing failed."""
    return bool(ways) and all(way.passed for way in ways)
