"""From "pay now" to a paid order, and what happens to money that comes too late."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from fangcun.identity.members.models import Account
from fangcun.kernel.actors import SYSTEM, WECHAT
from fangcun.kernel.events import announce
from fangcun.shop.catalog.errors import OutOfStock, ProductGone
from fangcun.shop.catalog.services import take_stock
from fangcun.shop.orders.errors import OrderNotPayable
from fangcun.shop.orders.events import OrderPaid
from fangcun.shop.orders.models import Order
from fangcun.shop.orders.returning import OfferOver, take_again
from fangcun.shop.orders.states import CancelledBy, OrderStatus
from fangcun.shop.payments.models import Payment
from fangcun.shop.payments.queries import payment_of
from fangcun.shop.payments.services import Prepay, ask_wechat, open_payment, refund, request_prepay
from fangcun.shop.payments.states import PaymentStatus


def pay_order(order: Order, *, account: Account) -> Prepay:
    """Get an unpaid order ready to be paid by this phone. Outside any transaction.

    Raises OrderNotPayable, MerchantMissing, GatewayError.
    """
    if order.status != OrderStatus.PENDING_PAYMENT or order.expires_at <= timezone.now():
        raise OrderNotPayable(status=order.get_status_display())
    first = order.lines.order_by("id").values_list("title", flat=True).first() or order.number
    count = order.lines.count()
    payment = open_payment(
        reference=order.number,
        program=account.program,
        member=account.member,
        openid=account.openid,
        amount=order.total_amount,
        description=first if count == 1 else f"{first} 等{count}件",
        expires_at=order.expires_at,
    )
    return request_prepay(payment)


def check_payment(order: Order) -> None:
    """Ask WeChat now whether an unpaid order has been paid, and let it count. Outside any transaction.

    The notice may be counting at this very moment in another process; doing it here too is harmless, and the
    caller sees the end of it. Raises GatewayError.
    """
    payment = payment_of(order.number)
    if order.status != OrderStatus.PENDING_PAYMENT or payment is None:
        return
    payment = ask_wechat(payment)
    if payment.status == PaymentStatus.SUCCEEDED:
        mark_order_paid(payment_id=payment.pk, paid_at=payment.paid_at or timezone.now())


def mark_order_paid(*, payment_id: int, paid_at: dt.datetime) -> None:
    """Let money that WeChat has confirmed count, exactly once.

    An order that was closed for lateness takes its goods, its pieces of a flash sale and its coupon again; when one
    of them is gone, when the customer or the shop had cancelled it, or when it is paid already, the money goes back
    at once. Its seat in a group and its points follow the news.
    """
    payment = Payment.objects.get(pk=payment_id)
    with transaction.atomic():
        order = Order.objects.select_for_update().get(number=payment.reference)
        if order.payment_id == payment.pk:
            return
        if order.status == OrderStatus.PENDING_PAYMENT:
            enter_paid(order, payment, paid_at, reason="")
        elif order.status == OrderStatus.CANCELLED and order.cancelled_by == CancelledBy.DEADLINE:
            try:
                with transaction.atomic():
                    lines = [(line.sku_id, line.quantity) for line in order.lines.all()]
                    take_stock(lines, reference=order.number, by=SYSTEM)
                    take_again(order, now=timezone.now())
                    enter_paid(order, payment, paid_at, reason="逾期付款，已重新占用库存")
            except (OutOfStock, ProductGone, OfferOver):
                _give_back(order, payment, "订单已超时关闭，商品或优惠已没有了")
        elif order.status == OrderStatus.CANCELLED:
            _give_back(order, payment, "订单已取消")
        else:
            _give_back(order, payment, "重复付款")


def enter_paid(order: Order, payment: Payment | None, paid_at: dt.datetime, *, reason: str) -> None:
    """Let an order be paid, by a payment or because it costs nothing, in the caller's transaction."""
    amount = payment.amount if payment else 0
    order.enter(
        OrderStatus.PAID,
        by=WECHAT if payment else SYSTEM,
        reason=reason if payment else "无需付款",
        payment=payment,
        paid_amount=amount,
        paid_at=paid_at,
        cancelled_at=None,
        cancelled_by="",
        cancel_reason="",
    )
    announce(OrderPaid.of(order, amount=amount))


def _give_back(order: Order, payment: Payment, reason: str) -> None:
    if payment.refunds.exists():
        return
    refund(payment, amount=payment.amount, reason=reason, by=SYSTEM)
    if order.status == OrderStatus.CANCELLED and order.payment_id is None:
        Order.objects.filter(pk=order.pk).update(
            payment=payment, paid_amount=payment.amount, paid_at=payment.paid_at
        )
