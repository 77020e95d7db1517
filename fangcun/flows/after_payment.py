"""What follows when WeChat has the money, or has given it back."""

from __future__ import annotations

import datetime as dt

from fangcun.build.rollout.attempts import note_payment
from fangcun.kernel.events import listens
from fangcun.shop.orders.services import mark_order_paid, note_refund
from fangcun.shop.payments.events import PaymentSucceeded, RefundSucceeded


@listens(PaymentSucceeded)
def pay_the_order(event: PaymentSucceeded) -> None:
    mark_order_paid(payment_id=event.payment_id, paid_at=dt.datetime.fromisoformat(event.paid_at))


@listens(PaymentSucceeded)
def count_for_the_version(event: PaymentSucceeded) -> None:
    note_payment(event.reference, paid_at=dt.datetime.fromisoformat(event.paid_at))


@listens(RefundSucceeded)
def note_the_refund(event: RefundSucceeded) -> None:
    note_refund(refund_id=event.refund_id)
