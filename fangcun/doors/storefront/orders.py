"""Quotes, orders and their payment: the trading part of the storefront API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import Field

from fangcun.build.rollout.attempts import note_attempt
from fangcun.doors.storefront.auth import MemberAuth, account_of, actor_of, member_of, version_of
from fangcun.doors.storefront.cart import BigId
from fangcun.doors.storefront.order_schemas import (
    CancelIn,
    GroupIn,
    LineIn,
    OrderIn,
    OrderOut,
    OrdersOut,
    PrepayOut,
    QuoteIn,
    QuoteOut,
    StatusName,
)
from fangcun.doors.storefront.order_shapes import (
    first_step,
    order_detail,
    order_out,
    order_outs,
    quote_out,
)
from fangcun.doors.storefront.schemas import errors
from fangcun.flows import checkout
from fangcun.flows.checkout import GroupChoice
from fangcun.grow.groupbuy.queries import groups_of_orders
from fangcun.identity.members import queries as members
from fangcun.kernel.errors import GatewayError
from fangcun.shop.orders import queries, services
from fangcun.shop.orders.models import Order

router = Router(tags=["orders"], auth=MemberAuth())

IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[ -~]*[!-~][ -~]*$"},
    "description": "Fresh for each order, the same when an order is sent again.",
}


@router.post("/quote", response={200: QuoteOut, **errors(400, 401, 404, 409, 422)})
def quote(request: HttpRequest, body: QuoteIn) -> QuoteOut:
    """What the ticked lines of the cart, or the given lines, would cost now; problems are named."""
    account = account_of(request)
    address = (
        members.default_address(account.member)
        if body.address_id is None
        else members.address_of(account.member, body.address_id)
    )
    found = checkout.quote(
        account=account,
        lines=_pairs(body.lines),
        address=address,
        coupon_id=body.coupon_id,
        points=body.points,
        group=_group(body.group),
    )
    return quote_out(found)


@router.post(
    "/orders",
    response={201: OrderOut, 200: OrderOut, **errors(400, 401, 404, 409, 422)},
    openapi_extra={"parameters": [IDEMPOTENCY_KEY]},
)
def place_order(request: HttpRequest, body: OrderIn) -> Status[OrderOut]:
    """Buy. Send a fresh Idempotency-Key for each order and the same one again when the answer got lost."""
    account = account_of(request)
    placed = checkout.place(
        account=account,
        address=members.address_of(account.member_id, body.address_id),
        idempotency_key=request.headers.get("Idempotency-Key", ""),
        lines=_pairs(body.lines),
        remark=body.remark,
        expected_total_amount=body.expected_total_amount,
        coupon_id=body.coupon_id,
        points=body.points,
        group=_group(body.group),
    )
    if not placed.is_new:
        return Status(200, order_detail(placed.order))
    order, steps = placed.order, [first_step(placed.order)]
    group = groups_of_orders([order.pk]).get(order.pk) if order.held_for else None
    return Status(201, order_out(order, placed.lines, placed.discounts, group=group, timeline=steps))


@router.get("/orders", response={200: OrdersOut, **errors(400, 401, 422)})
def list_orders(
    request: HttpRequest,
    status: StatusName | None = None,
    cursor: BigId | None = None,
    limit: Annotated[int, Field(ge=1, le=50)] = 20,
) -> OrdersOut:
    """The member's orders, the newest first."""
    found = queries.orders_of(
        member_id=member_of(request).pk, status=status, before_id=cursor, limit=limit + 1
    )
    page = found[:limit]
    following = str(page[-1].pk) if len(found) > limit else None
    return OrdersOut(items=order_outs(page), next_cursor=following)


@router.get("/orders/{number}", response={200: OrderOut, **errors(400, 401, 404)})
def get_order(request: HttpRequest, number: str) -> OrderOut:
    """One order with its timeline."""
    return order_detail(_own(request, number))


@router.post("/orders/{number}/pay", response={200: PrepayOut, **errors(400, 401, 404, 409, 502)})
def pay_order(request: HttpRequest, number: str) -> PrepayOut:
    """What the phone hands to wx.requestPayment."""
    order, account = _own(request, number), account_of(request)
    version = version_of(request)
    try:
        prepay = services.pay_order(order, account=account)
    except GatewayError as error:
        note_attempt(
            order.number, program_id=account.program_id, version=version, failed=error.code or "failed"
        )
        raise
    note_attempt(order.number, program_id=account.program_id, version=version)
    return PrepayOut.from_orm(prepay)


@router.post("/orders/{number}/pay/check", response={200: OrderOut, **errors(400, 401, 404, 502)})
def check_payment(request: HttpRequest, number: str) -> OrderOut:
    """Ask WeChat now whether the order is paid: the phone calls this when its cashier has closed."""
    services.check_payment(_own(request, number))
    return order_detail(_own(request, number))


@router.post("/orders/{number}/cancel", response={200: OrderOut, **errors(400, 401, 404, 409)})
def cancel_order(request: HttpRequest, number: str, body: CancelIn = CancelIn()) -> OrderOut:  # noqa: B008
    """Give up an order that is unpaid, or paid and still waiting for its group."""
    order = _own(request, number)
    services.cancel_order(order, by=actor_of(request), reason=body.reason)
    return order_detail(order)


@router.post("/orders/{number}/confirm", response={200: OrderOut, **errors(400, 401, 404, 409)})
def confirm_receipt(request: HttpRequest, number: str) -> OrderOut:
    """Say that the goods have arrived."""
    order = _own(request, number)
    services.confirm_receipt(order, by=actor_of(request))
    return order_detail(order)


def _own(request: HttpRequest, number: str) -> Order:
    return queries.order_of(member_id=member_of(request).pk, number=number)


def _pairs(lines: Sequence[LineIn] | None) -> list[tuple[int, int]] | None:
    return None if lines is None else [(line.sku_id, line.quantity) for line in lines]


def _group(choice: GroupIn | None) -> GroupChoice | None:
    return None if choice is None else GroupChoice(choice.campaign_id, choice.number)
