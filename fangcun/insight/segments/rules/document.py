"""A rule as it is written down, read into plain values. What is wrong is said with its place."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from fangcun.insight.analytics.conditions import Condition

How: TypeAlias = Literal["all", "any", "none"]
OPERATORS = (">=", ">", "==", "<", "<=")


@dataclass(frozen=True, slots=True)
class When:
    """A time: the last so many calendar days of the shop, today included, or days of it; ever without any."""

    days: int | None = None
    first: dt.date | None = None
    last: dt.date | None = None

    def dates(self, today: dt.date) -> tuple[dt.date | None, dt.date | None]:
        """The first and the last day, both included; None where it is open."""
        if self.days is None:
            return self.first, self.last
        return today - dt.timedelta(days=self.days - 1), today


@dataclass(frozen=True, slots=True)
class Did:
    """How often something happened to a person. `event` "" is any event."""

    event: str
    where: tuple[Condition, ...]
    op: str
    number: int
    when: When


@dataclass(frozen=True, slots=True)
class Summed:
    """What a property of a person's events adds up to, counted to the thousandth."""

    event: str
    prop: str
    where: tuple[Condition, ...]
    op: str
    value: float
    when: When


@dataclass(frozen=True, slots=True)
class Happened:
    """When something happened to a person for the first or the last time.

    `over` says "longer ago than so many days"; without it `when` says between which days.
    """

    which: Literal["first", "last"]
    event: str
    where: tuple[Condition, ...]
    when: When
    over: int | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of a member: see `facts`."""

    fact: str
    yes: bool = True
    when: When = When()
    program: int = 0
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scored:
    """RFM scores, each one of those listed (empty: any), and the named group one of `groups` (empty: any)."""

    r: tuple[int, ...] = ()
    f: tuple[int, ...] = ()
    m: tuple[int, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Staged:
    """The stage of the lifecycle is one of these."""

    stages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Within:
    """Is in another segment."""

    segment: int


@dataclass(frozen=True, slots=True)
class Listed:
    """Is among the persons that a question of another kind answers with, such as those who dropped in a funnel."""

    kind: str
    question: str


Leaf: TypeAlias = Did | Summed | Happened | Fact | Scored | Staged | Within | Listed


@dataclass(frozen=True, slots=True)
class Group:
    """All, any or none of these hold."""

    how: How
    parts: tuple[Part, ...]


Part: TypeAlias = Group | Leaf


def leaves_of(part: Part) -> list[Leaf]:
    """Every condition of a rule, in the order in which they are written."""
    if isinstance(part, Group):
        return [leaf for one in part.parts for leaf in leaves_of(one)]
    return [part]


def segments_in(document: Any) -> list[int]:
    """Which segments a rule that was read before asks for."""
    if not isinstance(document, dict):
        return []
    found = [document["segment"]] if document.get("kind") == "segment" else []
    for how in ("all", "any", "none"):
        for part in document.get(how, ()):
            found += segments_in(part)
    return found
