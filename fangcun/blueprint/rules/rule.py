"""What a rule is: a function from a document to the problems it sees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from fangcun.blueprint.document import Blueprint
from fangcun.blueprint.findings import Finding, Severity
from fangcun.blueprint.graph import Taps
from fangcun.blueprint.reading import Document
from fangcun.blueprint.timetable import launch_end
from fangcun.blueprint.vocabulary import AUTOMATIC_EVENTS


@dataclass(frozen=True, slots=True)
class Problem:
    """What a rule says about one place: what is wrong, and what to write."""

    path: str
    message: str
    fix: str
    severity: Severity | None = None


class Context:
    """What a rule looks at: the plan, and what is worked out from it once for all rules.

    `bp` is always there; values that could not be read are stand-ins, see `sound`.
    """

    def __init__(self, document: Document, bp: Blueprint) -> None:
        self.document = document
        self.bp = bp
        self.taps = Taps(bp)
        self.sound = document.sound

    @cached_property
    def launch_end(self) -> dt.date | None:
        """The last day of the launch; None while no date follows from the schedule."""
        stages = self.bp.schedule.stages
        days = [f"schedule.stages[{stage.id}].days" for stage in stages]
        if not self.sound("schedule", "schedule.start", "schedule.stages", *days):
            return None
        return launch_end(self.bp)

    @cached_property
    def events(self) -> dict[str, dict[str, str]]:
        """Every event that something in the plan produces, with the types of its properties."""
        found = {name: dict(props) for name, props in AUTOMATIC_EVENTS.items()}
        for scenario in self.bp.scenarios:
            for step in scenario.moments:
                if step.event:
                    known = found.setdefault(step.event, {})
                    for prop, kind in step.props.items():
                        known.setdefault(prop, kind)
        return found


Look: TypeAlias = Callable[[Context], Iterator[Problem]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of `fangcun plan check`. `says` is its sentence for the rule table."""

    name: str
    severity: Severity
    look: Look

    @property
    def says(self) -> str:
        return (self.look.__doc__ or "").strip()

    def findings(self, context: Context) -> Iterator[Finding]:
        """Everything this rule finds in a document."""
        for problem in self.look(context):
            place = context.document.place(problem.path)
            yield Finding(
                self.name,
                problem.severity or self.severity,
                problem.path,
                place.line,
                place.column,
                problem.message,
                problem.fix,
            )


RULES: list[Rule] = []


def rule(name: str, severity: Severity = Severity.ERROR) -> Callable[[Look], Look]:
    """Make a function a rule."""

    def register(look: Look) -> Look:
        RULES.append(Rule(name, severity, look))
        return look

    return register
