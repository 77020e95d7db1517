"""Faults that show only when the package runs, planted in one program each so that few walks find many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.audit.corpus import Files


@dataclass(frozen=True, slots=True)
class Ground:
    """A program with several faults of a walk: `expected` are its rules, by the page they must be told of ("" any).

    Rules in `silent` must not speak: near misses stand beside the faults.
    """

    base: str
    change: Callable[[Files], None]
    expected: tuple[tuple[str, str], ...]
    silent: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return self.change.__name__
