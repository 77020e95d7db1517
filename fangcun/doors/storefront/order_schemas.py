"""What the trading part of the storefront API takes and gives."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from fangcun.doors.storefront.cart import BigId, CartLineOut
from fangcun.doors.storefront.identity import AddressOut
from fangcun.shop.orders.states import OrderStatus

Action = Literal["pay", "cancel", "confirm", "rebuy"]
StatusName = Literal["pending_payment", "paid", "shipped", "completed", "cancelled"]


class LineIn(Schema):
    sku_id: BigId
    quantity: Annotated[int, Field(ge=-(2**31), lt=2**31)]


class GroupIn(Schema):
    """The campaign to buy in; without a number a new group is opened."""

    campaign_id: BigId
    number: Annotated[str, Field(min_length=1, max_length=32)] | None = None


class QuoteIn(Schema):
    """`coupon_id` null: the best one, 0: none. `points` null or 0: none; more than allowed: as many as allowed."""

    lines: list[LineIn] | None = None
    address_id: BigId | None = None
    coupon_id: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    points: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    group: GroupIn | None = None


class ProblemOut(Schema):
    sku_id: int | None
    code: str
    message: str


class QuoteLineOut(CartLineOut):
    """`price_amount` a piece now, `original_price_amount` on the shelf; `discount_amount` is the line's share."""

    original_price_amount: int
    discount_amount: int
    labels: list[str]


class DiscountOut(Schema):
    kind: Literal["threshold", "tier", "coupon", "points"]
    title: str
    amount: int


class CouponChoiceOut(Schema):
    """One coupon of the member: what it would take off here, or why it can't be used."""

    id: int
    title: str
    condition: str
    amount: int
    usable: bool
    reason: str
    chosen: bool
    expires_at: datetime


class PointsOut(Schema):
    """Points of the member: how many he has, could spend here at most, spends here; what those two take off."""

    balance: int
    most: int
    most_amount: int
    used: int
    amount: int


class GiftOut(Schema):
    sku_id: int
    title: str
    cover: str
    quantity: int


class QuoteOut(Schema):
    """`items_amount` - `discount_amount` + `freight_amount` = `total_amount`.

    `discount_amount` is the sum of `discounts`, and of the lines' shares. Lower prices of a piece are in
    `items_amount` already, free freight in `freight_amount`: `freight_saved_amount` says what it would be more.
    """

    lines: list[QuoteLineOut]
    items_amount: int
    freight_amount: int
    freight_saved_amount: int
    freight_note: str
    discount_amount: int
    discounts: list[DiscountOut]
    coupons: list[CouponChoiceOut]
    points: PointsOut | None
    gifts: list[GiftOut]
    hints: list[str]
    total_amount: int
    address: AddressOut | None
    problems: list[ProblemOut]
    can_submit: bool


class OrderIn(Schema):
    lines: list[LineIn] | None = None
    address_id: BigId
    remark: str = Field("", max_length=200)
    expected_total_amount: int | None = Field(None, ge=0, lt=2**63)
    coupon_id: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    points: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    group: GroupIn | None = None


class OrderLineOut(Schema):
    sku_id: int
    product_id: int
    title: str
    sku_title: str
    cover: str
    price_amount: int
    original_price_amount: int
    quantity: int
    line_amount: int
    discount_amount: int
    is_gift: bool
    refunded_quantity: int


class OrderGroupOut(Schema):
    number: str
    status: str


class OrderAddressOut(Schema):
    name: str
    phone: str
    province: str
    city: str
    district: str
    detail: str


class ShipmentOut(Schema):
    carrier: str
    carrier_name: str
    tracking_number: str
    shipped_at: datetime


class StepOut(Schema):
    at: datetime
    status: str
    text: str
    note: str


class OrderOut(Schema):
    number: str
    status: OrderStatus
    status_text: str
    created_at: datetime
    expires_at: datetime | None
    paid_at: datetime | None
    shipped_at: datetime | None
    completed_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str
    items_amount: int
    freight_amount: int
    freight_saved_amount: int
    discount_amount: int
    discounts: list[DiscountOut]
    points_used: int
    total_amount: int
    paid_amount: int
    refunded_amount: int
    refund_status: Literal["refunding", "refunded"] | None
    remark: str
    address: OrderAddressOut
    lines: list[OrderLineOut]
    shipments: list[ShipmentOut]
    timeline: list[StepOut]
    actions: list[Action]
    held_for: Literal["", "group"]
    group: OrderGroupOut | None


class OrdersOut(Schema):
    items: list[OrderOut]
    next_cursor: str | None


class PrepayOut(Schema):
    timeStamp: str  # noqa: N815 - the names that wx.requestPayment wants
    nonceStr: str  # noqa: N815
    package: str
    signType: str  # noqa: N815
    paySign: str  # noqa: N815


class CancelIn(Schema):
    reason: Annotated[str, Field(max_length=100)] = ""
