"""Quotes, orders and their payment: the trading part of the storefront API."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import Field

from fangcun.doors.storefront.auth import MemberAuth, account_of, actor_of, member_of
from fangcun.doors.storefront.cart import BigId, line_out
from fangcun.doors.storefront.identity import AddressOut
from fangcun.doors.storefront.order_schemas import (
    Action,
    CancelIn,
    LineIn,
    OrderIn,
    OrderLineOut,
    OrderOut,
    OrdersOut,
    PrepayOut,
    ProblemOut,
    QuoteIn,
    QuoteOut,
    ShipmentOut,
    StatusName,
    StepOut,
)
from fangcun.doors.storefront.schemas import errors
from fangcun.identity.members import queries as members
from fangcun.kernel.states import transitions_of
from fangcun.shop.catalog.cards import picture
from fangcun.shop.orders import queries, services
from fangcun.shop.orders.models import Order, OrderLine
from fangcun.shop.orders.states import OrderStatus
from fangcun.shop.payments.queries import refunds_of
from fangcun.shop.payments.states import RefundStatus
from fangcun.shop.shipping.carriers import carrier_name
from fangcun.shop.shipping.queries import shipments_of

router = Router(tags=["orders"], auth=MemberAuth())

ACTIONS: dict[OrderStatus, list[Action]] = {
    OrderStatus.PENDING_PAYMENT: ["pay", "cancel"],
    OrderStatus.PAID: [],
    OrderStatus.SHIPPED: ["confirm"],
    OrderStatus.COMPLETED: ["rebuy"],
    OrderStatus.CANCELLED: ["rebuy"],
}

IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[ -~]*[!-~][ -~]*$"},
    "description": "Fresh for each order, the same when an order is sent again.",
}


@router.post("/quote", response={200: QuoteOut, **errors(400, 401, 404, 422)})
def quote(request: HttpRequest, body: QuoteIn) -> QuoteOut:
    """What the ticked lines of the cart, or the given lines, would cost now; problems are named."""
    member = member_of(request)
    address = (
        members.default_address(member)
        if body.address_id is None
        else members.address_of(member, body.address_id)
    )
    found = queries.quote(member_id=member.pk, lines=_pairs(body.lines), address=address)
    return QuoteOut(
        lines=[line_out(line) for line in found.lines],
        items_amount=found.items_amount,
        freight_amount=found.freight.amount,
        freight_note=found.freight.note,
        discount_amount=0,
        discounts=[],
        total_amount=found.total_amount,
        address=AddressOut.from_orm(address) if address else None,
        problems=[ProblemOut(sku_id=p.sku_id, code=p.code, message=p.message) for p in found.problems],
        can_submit=found.can_submit,
    )


@router.post(
    "/orders",
    response={201: OrderOut, 200: OrderOut, **errors(400, 401, 404, 409, 422)},
    openapi_extra={"parameters": [IDEMPOTENCY_KEY]},
)
def place_order(request: HttpRequest, body: OrderIn) -> Status[OrderOut]:
    """Buy. Send a fresh Idempotency-Key for each order and the same one again when the answer got lost."""
    account = account_of(request)
    placed = services.place_order(
        account=account,
        address=members.address_of(account.member_id, body.address_id),
        idempotency_key=request.headers.get("Idempotency-Key", ""),
        lines=_pairs(body.lines),
        remark=body.remark,
        expected_total_amount=body.expected_total_amount,
    )
    if not placed.is_new:
        return Status(200, _detail(placed.order))
    return Status(201, _out(placed.order, placed.lines, [], None, [_first_step(placed.order)]))


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
    return OrdersOut(items=_outs(page), next_cursor=following)


@router.get("/orders/{number}", response={200: OrderOut, **errors(400, 401, 404)})
def get_order(request: HttpRequest, number: str) -> OrderOut:
    """One order with its timeline."""
    return _detail(_own(request, number))


@router.post("/orders/{number}/pay", response={200: PrepayOut, **errors(400, 401, 404, 409, 502)})
def pay_order(request: HttpRequest, number: str) -> PrepayOut:
    """What the phone hands to wx.requestPayment."""
    prepay = services.pay_order(_own(request, number), account=account_of(request))
    return PrepayOut.from_orm(prepay)


@router.post("/orders/{number}/pay/check", response={200: OrderOut, **errors(400, 401, 404, 502)})
def check_payment(request: HttpRequest, number: str) -> OrderOut:
    """Ask WeChat now whether the order is paid: the phone calls this when its cashier has closed."""
    services.check_payment(_own(request, number))
    return _detail(_own(request, number))


@router.post("/orders/{number}/cancel", response={200: OrderOut, **errors(400, 401, 404, 409)})
def cancel_order(request: HttpRequest, number: str, body: CancelIn = CancelIn()) -> OrderOut:  # noqa: B008
    """Give up an unpaid order."""
    order = _own(request, number)
    services.cancel_order(order, by=actor_of(request), reason=body.reason)
    return _detail(order)


@router.post("/orders/{number}/confirm", response={200: OrderOut, **errors(400, 401, 404, 409)})
def confirm_receipt(request: HttpRequest, number: str) -> OrderOut:
    """Say that the goods have arrived."""
    order = _own(request, number)
    services.confirm_receipt(order, by=actor_of(request))
    return _detail(order)


def _own(request: HttpRequest, number: str) -> Order:
    return queries.order_of(member_id=member_of(request).pk, number=number)


def _pairs(lines: Sequence[LineIn] | None) -> list[tuple[int, int]] | None:
    return None if lines is None else [(line.sku_id, line.quantity) for line in lines]


def _detail(order: Order) -> OrderOut:
    out = _outs([order])[0]
    out.timeline = [_first_step(order)] + [
        StepOut(at=step.at, status=step.target, text=str(OrderStatus(step.target).label), note=step.reason)
        for step in transitions_of(order)
    ]
    return out


def _first_step(order: Order) -> StepOut:
    return StepOut(at=order.created_at, status=OrderStatus.PENDING_PAYMENT, text="提交订单", note="")


def _outs(orders: Sequence[Order]) -> list[OrderOut]:
    shipments: dict[str, list[ShipmentOut]] = defaultdict(list)
    sent = [order.number for order in orders if order.shipped_at]
    for shipment in shipments_of(sent) if sent else []:
        shipments[shipment.order_number].append(
            ShipmentOut(
                carrier=shipment.carrier,
                carrier_name=carrier_name(shipment.carrier),
                tracking_number=shipment.tracking_number,
                shipped_at=shipment.shipped_at,
            )
        )
    refunding: dict[str, Literal["refunding", "refunded"]] = {}
    paid_back = [order.number for order in orders if order.payment_id]
    for refund in refunds_of(paid_back) if paid_back else []:
        done = refund.status == RefundStatus.SUCCEEDED
        if done or refund.status != RefundStatus.CLOSED:
            refunding[refund.payment.reference] = "refunded" if done else "refunding"
    return [
        _out(order, order.lines.all(), shipments[order.number], refunding.get(order.number), [])
        for order in orders
    ]


def _out(
    order: Order,
    lines: Iterable[OrderLine],
    shipments: list[ShipmentOut],
    refund_status: Literal["refunding", "refunded"] | None,
    timeline: list[StepOut],
) -> OrderOut:
    status = OrderStatus(order.status)
    pending = status == OrderStatus.PENDING_PAYMENT
    return OrderOut(
        number=order.number,
        status=status,
        status_text=str(status.label),
        created_at=order.created_at,
        expires_at=order.expires_at if pending else None,
        paid_at=order.paid_at,
        shipped_at=order.shipped_at,
        completed_at=order.completed_at,
        cancelled_at=order.cancelled_at,
        cancel_reason=order.cancel_reason,
        items_amount=order.items_amount,
        freight_amount=order.freight_amount,
        discount_amount=order.discount_amount,
        total_amount=order.total_amount,
        paid_amount=order.paid_amount,
        refunded_amount=order.refunded_amount,
        refund_status=refund_status,
        remark=order.remark,
        address=order.address,
        lines=[
            OrderLineOut(
                sku_id=line.sku_id,
                product_id=line.product_id,
                title=line.title,
                sku_title=line.sku_title,
                cover=picture(line.cover, 240),
                price_amount=line.price_amount,
                quantity=line.quantity,
                line_amount=line.line_amount,
            )
            for line in lines
        ],
        shipments=shipments,
        timeline=timeline,
        actions=ACTIONS[status],
    )
