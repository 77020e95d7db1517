"""What the doors of coupons, flash sales and prices take and give. Amounts in fen."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from fangcun.shop.offers.rules import CouponKind

CouponStatusName = Literal["usable", "used", "expired"]


class CouponOut(Schema):
    """One coupon of the member. `value_text` is what stands large on it, e.g. "¥10", "9 折", "免运费", "兑换"."""

    id: int
    template_id: int
    title: str
    kind: CouponKind
    value_text: str
    condition: str
    scope_text: str
    status: CouponStatusName
    starts_at: datetime
    expires_at: datetime
    not_yet: bool
    order_number: str | None
    product_ids: list[int]
    category_ids: list[int]


class CouponsOut(Schema):
    items: list[CouponOut]
    counts: dict[CouponStatusName, int]
    server_time: datetime


class CouponTemplateOut(Schema):
    """A coupon that can be claimed. `left` is None when there is no end of them."""

    id: int
    title: str
    kind: CouponKind
    value_text: str
    condition: str
    scope_text: str
    validity_text: str
    left: int | None
    taken_permille: int
    claim_ends_at: datetime | None
    state: Literal["claimable", "claimed", "gone", "not_for_you"]
    reason: str


class CouponTemplatesOut(Schema):
    items: list[CouponTemplateOut]
    server_time: datetime


class ClaimIn(Schema):
    """`token` comes with a link to a coupon that is not shown to everybody."""

    token: Annotated[str, Field(max_length=32)] = ""


class RedeemIn(Schema):
    code: Annotated[str, Field(min_length=1, max_length=40)]


class FlashLineOut(Schema):
    """One SKU of a flash sale; `mine` is how many of it the member took, of `per_member` at most (None: no limit)."""

    sku_id: int
    product_id: int
    title: str
    sku_title: str
    cover: str
    list_price_amount: int
    price_amount: int
    stock: int
    stock_left: int
    taken_permille: int
    per_member: int | None
    mine: int


class FlashSaleOut(Schema):
    id: int
    title: str
    state: Literal["running", "next"]
    starts_at: datetime
    ends_at: datetime
    lines: list[FlashLineOut]


class FlashSalesOut(Schema):
    items: list[FlashSaleOut]
    server_time: datetime


class SkuPriceOut(Schema):
    """What a SKU costs at this moment; `kind` says why it is less than `list_price_amount`, None when it isn't."""

    sku_id: int
    list_price_amount: int
    price_amount: int
    kind: Literal["flash", "limited", "member_price"] | None
    label: str
    ends_at: datetime | None
    stock_left: int | None
    per_member: int | None


class ComingPriceOut(Schema):
    """A flash sale or limited-time price that has not begun."""

    sku_id: int
    kind: Literal["flash", "limited"]
    label: str
    price_amount: int
    starts_at: datetime


class ThresholdOut(Schema):
    id: int
    label: str
    text: str
    ends_at: datetime | None


class GroupOfferOut(Schema):
    """The group-buy that this product is in."""

    campaign_id: int
    size: int
    price_amount: int
    ends_at: datetime | None


class ProductOffersOut(Schema):
    skus: list[SkuPriceOut]
    coming: list[ComingPriceOut]
    thresholds: list[ThresholdOut]
    coupons: list[CouponTemplateOut]
    group: GroupOfferOut | None
    server_time: datetime
