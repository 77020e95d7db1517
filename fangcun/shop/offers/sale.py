"""The shapes of a sale: what is to be bought, and what it costs. Pure; amounts in fen."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class DiscountKind(models.TextChoices):
    FLASH = "flash", _("秒杀价")
    LIMITED = "limited", _("限时价")
    MEMBER_PRICE = "member_price", _("会员价")
    GROUP = "group", _("拼团价")
    THRESHOLD = "threshold", _("满减满赠")
    TIER = "tier", _("会员折扣")
    COUPON = "coupon", _("优惠券")
    FREIGHT_COUPON = "freight_coupon", _("免运费券")
    FREE_FREIGHT = "free_freight", _("会员包邮")
    POINTS = "points", _("积分抵扣")


# Told by the price of a piece, so that no sum counts them twice.
IN_PRICE = frozenset(
    {DiscountKind.FLASH, DiscountKind.LIMITED, DiscountKind.MEMBER_PRICE, DiscountKind.GROUP}
)
# The freight is told without them.
ON_FREIGHT = frozenset({DiscountKind.FREIGHT_COUPON, DiscountKind.FREE_FREIGHT})
BY_COUPON = frozenset({DiscountKind.COUPON, DiscountKind.FREIGHT_COUPON})


@dataclass(frozen=True, slots=True)
class SaleLine:
    """So many of one SKU, at its price on the shelf. `category_ids` are its category and the one above."""

    sku_id: int
    product_id: int
    category_ids: tuple[int, ...]
    quantity: int
    list_amount: int


@dataclass(frozen=True, slots=True)
class PricedLine:
    """One line and what it costs: `price_amount` a piece, less its share of what is taken off the whole."""

    sku_id: int
    quantity: int
    list_amount: int
    price_amount: int
    discount_amount: int = 0
    labels: tuple[str, ...] = ()

    @property
    def line_amount(self) -> int:
        return self.price_amount * self.quantity

    @property
    def net_amount(self) -> int:
        return self.line_amount - self.discount_amount


@dataclass(frozen=True, slots=True)
class Discount:
    """What one offer takes off. Those in the price and those on the freight are told for the record only.

    `quantity`: how many pieces have that price; `points`: how many of the member's points paid it.
    """

    kind: DiscountKind
    source_id: int
    title: str
    amount: int
    points: int = 0
    quantity: int = 0

    @property
    def on_goods(self) -> bool:
        return self.kind not in IN_PRICE and self.kind not in ON_FREIGHT


@dataclass(frozen=True, slots=True)
class Gift:
    """What is given with it, while there is some."""

    sku_id: int
    quantity: int
    source_id: int
    title: str


@dataclass(frozen=True, slots=True)
class CouponChoice:
    """One coupon of the member and what it would take off here, or why it can't be used."""

    coupon_id: int
    template_id: int
    title: str
    condition: str
    amount: int
    usable: bool
    reason: str
    chosen: bool
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class PointsUse:
    """Points of the member: how many he has, could spend here, spends here, and what the latter two take off."""

    balance: int
    most: int
    most_amount: int
    used: int
    amount: int


@dataclass(frozen=True, slots=True)
class Priced:
    """What a sale costs. `items_amount` less `discount_amount` and with `freight_amount` is the total.

    The discounts of the lines add up to `discount_amount`; so do those `discounts` that are neither in the price
    of a piece nor on the freight. `freight_saved_amount` is what the freight would have cost more.
    """

    lines: tuple[PricedLine, ...]
    items_amount: int
    discount_amount: int
    freight_amount: int
    freight_saved_amount: int
    discounts: tuple[Discount, ...] = ()
    gifts: tuple[Gift, ...] = ()
    coupons: tuple[CouponChoice, ...] = ()
    points: PointsUse | None = None
    hints: tuple[str, ...] = ()

    @property
    def total_amount(self) -> int:
        return self.items_amount - self.discount_amount + self.freight_amount

    @property
    def points_used(self) -> int:
        return self.points.used if self.points else 0

    @property
    def coupon_id(self) -> int | None:
        return next((one.coupon_id for one in self.coupons if one.chosen), None)

    @property
    def template_id(self) -> int | None:
        return next((one.template_id for one in self.coupons if one.chosen), None)
