"""What a rule is: a function from a document to the problems it sees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from fangcun.blueprint.document import Blueprint
from fangcun.blueprint.findings import Finding, Severity
from fangcun.blueprint.reading import Document


@dataclass(frozen=True, slots=True)
class Problem:
    """What a rule says about one place: what is wrong, and what to write."""

    path: str
    message: str
    fix: str
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule looks at. `bp` is always there; values that could not be read are stand-ins, see `sound`."""

    document: Document
    bp: Blueprint

    def sound(self, *paths: str) -> bool:
        """Whether the values at these paths were written and are of the right type."""
        return self.document.sound(*paths)


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
