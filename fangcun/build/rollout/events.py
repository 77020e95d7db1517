"""What rollouts tell: the room of releases acts on it (WeChat's grey release, or words for the staff)."""

from __future__ import annotations

from dataclasses import dataclass

from fangcun.kernel.events import Event


@dataclass(frozen=True)
class RolloutStepped(Event):
    """So many per cent are to have the version from now on; also told at the start. 100 is told by RolloutFinished."""

    rollout_id: int
    program_id: int
    version: str
    percent: int
    release_number: str


@dataclass(frozen=True)
class RolloutTurnedBack(Event):
    """Nobody is to have the version any more; `reason` is for people."""

    rollout_id: int
    program_id: int
    version: str
    reason: str
    release_number: str


@dataclass(frozen=True)
class RolloutFinished(Event):
    """Everybody is to have the version."""

    rollout_id: int
    program_id: int
    version: str
    release_number: str
