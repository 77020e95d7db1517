"""What is known of payments."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from fangcun.identity.programs.models import Merchant
from fangcun.shop.payments.models import Payment, Refund
from fangcun.shop.payments.states import PaymentStatus, RefundStatus


def notify_url(merchant: Merchant) -> str:
    """Where WeChat Pay sends its notices about this merchant's payments and refunds."""
    return f"{settings.PUBLIC_URL}/callbacks/wechat/pay/{merchant.mchid}"


def payment_of(reference: str) -> Payment | None:
    """The payment that counts for a reference: the paid one, else the newest."""
    payments = list(
        Payment.objects.select_related("program", "merchant").filter(reference=reference).order_by("-id")
    )
    paid = (payment for payment in payments if payment.status == PaymentStatus.SUCCEEDED)
    return next(paid, payments[0] if payments else None)


def refunds_of(references: Sequence[str]) -> list[Refund]:
    """Every refund of these references, oldest first."""
    return list(
        Refund.objects.select_related("payment").filter(payment__reference__in=references).order_by("id")
    )


def abnormal_refunds() -> int:
    """How many refunds WeChat could not carry out and a person must look at."""
    return Refund.objects.filter(status=RefundStatus.ABNORMAL).count()
