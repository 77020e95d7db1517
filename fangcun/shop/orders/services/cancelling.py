"""Giving an order up: by the customer, by the shop, by the clock."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from fangcun.identity.members.text import one_line
from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.kernel.audit import record
from fangcun.kernel.events import announce
from fangcun.kernel.states import StatusChanged
from fangcun.shop.catalog.services import return_stock
from fangcun.shop.orders.errors import OrderNotCancellable
from fangcun.shop.orders.events import OrderCancelled, OrderReleased
from fangcun.shop.orders.models import Order
from fangcun.shop.orders.returning import give_offers_back
from fangcun.shop.orders.states import CancelledBy, OrderStatus
from fangcun.shop.payments.models import Payment
from fangcun.shop.payments.services import close_payments, refund

BATCH = 200
WHO = {
    "member": CancelledBy.MEMBER,
    "staff": CancelledBy.STAFF,
    "system": CancelledBy.SYSTEM,
    "wechat": CancelledBy.SYSTEM,
}


def cancel_order(order: Order, *, by: Actor, reason: str = "") -> Order:
    """Cancel an order and put its goods back; money that was paid goes back.

    The shop may cancel a paid order; the customer may while it is held. Raises OrderNotCancellable,
    StatusChanged when the payment or the release came first.
    """
    may_be_paid = by.kind != "member" or bool(order.held_for)
    if order.status not in {OrderStatus.PENDING_PAYMENT, *([OrderStatus.PAID] if may_be_paid else [])}:
        raise OrderNotCancellable(status=order.get_status_display())
    _cancel(order, who=WHO[by.kind], by=by, reason=one_line(reason)[:100])
    return order


def give_up_order(*, order_id: int, by: Actor, reason: str) -> bool:
    """Cancel an order that is unpaid, or paid and held, and pay back what was paid; whether that did anything.

    In a transaction of its own; what is cancelled, released or under way already stays as it is.
    """
    with transaction.atomic():
        order = Order.objects.select_for_update(of=("self",)).get(pk=order_id)
        held = order.status == OrderStatus.PAID and bool(order.held_for)
        if order.status != OrderStatus.PENDING_PAYMENT and not held:
            return False
        _cancel(order, who=WHO[by.kind], by=by, reason=one_line(reason)[:100])
    return True


def release_order(*, order_id: int, by: Actor) -> bool:
    """Let a paid order ship that was held; whether it was. Saying it again changes nothing."""
    with transaction.atomic():
        held = Order.objects.filter(pk=order_id, status=OrderStatus.PAID).exclude(held_for="")
        if not held.update(held_for=""):
            return False
        order = Order.objects.get(pk=order_id)
        if by.kind == "staff":
            record("orders.release", by=by, object=order)
        announce(OrderReleased.of(order, amount=order.paid_amount))
    return True


def close_unpaid_orders(*, now: dt.datetime | None = None, limit: int = BATCH) -> int:
    """Close orders whose time to pay is over (at `now`, else at this moment), and put their goods back; how many.

    Each in a transaction of its own: the conditional change of status lets exactly one worker close it, once,
    and stock rows of different orders are never locked together.
    """
    due = Order.objects.filter(status=OrderStatus.PENDING_PAYMENT, expires_at__lte=now or timezone.now())
    closed = 0
    for order in due.order_by("expires_at")[:limit]:
        try:
            _cancel(order, who=CancelledBy.DEADLINE, by=SYSTEM, reason="超时未付款，自动取消")
        except StatusChanged:  # paid, cancelled or closed by somebody else at this very moment
            continue
        closed += 1
    return closed


def _cancel(order: Order, *, who: CancelledBy, by: Actor, reason: str) -> None:
    with transaction.atomic():
        if order.held_for and who == CancelledBy.MEMBER and order.status == OrderStatus.PAID:
            still = Order.objects.select_for_update().filter(pk=order.pk, held_for=order.held_for)
            if not still.exists():
                raise StatusChanged
        was_paid = order.status == OrderStatus.PAID
        order.enter(
            OrderStatus.CANCELLED,
            by=by,
            reason=reason,
            cancelled_by=who,
            cancel_reason=reason,
            cancelled_at=timezone.now(),
        )
        # read now that the order is held: a part may have been paid back since the caller has read it
        left = order.lines.filter(refunded_quantity__lt=F("quantity"))
        goods = list(left.values_list("sku_id", F("quantity") - F("refunded_quantity")))
        return_stock(goods, reference=order.number, by=by)
        give_offers_back(order, now=order.cancelled_at or timezone.now(), by=by)
        if not was_paid:
            close_payments([order.number], by=by)
        paid = Payment.objects.filter(pk=order.payment_id).first() if was_paid and order.payment_id else None
        if paid is not None and paid.amount > paid.refunded_amount:
            refund(paid, amount=paid.amount - paid.refunded_amount, reason=reason or "订单取消", by=by)
        if by.kind == "staff":
            record("orders.cancel", by=by, object=order, note=reason)
        announce(
            OrderCancelled.of(
                order,
                amount=order.total_amount,
                cancelled_by=order.cancelled_by,
                reason=order.cancel_reason,
                paid=was_paid,
            )
        )
