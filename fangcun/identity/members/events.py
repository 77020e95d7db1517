"""What the members' room tells the others."""

from __future__ import annotations

from dataclasses import dataclass

from fangcun.kernel.events import Event


@dataclass(frozen=True)
class MemberLoggedIn(Event):
    """A member logged in through a mini program; `at` as ISO 8601."""

    member_id: int
    program_id: int
    at: str


@dataclass(frozen=True)
class MembersMerged(Event):
    """Two members turned out to be one person; what belonged to `gone_id` belongs to `kept_id` now."""

    kept_id: int
    gone_id: int
