"""What payments do in the background: close, refund, and ask WeChat when it kept silent."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from fangcun.gateways.wechat.errors import AlreadyPaid, OrderClosed, OrderUnknown
from fangcun.identity.programs.clients import pay_api
from fangcun.kernel.actors import WECHAT
from fangcun.kernel.errors import GatewayError
from fangcun.kernel.jobs import every, task
from fangcun.shop.payments.models import Payment, Refund
from fangcun.shop.payments.queries import notify_url
from fangcun.shop.payments.services.closing import closed
from fangcun.shop.payments.services.refunding import QUERY_AFTER, apply_refund
from fangcun.shop.payments.services.truth import ask_wechat
from fangcun.shop.payments.states import PaymentStatus, RefundStatus

logger = logging.getLogger(__name__)

BATCH = 20
LONGEST_SILENCE = timedelta(minutes=10)


@task()
def close_at_wechat(*, payment_id: int) -> None:
    """Close an order at WeChat; when it says that it was paid, believe that instead."""
    payment = Payment.objects.select_related("program", "merchant").get(pk=payment_id)
    if payment.status != PaymentStatus.CLOSING:
        return
    try:
        pay_api(payment.merchant).close(payment.out_trade_no)
    except (OrderUnknown, OrderClosed):
        pass
    except AlreadyPaid:
        ask_wechat(payment)
        return
    except GatewayError:
        # WeChat Pay: a close that meets the customer's payment is refused; only a query tells which it is
        if ask_wechat(payment).status == PaymentStatus.CLOSING:
            raise
        return
    payment.refresh_from_db(fields=["status"])
    if payment.status == PaymentStatus.CLOSING:
        closed(payment)


@task()
def send_refund(*, refund_id: int) -> None:
    """Ask WeChat to pay back; the number makes asking again harmless."""
    row = Refund.objects.select_related("payment__merchant").get(pk=refund_id)
    if row.status != RefundStatus.REQUESTED:
        return
    try:
        answer = pay_api(row.payment.merchant).refund(
            out_refund_no=row.out_refund_no,
            out_trade_no=row.payment.out_trade_no,
            refund_amount=row.amount,
            total_amount=row.payment.amount,
            reason=row.reason,
            notify_url=notify_url(row.payment.merchant),
        )
    except GatewayError as refused:
        if refused.permanent:
            with transaction.atomic():
                row.enter(RefundStatus.ABNORMAL, by=WECHAT, error=str(refused)[:300])
            return
        raise
    apply_refund(answer, merchant=row.payment.merchant)


@every(seconds=5)
def ask_about_silent_payments() -> None:
    """Ask WeChat about payments of which no notice came, and close again what would not close,
    less and less often until they end.
    """
    now = timezone.now()
    silent = Payment.objects.select_related("program", "merchant").filter(
        status__in=[PaymentStatus.AWAITING, PaymentStatus.CLOSING], next_query_at__lte=now
    )
    for payment in silent.order_by("next_query_at")[:BATCH]:
        wait = min(timedelta(seconds=20) * 2**payment.queries, LONGEST_SILENCE)
        Payment.objects.filter(pk=payment.pk).update(
            next_query_at=now + wait, queries=min(payment.queries + 1, 12)
        )
        try:
            if payment.status == PaymentStatus.CLOSING:
                close_at_wechat.func(payment_id=payment.pk)
            else:
                ask_wechat(payment)
        except GatewayError as error:
            logger.warning("WeChat did not tell about payment %s: %s", payment.out_trade_no, error)


@every(seconds=10)
def ask_about_refunds() -> None:
    """Ask WeChat how the refunds that it is working on ended."""
    now = timezone.now()
    pending = Refund.objects.select_related("payment__merchant").filter(
        status=RefundStatus.PROCESSING, next_query_at__lte=now
    )
    for row in pending.order_by("next_query_at")[:BATCH]:
        age = now - row.created_at
        Refund.objects.filter(pk=row.pk).update(next_query_at=now + max(QUERY_AFTER, age / 2))
        try:
            answer = pay_api(row.payment.merchant).query_refund(row.out_refund_no)
            apply_refund(answer, merchant=row.payment.merchant)
        except GatewayError as error:
            logger.warning("WeChat did not tell about refund %s: %s", row.out_refund_no, error)
