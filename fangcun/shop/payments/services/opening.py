"""Getting a payment ready for the phone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from fangcun.gateways.wechat.errors import AlreadyPaid
from fangcun.identity.members.models import Member
from fangcun.identity.programs.clients import pay_api
from fangcun.identity.programs.models import Program
from fangcun.shop.payments.errors import MerchantMissing, PaymentNotPossible
from fangcun.shop.payments.models import Payment
from fangcun.shop.payments.queries import notify_url
from fangcun.shop.payments.services.closing import close_payments
from fangcun.shop.payments.services.truth import ask_wechat
from fangcun.shop.payments.states import PaymentStatus

PREPAY_LIFE = dt.timedelta(hours=2)  # WeChat Pay: a prepay_id is good for two hours
FIRST_QUERY_AFTER = dt.timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Prepay:
    """What wx.requestPayment wants, field by field."""

    timeStamp: str  # noqa: N815 - the phone's own names
    nonceStr: str  # noqa: N815
    package: str
    signType: str  # noqa: N815
    paySign: str  # noqa: N815


def open_payment(
    *,
    reference: str,
    program: Program,
    member: Member,
    openid: str,
    amount: int,
    description: str,
    expires_at: dt.datetime,
) -> Payment:
    """Start, or find again, the payment of a reference. Amount in fen.

    A payment that another program or another openid started is closed and replaced: WeChat binds an order to
    one payer of one program. Raises MerchantMissing, PaymentNotPossible.
    """
    if program.merchant is None:
        raise MerchantMissing
    with transaction.atomic():
        existing = Payment.objects.filter(reference=reference, status=PaymentStatus.AWAITING).first()
        if existing and (existing.openid, existing.program_id) == (openid, program.pk):
            return existing
        if existing:
            close_payments([reference])
        earlier = Payment.objects.filter(reference=reference).count()
        out_trade_no = reference if not earlier else f"{reference}_{earlier + 1}"
        try:
            with transaction.atomic():
                return Payment.objects.create(
                    out_trade_no=out_trade_no,
                    reference=reference,
                    program=program,
                    merchant=program.merchant,
                    member=member,
                    openid=openid,
                    amount=amount,
                    description=description[:127],
                    expires_at=expires_at,
                    next_query_at=timezone.now() + FIRST_QUERY_AFTER,
                )
        except IntegrityError:  # the same tap twice: the other one made it
            again = Payment.objects.filter(
                reference=reference, status=PaymentStatus.AWAITING, openid=openid, program=program
            ).first()
            if again is None:
                raise PaymentNotPossible from None
            return again


def request_prepay(payment: Payment) -> Prepay:
    """Ask WeChat for a prepay number, unless we hold a fresh one, and sign what the phone needs.

    Call outside any transaction. Raises PaymentNotPossible when it is paid already, GatewayError.
    """
    api = pay_api(payment.merchant)
    now = timezone.now()
    if not payment.prepay_id or payment.prepay_expires_at is None or payment.prepay_expires_at <= now:
        try:
            payment.prepay_id = api.create_jsapi_order(
                appid=payment.program.appid,
                out_trade_no=payment.out_trade_no,
                description=payment.description,
                total_amount=payment.amount,
                openid=payment.openid,
                notify_url=notify_url(payment.merchant),
                expires_at=payment.expires_at,
            )
        except AlreadyPaid:
            ask_wechat(payment)
            raise PaymentNotPossible from None
        payment.prepay_expires_at = now + PREPAY_LIFE - dt.timedelta(minutes=5)
        Payment.objects.filter(pk=payment.pk).update(
            prepay_id=payment.prepay_id, prepay_expires_at=payment.prepay_expires_at
        )
    return Prepay(**api.payment_params(appid=payment.program.appid, prepay_id=payment.prepay_id))


def reassign_payments(*, kept_id: int, gone_id: int) -> None:
    """Give the payments of a merged member to the one who stays."""
    Payment.objects.filter(member_id=gone_id).update(member_id=kept_id)
