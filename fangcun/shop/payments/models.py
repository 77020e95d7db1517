from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.kernel.states import Stateful
from fangcun.shop.payments.states import (
    PAYMENT_TRANSITIONS,
    REFUND_TRANSITIONS,
    PaymentStatus,
    RefundStatus,
)


class Payment(Stateful):
    """One order at WeChat Pay. `reference` is whatever is paid for: here an order's number."""

    transitions = PAYMENT_TRANSITIONS

    out_trade_no = models.CharField(_("商户订单号"), max_length=32, unique=True)
    reference = models.CharField(_("业务单号"), max_length=32, db_index=True)
    program = models.ForeignKey(
        "programs.Program", on_delete=models.PROTECT, related_name="+", verbose_name=_("小程序")
    )
    merchant = models.ForeignKey(
        "programs.Merchant", on_delete=models.PROTECT, related_name="+", verbose_name=_("商户号")
    )
    member = models.ForeignKey(
        "members.Member", on_delete=models.PROTECT, related_name="+", verbose_name=_("会员")
    )
    openid = models.CharField(_("付款人"), max_length=64)
    description = models.CharField(_("商品描述"), max_length=127)
    amount = models.BigIntegerField(_("金额（分）"))
    refunded_amount = models.BigIntegerField(_("已退（分）"), default=0)
    status = models.CharField(
        _("状态"), max_length=12, choices=PaymentStatus.choices, default=PaymentStatus.AWAITING
    )
    prepay_id = models.CharField(_("预支付编号"), max_length=64, default="", blank=True)
    prepay_expires_at = models.DateTimeField(_("预支付失效于"), null=True)
    expires_at = models.DateTimeField(_("付款截止"))
    transaction_id = models.CharField(_("微信支付单号"), max_length=32, null=True, unique=True)  # noqa: DJ001 - unique when known
    paid_at = models.DateTimeField(_("支付于"), null=True)
    next_query_at = models.DateTimeField(_("下次查询"), null=True)
    queries = models.SmallIntegerField(_("查询次数"), default=0)
    created_at = models.DateTimeField(_("创建于"), default=timezone.now)

    class Meta:
        verbose_name = _("支付单")
        verbose_name_plural = _("支付单")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(
                condition=Q(refunded_amount__gte=0, refunded_amount__lte=F("amount")),
                name="payment_refunds_within_amount",
            ),
            models.UniqueConstraint(
                fields=["reference"],
                condition=Q(status=PaymentStatus.AWAITING),
                name="payment_one_awaiting_per_reference",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_query_at"],
                condition=Q(status__in=[PaymentStatus.AWAITING, PaymentStatus.CLOSING]),
                name="payment_to_query",
            )
        ]

    def __str__(self) -> str:
        return self.out_trade_no


class Refund(Stateful):
    """Money on its way back to the payer. The same `out_refund_no` is sent again until WeChat answers."""

    transitions = REFUND_TRANSITIONS

    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, related_name="refunds", verbose_name=_("支付单")
    )
    out_refund_no = models.CharField(_("商户退款单号"), max_length=64, unique=True)
    amount = models.BigIntegerField(_("金额（分）"))
    reason = models.CharField(_("原因"), max_length=80)
    status = models.CharField(
        _("状态"), max_length=12, choices=RefundStatus.choices, default=RefundStatus.REQUESTED
    )
    refund_id = models.CharField(_("微信退款单号"), max_length=32, default="", blank=True)
    error = models.CharField(_("微信的答复"), max_length=300, default="", blank=True)
    succeeded_at = models.DateTimeField(_("到账于"), null=True)
    next_query_at = models.DateTimeField(_("下次查询"), null=True)
    created_at = models.DateTimeField(_("申请于"), default=timezone.now)

    class Meta:
        verbose_name = _("退款单")
        verbose_name_plural = _("退款单")
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_positive")]
        indexes = [
            models.Index(
                fields=["next_query_at"],
                condition=Q(status=RefundStatus.PROCESSING),
                name="refund_to_query",
            )
        ]

    def __str__(self) -> str:
        return self.out_refund_no


class Notice(models.Model):
    """A notice that was acted upon; the same one arriving again changes nothing."""

    id = models.CharField(_("通知编号"), max_length=64, primary_key=True)
    event_type = models.CharField(_("事件"), max_length=40)
    out_trade_no = models.CharField(_("商户订单号"), max_length=32)
    received_at = models.DateTimeField(_("收到于"), default=timezone.now)

    class Meta:
        verbose_name = _("支付通知")
        verbose_name_plural = _("支付通知")

    def __str__(self) -> str:
        return self.id
