from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError


class PaymentUnknown(DomainError):
    code = "payment_unknown"
    status = 404
    message = _("没有这笔支付")


class PaymentMismatch(DomainError):
    """A verified message tells of another amount, payer, program or merchant than we asked for."""

    code = "payment_mismatch"
    status = 400
    message = _("支付结果与订单不符：{fields}")


class PaymentNotPossible(DomainError):
    code = "payment_not_possible"
    message = _("这笔订单现在不能支付")


class MerchantMissing(DomainError):
    code = "merchant_missing"
    status = 503
    message = _("商家还没有配置微信支付，请联系客服")


class RefundTooMuch(DomainError):
    code = "refund_too_much"
    message = _("可退金额不足")
