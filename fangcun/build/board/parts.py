"""What the board consists of. Plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fangcun.build.papers.blocking import Blocker

State = Literal["go", "note", "stop"]


@dataclass(frozen=True, slots=True)
class Part:
    """One field of the board: what is known, what blocks, what is worth a look and blocks nothing."""

    name: str
    title: str
    link: str
    facts: tuple[str, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    notes: tuple[Blocker, ...] = ()

    @property
    def state(self) -> State:
        """Whether this part is in the way."""
        if self.blockers:
            return "stop"
        return "note" if self.notes else "go"


@dataclass(frozen=True, slots=True)
class Board:
    """All parts in the order in which a launch goes through them."""

    parts: tuple[Part, ...]

    @property
    def blockers(self) -> tuple[Blocker, ...]:
        """Everything that blocks, what comes first in a launch first."""
        return tuple(blocker for part in self.parts for blocker in part.blockers)

    @property
    def ready(self) -> bool:
        """Whether nothing blocks."""
        return not self.blockers
