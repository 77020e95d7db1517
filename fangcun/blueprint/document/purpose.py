"""Why: the enterprise, its goals and how they are measured, competitors and features."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from fangcun.blueprint.document.kinds import Closed, Count1, Id, Scalar, Score
from fangcun.blueprint.vocabulary import Direction, FeatureKind, Per, Priority, ProgramRole, Side, Subject


@dataclass(frozen=True, kw_only=True)
class Pain(Closed):
    """What hurts the business today."""

    id: Id
    text: str


@dataclass(frozen=True, kw_only=True)
class Enterprise(Closed):
    """Who builds the mini program, and why."""

    name: str
    subject: Subject
    pains: tuple[Pain, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Program(Closed):
    """One mini program of the matrix."""

    id: Id
    role: ProgramRole
    name: str
    jumps_to: tuple[Id, ...] = ()


Where: TypeAlias = dict[str, Scalar | tuple[Scalar, ...]]


@dataclass(frozen=True, kw_only=True)
class Measured(Closed):
    """What every metric may have: a filter on properties, the span it is counted over, the mini program."""

    where: Where = field(default_factory=dict)
    per: Per | None = None
    program: Id | None = None


@dataclass(frozen=True, kw_only=True)
class CountMetric(Measured):
    """How often an event happened."""

    kind: Literal["count"]
    event: str


@dataclass(frozen=True, kw_only=True)
class SumMetric(Measured):
    """The sum of a number that an event carries."""

    kind: Literal["sum"]
    event: str
    prop: str


@dataclass(frozen=True, kw_only=True)
class PersonsMetric(Measured):
    """How many persons an event happened to."""

    kind: Literal["persons"]
    event: str


Simple: TypeAlias = Annotated[CountMetric | SumMetric | PersonsMetric, Field(discriminator="kind")]


@dataclass(frozen=True, kw_only=True)
class RatioMetric(Measured):
    """One count, sum or number of persons divided by another."""

    kind: Literal["ratio"]
    of: Simple
    to: Simple


@dataclass(frozen=True, kw_only=True)
class ConversionMetric(Measured):
    """Of those who began a scenario, the share that came to its end."""

    kind: Literal["conversion"]
    scenario: str


@dataclass(frozen=True, kw_only=True)
class RepeatMetric(Measured):
    """Of the persons an event happened to, the share to whom it happened again within so many days."""

    kind: Literal["repeat"]
    event: str
    window_days: Count1


@dataclass(frozen=True, kw_only=True)
class RetentionMetric(Measured):
    """Of those who came for the first time, the share that came again on that day after it."""

    kind: Literal["retention"]
    day: Count1


Metric: TypeAlias = Annotated[
    CountMetric | SumMetric | PersonsMetric | RatioMetric | ConversionMetric | RepeatMetric | RetentionMetric,
    Field(discriminator="kind"),
]


@dataclass(frozen=True, kw_only=True)
class Goal(Closed):
    """A number that is to change by a date. `baseline` and `target` are in the metric's own unit."""

    id: Id
    statement: str
    metric: Metric
    baseline: float
    target: float
    due: dt.date
    direction: Direction = "up"
    pain: Id | None = None


@dataclass(frozen=True, kw_only=True)
class Criterion(Closed):
    """What competitors are compared by."""

    id: Id
    name: str
    side: Side


@dataclass(frozen=True, kw_only=True)
class Evidence(Closed):
    """What was seen of a competitor, and when."""

    on: dt.date
    note: str


@dataclass(frozen=True, kw_only=True)
class Competitor(Closed):
    """Somebody else's mini program, scored 0 to 5 on the criteria."""

    id: Id
    name: str
    business_model: str = ""
    scores: dict[Id, Score] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Opening(Closed):
    """A criterion on which nobody is good: the feature that answers it, or why we leave it."""

    criterion: Id
    feature: Id | None = None
    waived: str | None = None


@dataclass(frozen=True, kw_only=True)
class Competitors(Closed):
    """The side-by-side and what follows from it."""

    criteria: tuple[Criterion, ...] = ()
    entries: tuple[Competitor, ...] = ()
    openings: tuple[Opening, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Feature(Closed):
    """Something customers can do, and the scenarios it lives in."""

    id: Id
    name: str
    priority: Priority
    kind: FeatureKind
    scenarios: tuple[Id, ...] = ()
