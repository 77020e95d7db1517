from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.kernel.states import Stateful
from fangcun.shop.offers.sale import IN_PRICE, ON_FREIGHT, DiscountKind
from fangcun.shop.orders.states import ORDER_TRANSITIONS, CancelledBy, HeldFor, OrderStatus


class Order(Stateful):
    """What somebody buys in one go. Amounts in fen; address and lines are copies that never change.

    `items_amount` less `discount_amount` and with `freight_amount` is `total_amount`. A paid order that is
    `held_for` something must not ship until it is released.
    """

    transitions = ORDER_TRANSITIONS

    number = models.CharField(_("订单号"), max_length=32, unique=True)
    member = models.ForeignKey(
        "members.Member", on_delete=models.PROTECT, related_name="+", verbose_name=_("会员")
    )
    program = models.ForeignKey(
        "programs.Program", on_delete=models.PROTECT, related_name="+", verbose_name=_("小程序")
    )
    status = models.CharField(
        _("状态"), max_length=16, choices=OrderStatus.choices, default=OrderStatus.PENDING_PAYMENT
    )
    idempotency_key = models.CharField(max_length=64)
    request_digest = models.CharField(max_length=64)
    items_amount = models.BigIntegerField(_("商品金额（分）"))
    freight_amount = models.BigIntegerField(_("运费（分）"))
    discount_amount = models.BigIntegerField(_("优惠（分）"), default=0)
    total_amount = models.BigIntegerField(_("应付（分）"))
    paid_amount = models.BigIntegerField(_("实付（分）"), default=0)
    refunded_amount = models.BigIntegerField(_("已退（分）"), default=0)
    points_used = models.BigIntegerField(_("使用积分"), default=0)
    held_for = models.CharField(_("等待"), max_length=8, choices=HeldFor.choices, blank=True, default="")
    address = models.JSONField(_("收货地址"))
    remark = models.CharField(_("买家留言"), max_length=200, blank=True, default="")
    staff_note = models.CharField(_("商家备注"), max_length=500, blank=True, default="")
    payment = models.ForeignKey(
        "payments.Payment", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("支付单")
    )
    cancelled_by = models.CharField(
        _("取消方"), max_length=8, choices=CancelledBy.choices, blank=True, default=""
    )
    cancel_reason = models.CharField(_("取消原因"), max_length=100, blank=True, default="")
    created_at = models.DateTimeField(_("下单于"), default=timezone.now)
    expires_at = models.DateTimeField(_("付款截止"))
    paid_at = models.DateTimeField(_("付款于"), null=True)
    shipped_at = models.DateTimeField(_("发货于"), null=True)
    completed_at = models.DateTimeField(_("完成于"), null=True)
    cancelled_at = models.DateTimeField(_("取消于"), null=True)

    class Meta:
        verbose_name = _("订单")
        verbose_name_plural = _("订单")
        constraints = [
            models.UniqueConstraint(fields=["member", "idempotency_key"], name="order_once_per_key"),
            models.CheckConstraint(condition=Q(total_amount__gte=0), name="order_total_not_negative"),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"],
                condition=Q(status=OrderStatus.PENDING_PAYMENT),
                name="order_deadline",
            ),
            models.Index(fields=["shipped_at"], condition=Q(status=OrderStatus.SHIPPED), name="order_on_way"),
            models.Index(fields=["member", "-id"], name="order_of_member"),
            models.Index(fields=["status", "-id"], name="order_by_status"),
            models.Index(fields=["-created_at"], name="order_by_time"),
        ]

    def __str__(self) -> str:
        return self.number


class OrderLine(models.Model):
    """So many of one SKU, at the price and under the name of the moment of buying."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines", verbose_name=_("订单"))
    sku = models.ForeignKey("catalog.Sku", on_delete=models.PROTECT, related_name="+", verbose_name=_("规格"))
    product_id = models.BigIntegerField(_("商品编号"))
    title = models.CharField(_("商品"), max_length=120)
    sku_title = models.CharField(_("规格"), max_length=120, blank=True, default="")
    cover = models.CharField(_("图片"), max_length=300, blank=True, default="")
    price_amount = models.BigIntegerField(_("单价（分）"))
    quantity = models.PositiveIntegerField(_("数量"))
    list_amount = models.BigIntegerField(_("原价（分）"), default=0)
    discount_amount = models.BigIntegerField(_("分摊优惠（分）"), default=0)
    is_gift = models.BooleanField(_("赠品"), default=False)
    refunded_quantity = models.PositiveIntegerField(_("已退数量"), default=0)
    refunded_amount = models.BigIntegerField(_("已退（分）"), default=0)

    class Meta:
        verbose_name = _("订单商品")
        verbose_name_plural = _("订单商品")
        constraints = [
            models.UniqueConstraint(fields=["order", "sku", "is_gift"], name="order_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="order_quantity_positive"),
            models.CheckConstraint(
                condition=Q(discount_amount__gte=0, discount_amount__lte=F("price_amount") * F("quantity")),
                name="order_discount_within_line",
            ),
            models.CheckConstraint(
                condition=Q(refunded_quantity__lte=F("quantity")), name="order_refunds_within_line"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} × {self.quantity}"

    @property
    def line_amount(self) -> int:
        return self.price_amount * self.quantity

    @property
    def net_amount(self) -> int:
        return self.line_amount - self.discount_amount


class OrderDiscount(models.Model):
    """What one offer took off an order. Amount in fen; `source_id` is the offer's own row."""

    order = models.ForeignKey(
        Order, on_delete=models.CASCADE, related_name="discounts", verbose_name=_("订单")
    )
    kind = models.CharField(_("种类"), max_length=16, choices=DiscountKind.choices)
    source_id = models.BigIntegerField(default=0)
    title = models.CharField(_("名称"), max_length=60)
    amount = models.BigIntegerField(_("金额（分）"))
    points = models.BigIntegerField(_("积分"), default=0)
    quantity = models.PositiveIntegerField(_("件数"), default=0)

    class Meta:
        verbose_name = _("订单优惠")
        verbose_name_plural = _("订单优惠")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=0, points__gte=0), name="order_discount_not_negative"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.amount}"

    @property
    def on_goods(self) -> bool:
        """Whether it is part of the order's discount, and not told by the price of a piece or by the freight."""
        return self.kind not in IN_PRICE and self.kind not in ON_FREIGHT
