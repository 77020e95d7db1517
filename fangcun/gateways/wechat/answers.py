"""What the gateway answers: plain values, nothing of the vendor's formats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

TradeState = Literal["SUCCESS", "REFUND", "NOTPAY", "CLOSED", "REVOKED", "USERPAYING", "PAYERROR", "ACCEPT"]
RefundState = Literal["SUCCESS", "CLOSED", "PROCESSING", "ABNORMAL"]


@dataclass(frozen=True, slots=True)
class Session:
    """Who logged in. `session_key` never leaves the server."""

    openid: str
    unionid: str | None
    session_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A number the customer handed over: digits without the country code, and the country code ("86")."""

    number: str
    country_code: str


@dataclass(frozen=True, slots=True)
class Transaction:
    """What WeChat Pay knows of one payment. Amounts in fen; before payment most facts are None."""

    state: TradeState
    out_trade_no: str
    mchid: str
    appid: str | None
    transaction_id: str | None
    amount_total: int | None
    amount_paid: int | None
    currency: str | None
    payer_openid: str | None
    success_at: datetime | None
    trade_type: str | None
    bank_type: str | None
    attach: str | None


@dataclass(frozen=True, slots=True)
class RefundResult:
    """What WeChat Pay knows of one refund. Accepted is not yet paid back: `state` says. Amounts in fen."""

    state: RefundState
    refund_id: str
    out_refund_no: str
    transaction_id: str
    out_trade_no: str
    amount_total: int
    amount_refund: int
    success_at: datetime | None
    received_account: str | None


@dataclass(frozen=True, slots=True)
class RefundNotice:
    """The news that a refund ended. Amounts in fen."""

    state: RefundState
    mchid: str
    refund_id: str
    out_refund_no: str
    transaction_id: str
    out_trade_no: str
    amount_total: int
    amount_refund: int
    success_at: datetime | None
    received_account: str | None


@dataclass(frozen=True, slots=True)
class PlatformCertificate:
    """One of WeChat Pay's own certificates, by which its answers are verified."""

    serial_no: str
    pem: str
    effective_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """A verified and decrypted notice. `id` is the same when WeChat sends it again."""

    id: str
    event_type: str
    original_type: str
    summary: str
    created_at: datetime
    resource: Mapping[str, Any]
