"""What a sale is made on besides the shop's own offers; told by whoever is above the shop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PointsOffer:
    """What a member could spend. `points_per_yuan` points are worth 100 fen; at most `most_permille` of the goods.

    `wanted` None: as many as allowed; 0: none; more than allowed is cut to what is allowed.
    """

    balance: int
    points_per_yuan: int
    most_permille: int
    wanted: int | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """The conditions of one sale. Prices in fen for one piece, by SKU.

    `group_prices` make it a group's sale: they stand instead of every other price, and what else may combine with
    them is said by the stacking rules. Flash sales begin `early_hours` earlier. `coupon_id` None: the best one;
    0: none; else this one.
    """

    tier: int = 0
    tier_permille: int = 1000
    free_freight: bool = False
    early_hours: int = 0
    points: PointsOffer | None = None
    group_prices: Mapping[int, int] = field(default_factory=dict)
    member_prices: Mapping[int, int] = field(default_factory=dict)
    held_for: str = ""
    coupon_id: int | None = None


PLAIN = Terms()
