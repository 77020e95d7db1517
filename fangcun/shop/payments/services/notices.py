"""What WeChat Pay tells by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction

from fangcun.gateways.wechat.answers import RefundNotice
from fangcun.gateways.wechat.errors import SignatureRefused
from fangcun.gateways.wechat.notices import open_notice, payment_of, refund_of
from fangcun.identity.programs.clients import verification_keys
from fangcun.identity.programs.models import Merchant
from fangcun.shop.payments.errors import PaymentMismatch
from fangcun.shop.payments.models import Notice
from fangcun.shop.payments.services.refunding import apply_refund
from fangcun.shop.payments.services.truth import apply_transaction


def accept_notice(merchant: Merchant, headers: Mapping[str, str], body: bytes, *, now: datetime) -> None:
    """Believe a notice if its signature, age and content hold, and act on it once.

    Raises SignatureRefused, PaymentUnknown, PaymentMismatch: nothing has changed then, and the door answers
    with a failure, so that WeChat sends it again. Source: WeChat Pay v3, callback rules.
    """
    notice = open_notice(
        headers, body, keys=verification_keys(merchant), api_v3_key=merchant.api_v3_key, now=now
    )
    told = refund_of(notice) if notice.original_type == "refund" else payment_of(notice)
    if not (_is_number(notice.id, 64) and _is_number(told.out_trade_no, 64)):
        raise SignatureRefused("malformed", "通知编号或订单号不合规")
    if told.mchid != merchant.mchid:  # its key may be good for its own payments only
        raise PaymentMismatch(fields="mchid")
    if Notice.objects.filter(pk=notice.id).exists():
        return
    if isinstance(told, RefundNotice):
        apply_refund(told, merchant=merchant)
    else:
        apply_transaction(told)
    try:
        with transaction.atomic():
            Notice.objects.create(id=notice.id, event_type=notice.event_type, out_trade_no=told.out_trade_no)
    except IntegrityError:
        return  # its twin was handled at the same moment; both said the same


def _is_number(text: str, longest: int) -> bool:
    return len(text) <= longest and text.isascii() and text.isprintable()
