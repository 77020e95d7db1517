"""One moment of the machine during a load test."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class Look:
    """One moment. CPU is in percent of one core; `jobs` wait to be done, `locked` sessions wait for a lock."""

    at: float
    cpu: dict[str, float] = field(default_factory=dict)
    machine: float = 0.0
    jobs: int | None = None
    locked: int | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
