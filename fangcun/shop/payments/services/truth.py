"""The one place where a payment becomes true: by a verified notice or by WeChat's answer to a query."""

from __future__ import annotations

import logging

from django.db import IntegrityError, transaction
from django.utils import timezone

from fangcun.gateways.wechat.answers import Transaction
from fangcun.gateways.wechat.errors import OrderUnknown
from fangcun.identity.programs.clients import pay_api
from fangcun.kernel.actors import WECHAT
from fangcun.kernel.audit import record
from fangcun.kernel.events import announce
from fangcun.kernel.states import StatusChanged
from fangcun.shop.payments.errors import PaymentMismatch, PaymentUnknown
from fangcun.shop.payments.events import PaymentSucceeded
from fangcun.shop.payments.models import Payment
from fangcun.shop.payments.states import PaymentStatus

logger = logging.getLogger(__name__)

PAID_STATES = {"SUCCESS", "REFUND"}  # REFUND: it was paid, and something of it went back
DEAD_STATES = {"CLOSED", "REVOKED", "PAYERROR"}


def apply_transaction(known: Transaction) -> Payment:
    """Make our record say what WeChat says of a payment; saying it again changes nothing.

    Raises PaymentUnknown, and PaymentMismatch when amount, currency, payer, program or merchant are not ours:
    then nothing changes and the audit log tells.
    """
    payment = (
        Payment.objects.select_related("program", "merchant").filter(out_trade_no=known.out_trade_no).first()
    )
    if payment is None:
        raise PaymentUnknown
    if known.state in PAID_STATES:
        _refuse_mismatch(payment, known)
        return _succeed(payment, known)
    if known.state in DEAD_STATES and payment.may_enter(PaymentStatus.CLOSED):
        with transaction.atomic():
            payment.enter(PaymentStatus.CLOSED, by=WECHAT, reason=known.state, next_query_at=None)
    return payment


def ask_wechat(payment: Payment) -> Payment:
    """Ask WeChat how a payment stands and believe the answer. Outside any transaction. Raises GatewayError."""
    try:
        known = pay_api(payment.merchant).query_by_out_trade_no(payment.out_trade_no)
    except OrderUnknown:
        return payment
    return apply_transaction(known)


def _refuse_mismatch(payment: Payment, known: Transaction) -> None:
    ours = {
        "appid": payment.program.appid,
        "mchid": payment.merchant.mchid,
        "amount": payment.amount,
        "currency": "CNY",
        "payer": payment.openid,
    }
    theirs = {
        "appid": known.appid,
        "mchid": known.mchid,
        "amount": known.amount_total,
        "currency": known.currency or "CNY",
        "payer": known.payer_openid,
    }
    wrong = sorted(key for key in ours if ours[key] != theirs[key])
    if wrong:
        logger.error("Payment %s does not match WeChat's word: %s", payment.out_trade_no, wrong)
        record("payments.mismatch", by=WECHAT, object=payment, before=ours, after=theirs)
        raise PaymentMismatch(fields="、".join(wrong))


def _succeed(payment: Payment, known: Transaction) -> Payment:
    paid_at = known.success_at or timezone.now()
    while payment.status != PaymentStatus.SUCCEEDED:
        try:
            with transaction.atomic():
                payment.enter(
                    PaymentStatus.SUCCEEDED,
                    by=WECHAT,
                    transaction_id=known.transaction_id,
                    paid_at=paid_at,
                    next_query_at=None,
                )
                announce(
                    PaymentSucceeded(
                        payment_id=payment.pk,
                        reference=payment.reference,
                        amount=payment.amount,
                        paid_at=paid_at.isoformat(),
                    )
                )
        except StatusChanged:  # a sweeper, a cancel or the same notice was faster: look again
            payment.refresh_from_db(fields=["status"])
        except IntegrityError:  # WeChat's number of a payment is another payment's already
            raise PaymentMismatch(fields="transaction_id") from None
    return payment
