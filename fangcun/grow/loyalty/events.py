"""What loyalty tells the other rooms."""

from __future__ import annotations

from dataclasses import dataclass

from fangcun.kernel.events import Event


@dataclass(frozen=True)
class PointsChanged(Event):
    """A member's points went up or down. `program_id` is None where no mini program was part of it.

    `key` is that of the ledger's entry, `reference` an order's number or "".
    """

    member_id: int
    program_id: int | None
    points: int
    balance: int
    reason: str
    key: str
    reference: str


@dataclass(frozen=True)
class TierChanged(Event):
    """A member rose or fell; ranks are 0 for none. `change_id` is the row of the history."""

    member_id: int
    change_id: int
    source_rank: int
    target_rank: int
    name: str
    rose: bool


@dataclass(frozen=True)
class CheckedIn(Event):
    """A member checked in today."""

    member_id: int
    program_id: int
    day: str
    streak: int
    points: int


@dataclass(frozen=True)
class ActivitySignedUp(Event):
    """A member has a place at an activity."""

    member_id: int
    program_id: int
    activity_id: int
    sign_up_id: int
    times: int


@dataclass(frozen=True)
class ActivityCalledOff(Event):
    """An activity will not take place; those who had a place should know."""

    activity_id: int
