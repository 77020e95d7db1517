"""The shapes of offers that run, of coupons that are held, and of what may combine with what. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.db import models
from django.utils.translation import gettext_lazy as _

from fangcun.shop.offers.sale import DiscountKind, SaleLine


class ScopeKind(models.TextChoices):
    ALL = "all", _("全部商品")
    CATEGORIES = "categories", _("指定分类")
    PRODUCTS = "products", _("指定商品")


class CouponKind(models.TextChoices):
    AMOUNT = "amount", _("满减券")
    PERCENT = "percent", _("折扣券")
    FREIGHT = "freight", _("免运费券")
    EXCHANGE = "exchange", _("兑换券")


class ThresholdKind(models.TextChoices):
    SPEND_SAVE = "spend_save", _("满额立减")
    PIECES_PRICE = "pieces_price", _("N 件一口价")
    PIECES_FREE = "pieces_free", _("买 N 件付 M 件")
    GIFT = "gift", _("满额赠品")


# What the rows and columns of the stacking matrix are: prices of a piece, then what is taken off the whole.
PRICE_KINDS = (DiscountKind.FLASH, DiscountKind.LIMITED, DiscountKind.MEMBER_PRICE, DiscountKind.GROUP)
STAGES = (DiscountKind.THRESHOLD, DiscountKind.TIER, DiscountKind.COUPON)
ON_TOP = (*STAGES, DiscountKind.POINTS)
PAIRS = tuple(
    [(price, top) for price in PRICE_KINDS for top in ON_TOP]
    + [(first, second) for number, first in enumerate(ON_TOP) for second in ON_TOP[number + 1 :]]
)
USUALLY_APART = frozenset(
    {
        (DiscountKind.FLASH, DiscountKind.THRESHOLD),
        (DiscountKind.FLASH, DiscountKind.TIER),
        (DiscountKind.FLASH, DiscountKind.COUPON),
        (DiscountKind.MEMBER_PRICE, DiscountKind.TIER),
        (DiscountKind.GROUP, DiscountKind.THRESHOLD),
        (DiscountKind.GROUP, DiscountKind.TIER),
        (DiscountKind.GROUP, DiscountKind.COUPON),
    }
)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which goods an offer is for."""

    kind: ScopeKind = ScopeKind.ALL
    ids: frozenset[int] = frozenset()

    def covers(self, line: SaleLine) -> bool:
        """Whether it is for this line."""
        if self.kind == ScopeKind.ALL:
            return True
        if self.kind == ScopeKind.PRODUCTS:
            return line.product_id in self.ids
        return not self.ids.isdisjoint(line.category_ids)


@dataclass(frozen=True)
class Stacking:
    """Which kinds don't combine on one line, and in which order those on the whole are taken off.

    Of two that don't combine the one that comes first is taken.
    """

    order: tuple[DiscountKind, ...] = STAGES
    apart: frozenset[tuple[DiscountKind, DiscountKind]] = USUALLY_APART

    @cached_property
    def _both_ways(self) -> frozenset[tuple[str, str]]:
        return frozenset(pair for a, b in self.apart for pair in ((str(a), str(b)), (str(b), str(a))))

    def bar(self, applied: Iterable[str], kind: str) -> str | None:
        """What of that which was applied already keeps this kind off; None when nothing does."""
        return next((one for one in applied if (one, kind) in self._both_ways), None)


@dataclass(frozen=True, slots=True)
class LimitedOffer:
    """One SKU at another price for some time."""

    offer_id: int
    sku_id: int
    title: str
    price_amount: int
    starts_at: dt.datetime
    ends_at: dt.datetime

    def runs(self, now: dt.datetime) -> bool:
        """Whether it counts at this moment."""
        return self.starts_at <= now < self.ends_at


@dataclass(frozen=True, slots=True)
class FlashOffer(LimitedOffer):
    """So many pieces of one SKU at another price; `offer_id` is the line of the sale."""

    per_member: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """What is needed (fen or pieces) and what is given for it: fen off, fen for all of them, pieces, a gift."""

    need: int
    give: int
    sku_id: int = 0


@dataclass(frozen=True, slots=True)
class ThresholdRule:
    """What is taken off, or given, when enough is bought. Steps go up; the highest one reached counts."""

    threshold_id: int
    title: str
    kind: ThresholdKind
    scope: Scope
    steps: tuple[Step, ...]
    priority: int
    starts_at: dt.datetime
    ends_at: dt.datetime | None

    def runs(self, now: dt.datetime) -> bool:
        """Whether it counts at this moment."""
        return self.starts_at <= now and (self.ends_at is None or now < self.ends_at)


@dataclass(frozen=True, slots=True)
class CouponTerms:
    """What a coupon gives. `value_amount`: fen off, or what the exchanged piece costs; `permille`: what is paid."""

    kind: CouponKind
    title: str
    value_amount: int = 0
    permille: int = 1000
    cap_amount: int | None = None
    threshold_amount: int = 0
    scope: Scope = Scope()


@dataclass(frozen=True, slots=True)
class HeldCoupon:
    """One unused coupon of a member."""

    coupon_id: int
    template_id: int
    terms: CouponTerms
    starts_at: dt.datetime
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Running:
    """All that the shop offers now or soon, by SKU where it is one SKU's."""

    limited: Mapping[int, tuple[LimitedOffer, ...]] = field(default_factory=dict)
    flash: Mapping[int, tuple[FlashOffer, ...]] = field(default_factory=dict)
    thresholds: tuple[ThresholdRule, ...] = ()
    stacking: Stacking = Stacking()
    any_coupons: bool = False

    def gift_skus(self, now: dt.datetime) -> frozenset[int]:
        """What may be given now."""
        return frozenset(
            step.sku_id
            for rule in self.thresholds
            if rule.kind == ThresholdKind.GIFT and rule.runs(now)
            for step in rule.steps
        )


NOTHING = Running()
