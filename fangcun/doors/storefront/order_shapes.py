"""How a quote and an order look to the phone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal

from fangcun.doors.storefront.cart import line_out
from fangcun.doors.storefront.identity import AddressOut
from fangcun.doors.storefront.order_schemas import (
    Action,
    CouponChoiceOut,
    DiscountOut,
    GiftOut,
    OrderGroupOut,
    OrderLineOut,
    OrderOut,
    PointsOut,
    ProblemOut,
    QuoteLineOut,
    QuoteOut,
    ShipmentOut,
    StepOut,
)
from fangcun.grow.groupbuy.models import Group
from fangcun.grow.groupbuy.queries import groups_of_orders
from fangcun.kernel.states import transitions_of
from fangcun.shop.catalog.cards import picture
from fangcun.shop.offers.sale import ON_FREIGHT, Discount, DiscountKind
from fangcun.shop.orders.models import Order, OrderDiscount, OrderLine
from fangcun.shop.orders.queries import Quote
from fangcun.shop.orders.states import OrderStatus
from fangcun.shop.payments.queries import refunds_of
from fangcun.shop.payments.states import RefundStatus
from fangcun.shop.shipping.carriers import carrier_name
from fangcun.shop.shipping.queries import shipments_of

ACTIONS: dict[OrderStatus, list[Action]] = {
    OrderStatus.PENDING_PAYMENT: ["pay", "cancel"],
    OrderStatus.PAID: [],
    OrderStatus.SHIPPED: ["confirm"],
    OrderStatus.COMPLETED: ["rebuy"],
    OrderStatus.CANCELLED: ["rebuy"],
}


def quote_out(found: Quote) -> QuoteOut:
    """What an order would cost now, as the phone shows it."""
    sale = found.priced
    costs = {line.sku_id: line for line in sale.lines}
    lines = []
    for line in found.lines:
        cost, shown = costs.get(line.sku_id), line_out(line).dict()
        if cost is not None:
            shown |= {"price_amount": cost.price_amount, "line_amount": cost.line_amount}
        lines.append(
            QuoteLineOut(
                **shown,
                original_price_amount=line.price_amount,
                discount_amount=cost.discount_amount if cost else 0,
                labels=list(cost.labels) if cost else [],
            )
        )
    return QuoteOut(
        lines=lines,
        items_amount=sale.items_amount,
        freight_amount=sale.freight_amount,
        freight_saved_amount=sale.freight_saved_amount,
        freight_note=_freight_note(found),
        discount_amount=sale.discount_amount,
        discounts=_discounts(sale.discounts),
        coupons=[
            CouponChoiceOut(
                id=one.coupon_id,
                title=one.title,
                condition=one.condition,
                amount=one.amount,
                usable=one.usable,
                reason=one.reason,
                chosen=one.chosen,
                expires_at=one.expires_at,
            )
            for one in sale.coupons
        ],
        points=PointsOut.from_orm(sale.points) if sale.points else None,
        gifts=[
            GiftOut(
                sku_id=gift.sku_id,
                title=gift.title,
                cover=picture(gift.cover, 240),
                quantity=gift.quantity,
            )
            for gift in found.gifts
        ],
        hints=list(sale.hints),
        total_amount=sale.total_amount,
        address=AddressOut.from_orm(found.address) if found.address else None,
        problems=[ProblemOut(sku_id=p.sku_id, code=p.code, message=p.message) for p in found.problems],
        can_submit=found.can_submit,
    )


def _freight_note(found: Quote) -> str:
    free = found.priced.freight_saved_amount and not found.priced.freight_amount
    return "已免运费" if free else found.freight.note


def _discounts(found: Iterable[Discount | OrderDiscount]) -> list[DiscountOut]:
    return [
        DiscountOut.model_validate({"kind": str(one.kind), "title": one.title, "amount": one.amount})
        for one in found
        if one.on_goods
    ]


def order_detail(order: Order) -> OrderOut:
    """One order with its timeline."""
    out = order_outs([order])[0]
    out.timeline = [first_step(order)] + [
        StepOut(at=step.at, status=step.target, text=str(OrderStatus(step.target).label), note=step.reason)
        for step in transitions_of(order)
    ]
    return out


def first_step(order: Order) -> StepOut:
    """That it was submitted."""
    return StepOut(at=order.created_at, status=OrderStatus.PENDING_PAYMENT, text="提交订单", note="")


def order_outs(orders: Sequence[Order]) -> list[OrderOut]:
    """Several orders without their timelines, in a constant number of statements."""
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
    in_groups = [
        order.pk
        for order in orders
        if order.held_for or any(one.kind == DiscountKind.GROUP for one in order.discounts.all())
    ]
    groups = groups_of_orders(in_groups) if in_groups else {}
    return [
        order_out(
            order,
            order.lines.all(),
            order.discounts.all(),
            group=groups.get(order.pk),
            shipments=shipments[order.number],
            refund_status=refunding.get(order.number),
        )
        for order in orders
    ]


def order_out(
    order: Order,
    lines: Iterable[OrderLine],
    discounts: Iterable[OrderDiscount],
    *,
    group: Group | None = None,
    shipments: Sequence[ShipmentOut] = (),
    refund_status: Literal["refunding", "refunded"] | None = None,
    timeline: Sequence[StepOut] = (),
) -> OrderOut:
    """One order of what is known of it."""
    discounts = list(discounts)
    status = OrderStatus(order.status)
    pending = status == OrderStatus.PENDING_PAYMENT
    return OrderOut(
        number=order.number,
        status=status,
        # Paid and not to be shipped yet: what it waits for says more.
        status_text=str(
            order.get_held_for_display() if status == OrderStatus.PAID and order.held_for else status.label
        ),
        created_at=order.created_at,
        expires_at=order.expires_at if pending else None,
        paid_at=order.paid_at,
        shipped_at=order.shipped_at,
        completed_at=order.completed_at,
        cancelled_at=order.cancelled_at,
        cancel_reason=order.cancel_reason,
        items_amount=order.items_amount,
        freight_amount=order.freight_amount,
        freight_saved_amount=sum(one.amount for one in discounts if one.kind in ON_FREIGHT),
        discount_amount=order.discount_amount,
        discounts=_discounts(discounts),
        points_used=order.points_used,
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
                original_price_amount=line.list_amount or line.price_amount,
                quantity=line.quantity,
                line_amount=line.line_amount,
                discount_amount=line.discount_amount,
                is_gift=line.is_gift,
                refunded_quantity=line.refunded_quantity,
            )
            for line in lines
        ],
        shipments=list(shipments),
        timeline=list(timeline),
        actions=["cancel"] if status == OrderStatus.PAID and order.held_for else ACTIONS[status],
        held_for="group" if order.held_for else "",
        group=OrderGroupOut(number=group.number, status=group.status) if group else None,
    )
