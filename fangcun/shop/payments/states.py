"""Where a payment and a refund can be, and where they may go."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class PaymentStatus(models.TextChoices):
    AWAITING = "awaiting", _("待支付")
    CLOSING = "closing", _("关闭中")
    CLOSED = "closed", _("已关闭")
    SUCCEEDED = "succeeded", _("已支付")


# WeChat has the last word: money may arrive for a payment that we were closing, or believed closed.
PAYMENT_TRANSITIONS = {
    PaymentStatus.AWAITING: {PaymentStatus.CLOSING, PaymentStatus.CLOSED, PaymentStatus.SUCCEEDED},
    PaymentStatus.CLOSING: {PaymentStatus.CLOSED, PaymentStatus.SUCCEEDED},
    PaymentStatus.CLOSED: {PaymentStatus.SUCCEEDED},
    PaymentStatus.SUCCEEDED: set[PaymentStatus](),
}


class RefundStatus(models.TextChoices):
    REQUESTED = "requested", _("已申请")
    PROCESSING = "processing", _("退款中")
    SUCCEEDED = "succeeded", _("已退款")
    ABNORMAL = "abnormal", _("退款异常")
    CLOSED = "closed", _("退款关闭")


REFUND_TRANSITIONS = {
    RefundStatus.REQUESTED: {
        RefundStatus.PROCESSING,
        RefundStatus.SUCCEEDED,
        RefundStatus.ABNORMAL,
        RefundStatus.CLOSED,
    },
    RefundStatus.PROCESSING: {RefundStatus.SUCCEEDED, RefundStatus.ABNORMAL, RefundStatus.CLOSED},
    # An operator may settle an abnormal refund at WeChat, or send a refused one again.
    RefundStatus.ABNORMAL: {RefundStatus.REQUESTED, RefundStatus.PROCESSING, RefundStatus.SUCCEEDED},
    RefundStatus.CLOSED: set[RefundStatus](),
    RefundStatus.SUCCEEDED: set[RefundStatus](),
}
