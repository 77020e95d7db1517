from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError, NotFound


class OrderGone(NotFound):
    code = "order_not_found"
    message = _("没有找到这个订单")


class CartEmpty(DomainError):
    code = "cart_empty"
    status = 400
    message = _("请先选择要购买的商品")


class TooManyLines(DomainError):
    code = "too_many_lines"
    status = 400
    message = _("一次最多购买 {limit} 种商品")


class QuantityInvalid(DomainError):
    code = "quantity_invalid"
    status = 400
    message = _("数量应在 1 到 {most} 之间")


class AreaUnreachable(DomainError):
    code = "area_unreachable"
    message = _("收货地址不在配送范围内，请换一个地址")


class PriceChanged(DomainError):
    code = "price_changed"
    message = _("价格有变化，请确认后再提交")


class IdempotencyConflict(DomainError):
    code = "idempotency_conflict"
    message = _("这次提交的编号已用于另一个订单，请重新下单")


class IdempotencyKeyMissing(DomainError):
    code = "idempotency_key_missing"
    status = 400
    message = _("缺少 Idempotency-Key 请求头（1–64 个字符）")


class OrderNotPayable(DomainError):
    code = "order_not_payable"
    message = _("订单当前不能支付：{status}")


class OrderNotCancellable(DomainError):
    code = "order_not_cancellable"
    message = _("订单当前不能取消：{status}")


class OrderNotConfirmable(DomainError):
    code = "order_not_confirmable"
    message = _("订单当前不能确认收货：{status}")


class OrderNotShippable(DomainError):
    code = "order_not_shippable"
    message = _("订单当前不能发货：{status}")


class OrderHeld(DomainError):
    code = "order_held"
    message = _("订单还在等待成团，成团后才能发货")


class NothingToRefund(DomainError):
    code = "nothing_to_refund"
    message = _("没有可退的商品，或数量超过了可退数量")


class OrderNotRefundable(DomainError):
    code = "order_not_refundable"
    message = _("订单当前不能退款：{status}")
