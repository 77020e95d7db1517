"""Giving money back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from fangcun.identity.programs.models import Merchant
from fangcun.kernel.actors import WECHAT, Actor
from fangcun.kernel.audit import record
from fangcun.kernel.events import announce
from fangcun.kernel.states import StatusChanged
from fangcun.shop.payments.errors import PaymentUnknown, RefundTooMuch
from fangcun.shop.payments.events import RefundSucceeded
from fangcun.shop.payments.models import Payment, Refund
from fangcun.shop.payments.states import PaymentStatus, RefundStatus

_STATUS_OF = {
    "SUCCESS": RefundStatus.SUCCEEDED,
    "PROCESSING": RefundStatus.PROCESSING,
    "ABNORMAL": RefundStatus.ABNORMAL,
    "CLOSED": RefundStatus.CLOSED,
}
QUERY_AFTER = timedelta(seconds=60)  # WeChat Pay: ask a minute after the request, not sooner


class RefundFacts(Protocol):
    """What an answer and a notice about a refund have in common."""

    @property
    def state(self) -> str: ...
    @property
    def out_trade_no(self) -> str: ...
    @property
    def out_refund_no(self) -> str: ...
    @property
    def refund_id(self) -> str: ...
    @property
    def amount_refund(self) -> int: ...
    @property
    def success_at(self) -> datetime | None: ...


def refund(payment: Payment, *, amount: int, reason: str, by: Actor) -> Refund:
    """Promise money back, in the caller's transaction; WeChat is asked after commit. Amount in fen.

    Never more than was paid, however many ask at once: raises RefundTooMuch.
    """
    from fangcun.shop.payments.tasks import send_refund

    with transaction.atomic():
        reserved = Payment.objects.filter(
            pk=payment.pk, status=PaymentStatus.SUCCEEDED, refunded_amount__lte=F("amount") - amount
        ).update(refunded_amount=F("refunded_amount") + amount)
        if not reserved:
            raise RefundTooMuch
        parts = Refund.objects.filter(payment=payment).count()
        row = Refund.objects.create(
            payment=payment,
            out_refund_no=f"{payment.out_trade_no}-R{parts + 1}",
            amount=amount,
            reason=reason[:80],
        )
        record(
            "payments.refund",
            by=by,
            object=row,
            after={"amount": amount, "out_trade_no": payment.out_trade_no},
        )
        send_refund.enqueue(refund_id=row.pk)
    return row


def resend_refund(row: Refund, *, by: Actor) -> None:
    """Send an abnormal refund to WeChat again, under its old number."""
    from fangcun.shop.payments.tasks import send_refund

    with transaction.atomic():
        row.enter(RefundStatus.REQUESTED, by=by, error="")
        record("payments.resend_refund", by=by, object=row)
        send_refund.enqueue(refund_id=row.pk)


def apply_refund(facts: RefundFacts, *, merchant: Merchant) -> Refund:
    """Make our record say what WeChat says of this merchant's refund; saying it again, or late, changes nothing.

    Raises PaymentUnknown when it is not ours.
    """
    row = (
        Refund.objects.select_related("payment")
        .filter(payment__out_trade_no=facts.out_trade_no, payment__merchant=merchant)
        .filter(out_refund_no=facts.out_refund_no, amount=facts.amount_refund)
        .first()
    )
    if row is None:
        raise PaymentUnknown
    target = _STATUS_OF[facts.state]
    while row.status != target and row.may_enter(target):
        try:
            with transaction.atomic():
                row.enter(
                    target,
                    by=WECHAT,
                    refund_id=facts.refund_id,
                    succeeded_at=facts.success_at if target == RefundStatus.SUCCEEDED else None,
                    next_query_at=timezone.now() + QUERY_AFTER if target == RefundStatus.PROCESSING else None,
                )
                if target == RefundStatus.CLOSED:  # nothing went back: it may be asked for again
                    Payment.objects.filter(pk=row.payment_id).update(
                        refunded_amount=F("refunded_amount") - row.amount
                    )
                if target == RefundStatus.SUCCEEDED:
                    announce(
                        RefundSucceeded(
                            refund_id=row.pk,
                            payment_id=row.payment_id,
                            reference=row.payment.reference,
                            amount=row.amount,
                        )
                    )
        except StatusChanged:
            row.refresh_from_db(fields=["status"])
    return row
