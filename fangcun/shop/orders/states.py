"""The life of an order. A refund is not one of its states: it is a machine of its own, in payments."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrderStatus(models.TextChoices):
    PENDING_PAYMENT = "pending_payment", _("待付款")
    PAID = "paid", _("待发货")
    SHIPPED = "shipped", _("待收货")
    COMPLETED = "completed", _("已完成")
    CANCELLED = "cancelled", _("已取消")


ORDER_TRANSITIONS = {
    OrderStatus.PENDING_PAYMENT: {OrderStatus.PAID, OrderStatus.CANCELLED},
    OrderStatus.PAID: {OrderStatus.SHIPPED, OrderStatus.CANCELLED},
    OrderStatus.SHIPPED: {OrderStatus.COMPLETED},
    OrderStatus.COMPLETED: set[OrderStatus](),
    # Money that arrives after the deadline revives the order, if the goods are still there.
    OrderStatus.CANCELLED: {OrderStatus.PAID},
}


class CancelledBy(models.TextChoices):
    MEMBER = "member", _("买家取消")
    STAFF = "staff", _("商家取消")
    DEADLINE = "deadline", _("超时未付款")
    SYSTEM = "system", _("系统取消")


class HeldFor(models.TextChoices):
    """What a paid order waits for before it may ship."""

    NOTHING = "", "—"
    GROUP = "group", _("待成团")
