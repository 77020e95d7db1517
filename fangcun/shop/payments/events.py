from __future__ import annotations

from dataclasses import dataclass

from fangcun.kernel.events import Event


@dataclass(frozen=True)
class PaymentSucceeded(Event):
    """WeChat has the money. Amount in fen; `paid_at` as ISO 8601."""

    payment_id: int
    reference: str
    amount: int
    paid_at: str


@dataclass(frozen=True)
class RefundSucceeded(Event):
    """The payer has the money back. Amount in fen."""

    refund_id: int
    payment_id: int
    reference: str
    amount: int
