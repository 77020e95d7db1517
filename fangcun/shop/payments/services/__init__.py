"""The verbs of payments."""

from fangcun.shop.payments.services.closing import close_payments
from fangcun.shop.payments.services.notices import accept_notice
from fangcun.shop.payments.services.opening import (
    Prepay,
    open_payment,
    reassign_payments,
    request_prepay,
)
from fangcun.shop.payments.services.refunding import apply_refund, refund, resend_refund
from fangcun.shop.payments.services.truth import apply_transaction, ask_wechat

__all__ = [
    "Prepay",
    "accept_notice",
    "apply_refund",
    "apply_transaction",
    "ask_wechat",
    "close_payments",
    "open_payment",
    "reassign_payments",
    "refund",
    "request_prepay",
    "resend_refund",
]
