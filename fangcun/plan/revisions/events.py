"""What this room tells the house."""

from __future__ import annotations

from dataclasses import dataclass

from fangcun.kernel.events import Event


@dataclass(frozen=True)
class BlueprintPublished(Event):
    """A plan holds from now on; of two that were published in a row the higher number is the newer."""

    revision_id: int
    number: int
