"""The life of a coupon."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class CouponStatus(models.TextChoices):
    UNUSED = "unused", _("未使用")
    USED = "used", _("已使用")
    EXPIRED = "expired", _("已过期")
    WITHDRAWN = "withdrawn", _("已作废")


COUPON_TRANSITIONS = {
    CouponStatus.UNUSED: {CouponStatus.USED, CouponStatus.EXPIRED, CouponStatus.WITHDRAWN},
    # An order that is cancelled or refunded gives it back, as far as it is still good.
    CouponStatus.USED: {CouponStatus.UNUSED, CouponStatus.EXPIRED},
    CouponStatus.EXPIRED: set[CouponStatus](),
    CouponStatus.WITHDRAWN: set[CouponStatus](),
}


class GivingStatus(models.TextChoices):
    WAITING = "waiting", _("等待中")
    RUNNING = "running", _("发放中")
    DONE = "done", _("已完成")
    SHORT = "short", _("券已发完")
    FAILED = "failed", _("未能完成")


GIVING_TRANSITIONS = {
    GivingStatus.WAITING: {GivingStatus.RUNNING, GivingStatus.FAILED},
    GivingStatus.RUNNING: {GivingStatus.DONE, GivingStatus.SHORT, GivingStatus.FAILED},
    GivingStatus.DONE: set[GivingStatus](),
    GivingStatus.SHORT: set[GivingStatus](),
    GivingStatus.FAILED: set[GivingStatus](),
}
