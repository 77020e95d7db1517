"""Giving back a part of an order: some pieces of some lines."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F

from fangcun.identity.members.text import one_line
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record
from fangcun.kernel.events import announce
from fangcun.shop.catalog.services import return_stock
from fangcun.shop.orders.errors import NothingToRefund, OrderNotRefundable
from fangcun.shop.orders.events import OrderRefunded
from fangcun.shop.orders.models import Order, OrderLine
from fangcun.shop.orders.services.cancelling import cancel_order
from fangcun.shop.orders.services.keeping import return_coupon_of
from fangcun.shop.orders.states import OrderStatus
from fangcun.shop.payments.services import refund

REFUNDABLE = frozenset({OrderStatus.PAID, OrderStatus.SHIPPED, OrderStatus.COMPLETED})


def refund_lines(order: Order, *, lines: Mapping[int, int], by: Actor, reason: str) -> int:
    """Pay back so many pieces of each line (line id -> how many); what goes back, in fen.

    A piece is worth its share of what was paid for the line, after all discounts: the shares of all pieces add up
    to it exactly. Goods that have not left the house go back on the shelf; when nothing is left of an order that has
    not left, it is cancelled, with its freight. Raises OrderNotRefundable, NothingToRefund, RefundTooMuch.
    """
    reason = one_line(reason)[:80]
    with transaction.atomic():
        locked = Order.objects.select_for_update(of=("self",)).select_related("payment").get(pk=order.pk)
        if locked.status not in REFUNDABLE:
            raise OrderNotRefundable(status=locked.get_status_display())
        rows = list(locked.lines.filter(is_gift=False).order_by("pk"))
        wanted = {line_id: quantity for line_id, quantity in lines.items() if quantity}
        left = {line.pk: line.quantity - line.refunded_quantity for line in rows}
        if not wanted or any(not 0 < quantity <= left.get(pk, 0) for pk, quantity in wanted.items()):
            raise NothingToRefund
        if locked.status == OrderStatus.PAID and wanted == {pk: n for pk, n in left.items() if n}:
            goes_back = locked.paid_amount - (locked.payment.refunded_amount if locked.payment else 0)
            cancel_order(locked, by=by, reason=reason)
            return goes_back
        amount = sum(_worth(line, wanted.get(line.pk, 0)) for line in rows)
        for line in rows:
            if number := wanted.get(line.pk, 0):
                OrderLine.objects.filter(pk=line.pk).update(
                    refunded_quantity=F("refunded_quantity") + number,
                    refunded_amount=F("refunded_amount") + _worth(line, number),
                )
        if locked.status == OrderStatus.PAID:
            goods = [(line.sku_id, wanted[line.pk]) for line in rows if line.pk in wanted]
            return_stock(goods, reference=locked.number, by=by)
        record(
            "orders.refund_lines",
            by=by,
            object=locked,
            after={"amount": amount, "lines": {str(pk): number for pk, number in wanted.items()}},
            note=reason,
        )
        if amount and locked.payment is not None:
            refund(locked.payment, amount=amount, reason=reason or "部分退款", by=by)
        elif wanted == {pk: n for pk, n in left.items() if n}:
            _nothing_was_paid(locked)
    return amount


def _worth(line: OrderLine, number: int) -> int:
    """What the next so many pieces of a line are worth: the shares before it and with it, of what it cost."""
    before = line.net_amount * line.refunded_quantity // line.quantity
    return line.net_amount * (line.refunded_quantity + number) // line.quantity - before


def _nothing_was_paid(order: Order) -> None:
    """All goods are given back and no money moves: what follows from a refund follows at once."""
    return_coupon_of(order)
    announce(OrderRefunded.of(order, amount=0, full=True, refunded_amount=order.refunded_amount))
