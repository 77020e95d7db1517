"""What a member's loyalty is made of: points, check-ins, tiers and activities."""

from fangcun.grow.loyalty.models.activities import Activity, SignUp
from fangcun.grow.loyalty.models.check_in import CheckIn
from fangcun.grow.loyalty.models.points import Card, Lot, LotUse, OrderPoints, PointsEntry
from fangcun.grow.loyalty.models.rules import Rules
from fangcun.grow.loyalty.models.tiers import GrowthEntry, MemberPrice, Tier, TierChange

__all__ = [
    "Activity", "Card", "CheckIn", "GrowthEntry", "Lot", "LotUse", "MemberPrice", "OrderPoints", "PointsEntry",
    "Rules", "SignUp", "Tier", "TierChange",
]  # fmt: skip
