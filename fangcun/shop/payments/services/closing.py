"""Making sure that what was given up can't be paid any more."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from fangcun.kernel import states
from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.shop.payments.models import Payment
from fangcun.shop.payments.states import PaymentStatus


def close_payments(references: Sequence[str], *, by: Actor = SYSTEM) -> None:
    """Give up the unpaid payments of these references, in the caller's transaction; WeChat is told after commit."""
    from fangcun.shop.payments.tasks import close_at_wechat

    given_up = list(
        Payment.objects.select_for_update().filter(reference__in=references, status=PaymentStatus.AWAITING)
    )
    if not given_up:
        return
    now = timezone.now()
    Payment.objects.filter(pk__in=[payment.pk for payment in given_up]).update(
        status=PaymentStatus.CLOSING, next_query_at=now
    )
    states.note(given_up, source=PaymentStatus.AWAITING, target=PaymentStatus.CLOSING, by=by)
    for payment in given_up:
        close_at_wechat.enqueue(payment_id=payment.pk)


def closed(payment: Payment) -> None:
    """WeChat has closed it, or never knew it."""
    with transaction.atomic():
        payment.enter(PaymentStatus.CLOSED, by=SYSTEM, next_query_at=None)
