from __future__ import annotations

from dataclasses import dataclass

from fangcun.kernel.events import Event


@dataclass(frozen=True)
class GroupNews(Event):
    """What every piece of news about a group carries; `at` as ISO 8601."""

    group_id: int
    number: str
    campaign_id: int
    program_id: int
    opener_id: int
    size: int
    at: str


@dataclass(frozen=True)
class GroupOpened(GroupNews):
    """The opener has paid: friends may join until the time is over."""

    sku_id: int


@dataclass(frozen=True)
class GroupJoined(GroupNews):
    """Somebody has paid for a seat."""

    seat_id: int
    member_id: int


@dataclass(frozen=True)
class GroupFormed(GroupNews):
    """All seats are paid, and every order is free to be shipped."""


@dataclass(frozen=True)
class GroupFailed(GroupNews):
    """It ended without being full; every order of it is given up one by one."""

    members: int
    reason: str


@dataclass(frozen=True)
class GroupResult(Event):
    """What came of the group for one member who had paid: his order ships, or his money goes back. Amount in fen."""

    seat_id: int
    number: str
    member_id: int
    program_id: int
    order_number: str
    title: str
    amount: int
    members: int
    formed: bool
    reason: str
    at: str
