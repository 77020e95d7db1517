"""Giving an order up: by the customer, by the shop, by the clock."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from fangcun.identity.members.text import one_line
from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.kernel.audit import record
from fangcun.kernel.events import announce
from fangcun.kernel.states import StatusChanged
from fangcun.shop.catalog.services import return_stock
from fangcun.shop.orders.errors import OrderNotCancellable
from fangcun.shop.orders.events import OrderCancelled
from fangcun.shop.orders.models import Order
from fangcun.shop.orders.states import CancelledBy, OrderStatus
from fangcun.shop.payments.services import close_payments, refund

BATCH = 200


def cancel_order(order: Order, *, by: Actor, reason: str = "") -> Order:
    """Cancel an order and put its goods back. The shop may cancel a paid order too: its money goes back.

    Raises OrderNotCancellable, StatusChanged when the payment came first.
    """
    allowed = {OrderStatus.PENDING_PAYMENT, *([OrderStatus.PAID] if by.kind == "staff" else [])}
    if order.status not in allowed:
        raise OrderNotCancellable(status=order.get_status_display())
    who = CancelledBy.STAFF if by.kind == "staff" else CancelledBy.MEMBER
    _cancel(order, who=who, by=by, reason=one_line(reason)[:100])
    return order


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
    paid = order.payment if order.status == OrderStatus.PAID else None
    with transaction.atomic():
        order.enter(
            OrderStatus.CANCELLED,
            by=by,
            reason=reason,
            cancelled_by=who,
            cancel_reason=reason,
            cancelled_at=timezone.now(),
        )
        lines = list(order.lines.values_list("sku_id", "quantity"))
        return_stock(lines, reference=order.number, by=by)
        if paid is None:
            close_payments([order.number], by=by)
        else:
            refund(paid, amount=paid.amount - paid.refunded_amount, reason=reason or "商家取消订单", by=by)
        if by.kind == "staff":
            record("orders.cancel", by=by, object=order, note=reason)
        announce(
            OrderCancelled(
                order_id=order.pk,
                number=order.number,
                member_id=order.member_id,
                program_id=order.program_id,
                amount=order.total_amount,
                cancelled_by=order.cancelled_by,
                reason=order.cancel_reason,
                paid=paid is not None,
            )
        )
