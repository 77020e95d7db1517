"""Keeping an order's record straight."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record
from fangcun.kernel.events import announce
from fangcun.shop.offers.sale import BY_COUPON
from fangcun.shop.offers.services import return_coupon
from fangcun.shop.orders.events import OrderRefunded
from fangcun.shop.orders.models import Order
from fangcun.shop.payments.models import Refund
from fangcun.shop.payments.states import RefundStatus


def annotate_order(order: Order, *, text: str, by: Actor) -> Order:
    """Leave a note that only the shop's team reads."""
    with transaction.atomic():
        before = {"staff_note": order.staff_note}
        order.staff_note = text.strip()[:500]
        Order.objects.filter(pk=order.pk).update(staff_note=order.staff_note)
        record("orders.annotate", by=by, object=order, before=before, after={"staff_note": order.staff_note})
    return order


def note_refund(*, refund_id: int) -> None:
    """Let an order say how much of its money has gone back; saying it again changes nothing."""
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    with transaction.atomic():
        order = Order.objects.select_for_update().filter(number=refund.payment.reference).first()
        if order is None:
            return
        total = sum(
            row.amount
            for row in Refund.objects.filter(payment__reference=order.number, status=RefundStatus.SUCCEEDED)
        )
        if total == order.refunded_amount:
            return
        Order.objects.filter(pk=order.pk).update(refunded_amount=total)
        full = total >= order.total_amount - order.freight_amount
        if full:
            return_coupon_of(order)
        announce(
            OrderRefunded.of(order, amount=total - order.refunded_amount, full=full, refunded_amount=total)
        )


def return_coupon_of(order: Order) -> None:
    """Give the coupon of an order back whose goods are all paid back, once."""
    if any(one.kind in BY_COUPON for one in order.discounts.all()):
        return_coupon(order_number=order.number, now=timezone.now())


def reassign_orders(*, kept_id: int, gone_id: int) -> None:
    """Give the orders of a merged member to the one who stays."""
    Order.objects.filter(member_id=gone_id).update(member_id=kept_id)
