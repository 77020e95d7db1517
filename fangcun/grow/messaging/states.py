"""What a consent and a delivery can be, and what may follow."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class GrantStatus(models.TextChoices):
    OPEN = "open", _("可用")
    CLAIMED = "claimed", _("发送中")
    SPENT = "spent", _("已用")
    VOID = "void", _("已失效")
    DECLINED = "declined", _("未同意")


class DeliveryStatus(models.TextChoices):
    QUEUED = "queued", _("待发送")
    SENDING = "sending", _("发送中")
    SENT = "sent", _("已送达")
    REFUSED = "refused", _("用户未授权")
    FAILED = "failed", _("发送失败")
    UNKNOWN = "unknown", _("结果不明")


# SENDING is written before WeChat is called, so a process that dies in between leaves a trace. Back to QUEUED
# leads what surely did not arrive, or what can't arrive twice; UNKNOWN is never sent again.
DELIVERY_TRANSITIONS = {
    DeliveryStatus.QUEUED: {DeliveryStatus.SENDING},
    DeliveryStatus.SENDING: {
        DeliveryStatus.SENT,
        DeliveryStatus.REFUSED,
        DeliveryStatus.FAILED,
        DeliveryStatus.QUEUED,
        DeliveryStatus.UNKNOWN,
    },
    # What WeChat pushes afterwards may know better.
    DeliveryStatus.SENT: {DeliveryStatus.FAILED},
    DeliveryStatus.UNKNOWN: {DeliveryStatus.SENT},
}


class TextStatus(models.TextChoices):
    QUEUED = "queued", _("待发送")
    SENDING = "sending", _("发送中")
    SENT = "sent", _("已提交")
    DROPPED = "dropped", _("未发送")
    FAILED = "failed", _("发送失败")
    UNKNOWN = "unknown", _("结果不明")


# A provider can't recognise a repetition, so what may have gone out is never sent again.
TEXT_TRANSITIONS = {
    TextStatus.QUEUED: {TextStatus.SENDING, TextStatus.DROPPED, TextStatus.FAILED},
    TextStatus.SENDING: {
        TextStatus.SENT,
        TextStatus.FAILED,
        TextStatus.QUEUED,
        TextStatus.UNKNOWN,
    },
}
