"""What the trading part of the storefront API takes and gives."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

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


class QuoteIn(Schema):
    lines: list[LineIn] | None = None
    address_id: BigId | None = None


class ProblemOut(Schema):
    sku_id: int | None
    code: str
    message: str


class QuoteOut(Schema):
    lines: list[CartLineOut]
    items_amount: int
    freight_amount: int
    freight_note: str
    discount_amount: int
    discounts: list[dict[str, Any]]
    total_amount: int
    address: AddressOut | None
    problems: list[ProblemOut]
    can_submit: bool


class OrderIn(Schema):
    lines: list[LineIn] | None = None
    address_id: BigId
    remark: str = Field("", max_length=200)
    expected_total_amount: int | None = Field(None, ge=0, lt=2**63)


class OrderLineOut(Schema):
    sku_id: int
    product_id: int
    title: str
    sku_title: str
    cover: str
    price_amount: int
    quantity: int
    line_amount: int


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
    discount_amount: int
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
