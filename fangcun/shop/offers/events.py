from __future__ import annotations

from dataclasses import dataclass

from fangcun.kernel.events import Event


@dataclass(frozen=True)
class CouponsGiven(Event):
    """Members got coupons that they did not take themselves. `expires_at` as ISO 8601."""

    template_id: int
    title: str
    source: str
    expires_at: str
    coupons: list[list[int]]
    """[coupon id, member id] of each."""


@dataclass(frozen=True)
class CouponExpiring(Event):
    """An unused coupon ends soon. `expires_at` as ISO 8601."""

    coupon_id: int
    member_id: int
    title: str
    expires_at: str
