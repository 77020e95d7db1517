"""What the members' room tells the others."""

from __future__ import annotations

from dataclasses import dataclass

from fangcun.kernel.events import Event


@dataclass(frozen=True)
class MemberLoggedIn(Event):
    """A member logged in through a mini program."""

    member_id: int
    program_id: int


@dataclass(frozen=True)
class MembersMerged(Event):
    """Two members turned out to be one person; what belonged to `gone_id` belongs to `kept_id` now."""

    kept_id: int
    gone_id: int
