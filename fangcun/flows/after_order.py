"""What follows from an order's steps: facts for the numbers, messages for the customer."""

from __future__ import annotations

from django.db.models import F
from django.utils import timezone

from fangcun.grow.messaging.models import Purpose
from fangcun.grow.messaging.services import notify
from fangcun.insight.tracking.services import record_later
from fangcun.kernel.events import listens
from fangcun.kernel.money import yuan
from fangcun.shop.orders.events import (
    OrderCancelled,
    OrderCompleted,
    OrderNews,
    OrderPaid,
    OrderRefunded,
    OrderShipped,
)
from fangcun.shop.orders.models import Order, OrderLine
from fangcun.shop.shipping.carriers import carrier_name


@listens(OrderPaid)
def count_the_payment(event: OrderPaid) -> None:
    _count("order_paid", event)


@listens(OrderPaid)
def count_the_goods(event: OrderPaid) -> None:
    """One fact for each line, so that what is bought can be counted where orders are not known."""
    lines = OrderLine.objects.filter(order_id=event.order_id, is_gift=False).order_by("id")
    for line in lines.annotate(category=F("sku__product__category__name")):
        record_later(
            "goods_bought",
            event_id=f"goods_bought:{event.number}:{line.pk}",
            member_id=event.member_id,
            program_id=event.program_id,
            props={
                "order_number": event.number,
                "product_id": line.product_id,
                "product": line.title,
                "category": line.category,
                "quantity": line.quantity,
                "amount": line.net_amount,
            },
            at=timezone.now(),
        )


@listens(OrderPaid)
def tell_that_it_is_paid(event: OrderPaid) -> None:
    order = Order.objects.get(pk=event.order_id)
    next_step = "成团后会尽快为您发货。" if order.held_for else "我们会尽快为您发货。"
    _tell(
        event,
        Purpose.ORDER_PAID,
        title="订单支付成功",
        body=f"订单 {event.number} 已支付 {yuan(event.amount)} 元，{next_step}",
        values={
            "order_number": event.number,
            "goods": _goods(order),
            "amount": yuan(event.amount),
            "time": (order.paid_at or order.created_at).isoformat(),
        },
    )


@listens(OrderShipped)
def count_the_shipment(event: OrderShipped) -> None:
    _count("order_shipped", event)


@listens(OrderShipped)
def tell_that_it_is_shipped(event: OrderShipped) -> None:
    carrier = carrier_name(event.carrier)
    parcel = f"{carrier} {event.tracking_number}".strip()
    _tell(
        event,
        Purpose.ORDER_SHIPPED,
        title="订单已发货",
        body=f"订单 {event.number} 已由{parcel} 发出，请留意收货。",
        values={
            "order_number": event.number,
            "goods": _goods(Order.objects.get(pk=event.order_id)),
            "carrier": carrier,
            "tracking_number": event.tracking_number or "商家自送",
            "time": timezone.now().isoformat(),
        },
    )


@listens(OrderCompleted)
def count_the_completion(event: OrderCompleted) -> None:
    _count("order_completed", event)


@listens(OrderCancelled)
def count_the_cancellation(event: OrderCancelled) -> None:
    _count("order_cancelled", event)


@listens(OrderCancelled)
def tell_that_it_is_cancelled(event: OrderCancelled) -> None:
    if event.cancelled_by == "member":
        return  # he knows: he did it
    if event.cancelled_by == "system" and event.paid:
        return  # whose group failed hears that, and that the money goes back
    reason = f"原因：{event.reason}。" if event.reason else ""
    money = "已付款项将原路退回。" if event.paid and event.amount else ""
    _tell(
        event,
        "order_cancelled",
        title="订单已取消",
        body=f"订单 {event.number} 已取消。{reason}{money}",
        values={},
    )


@listens(OrderRefunded)
def count_the_refund(event: OrderRefunded) -> None:
    _count("order_refunded", event)


@listens(OrderRefunded)
def tell_that_money_is_back(event: OrderRefunded) -> None:
    if not event.amount:
        return
    _tell(
        event,
        "order_refunded",
        title="退款已到账",
        body=f"订单 {event.number} 的 {yuan(event.amount)} 元已原路退回。",
        values={},
    )


def _count(name: str, event: OrderNews) -> None:
    record_later(
        name,
        event_id=f"{name}:{event.number}:{event.refunded_amount}"
        if isinstance(event, OrderRefunded)
        else f"{name}:{event.number}",
        member_id=event.member_id,
        program_id=event.program_id,
        props={"order_number": event.number, "amount": event.amount},
        at=timezone.now(),
    )


def _tell(event: OrderNews, purpose: str, *, title: str, body: str, values: dict[str, str]) -> None:
    notify(
        member_id=event.member_id,
        program_id=event.program_id,
        purpose=purpose,
        values=values,
        link=f"/pages-trade/order/order?number={event.number}",
        kind="order",
        title=title,
        body=body,
        dedupe_key=f"{purpose}:{event.number}:{_refunded(event) or event.amount}",
    )


def _refunded(event: OrderNews) -> int:
    return event.refunded_amount if isinstance(event, OrderRefunded) else 0


def _goods(order: Order) -> str:
    titles = list(order.lines.order_by("is_gift", "id").values_list("title", flat=True))
    return titles[0] if len(titles) == 1 else f"{titles[0]} 等{len(titles)}件"
