"""From WeChat Pay's JSON to plain values, refusing what has not the documented shape."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast, get_args

from fangcun.gateways.wechat import signatures
from fangcun.gateways.wechat.answers import (
    PlatformCertificate,
    RefundNotice,
    RefundResult,
    RefundState,
    TradeState,
    Transaction,
)


def transaction_from(resource: Mapping[str, Any]) -> Transaction:
    """One payment, from a query or a notice. Raises ValueError naming the field that does not fit."""
    state = text(resource, "trade_state")
    if state not in get_args(TradeState):
        raise ValueError(f"trade_state is {state!r}")
    amount, payer = part(resource, "amount"), part(resource, "payer")
    # After any refund the state is REFUND for good.
    paid = state in ("SUCCESS", "REFUND")
    return Transaction(
        state=cast(TradeState, state),
        out_trade_no=text(resource, "out_trade_no"),
        mchid=text(resource, "mchid"),
        appid=text(resource, "appid") if paid else maybe_text(resource, "appid"),
        transaction_id=text(resource, "transaction_id") if paid else maybe_text(resource, "transaction_id"),
        amount_total=fen(amount, "total") if paid or "total" in amount else None,
        amount_paid=fen(amount, "payer_total") if "payer_total" in amount else None,
        currency=maybe_text(amount, "currency"),
        payer_openid=text(payer, "openid") if paid else maybe_text(payer, "openid"),
        success_at=moment(resource, "success_time"),
        trade_type=maybe_text(resource, "trade_type"),
        bank_type=maybe_text(resource, "bank_type"),
        attach=maybe_text(resource, "attach"),
    )


def refund_from(resource: Mapping[str, Any]) -> RefundResult:
    """One refund, from its creation or a query. Raises ValueError naming the field that does not fit."""
    amount = part(resource, "amount")
    return RefundResult(
        state=_refund_state(resource, "status"),
        refund_id=text(resource, "refund_id"),
        out_refund_no=text(resource, "out_refund_no"),
        transaction_id=text(resource, "transaction_id"),
        out_trade_no=text(resource, "out_trade_no"),
        amount_total=fen(amount, "total"),
        amount_refund=fen(amount, "refund"),
        success_at=moment(resource, "success_time"),
        received_account=maybe_text(resource, "user_received_account"),
    )


def refund_notice_from(resource: Mapping[str, Any]) -> RefundNotice:
    """One refund, from a notice, which calls its state `refund_status`. Raises ValueError."""
    amount = part(resource, "amount")
    return RefundNotice(
        state=_refund_state(resource, "refund_status"),
        mchid=text(resource, "mchid"),
        refund_id=text(resource, "refund_id"),
        out_refund_no=text(resource, "out_refund_no"),
        transaction_id=text(resource, "transaction_id"),
        out_trade_no=text(resource, "out_trade_no"),
        amount_total=fen(amount, "total"),
        amount_refund=fen(amount, "refund"),
        success_at=moment(resource, "success_time"),
        received_account=maybe_text(resource, "user_received_account"),
    )


def _refund_state(resource: Mapping[str, Any], key: str) -> RefundState:
    state = text(resource, key)
    if state not in get_args(RefundState):
        raise ValueError(f"{key} is {state!r}")
    return cast(RefundState, state)


def part(resource: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = resource.get(key, {})
    if not isinstance(value, dict):
        raise ValueError(f"{key} is no object")
    return value


def text(resource: Mapping[str, Any], key: str) -> str:
    value = resource.get(key)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{key} is no text")
    return value


def maybe_text(resource: Mapping[str, Any], key: str) -> str | None:
    return text(resource, key) if resource.get(key) not in (None, "") else None


def fen(resource: Mapping[str, Any], key: str) -> int:
    value = resource.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{key} is no amount in fen")
    return value


def moment(resource: Mapping[str, Any], key: str) -> datetime | None:
    written = maybe_text(resource, key)
    if written is None:
        return None
    at = datetime.fromisoformat(written)
    if at.tzinfo is None:
        raise ValueError(f"{key} has no time zone")
    return at


class Sealed(ValueError):
    """Content that the given API v3 key does not open."""


def open_sealed(sealed: Mapping[str, Any], api_v3_key: str) -> bytes:
    """What a sealed object holds. Raises ValueError, or its subclass Sealed for the wrong key."""
    algorithm = text(sealed, "algorithm")
    if algorithm != "AEAD_AES_256_GCM":
        raise ValueError(f"algorithm is {algorithm!r}")
    nonce, ciphertext = text(sealed, "nonce"), text(sealed, "ciphertext")
    try:
        return signatures.unseal(
            api_v3_key,
            nonce=nonce,
            associated_data=maybe_text(sealed, "associated_data") or "",
            ciphertext=ciphertext,
        )
    except ValueError as failure:
        raise Sealed(str(failure)) from failure


def certificates_from(body: bytes, api_v3_key: str) -> list[PlatformCertificate]:
    """WeChat Pay's certificates, opened. Raises ValueError, or its subclass Sealed for the wrong key."""
    answer = json.loads(body)
    entries = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError("data is no list")
    return [_certificate_from(entry, api_v3_key) for entry in entries]


def _certificate_from(entry: Mapping[str, Any], api_v3_key: str) -> PlatformCertificate:
    effective_at, expires_at = moment(entry, "effective_time"), moment(entry, "expire_time")
    if effective_at is None or expires_at is None:
        raise ValueError("a certificate without its times")
    return PlatformCertificate(
        serial_no=text(entry, "serial_no"),
        pem=open_sealed(part(entry, "encrypt_certificate"), api_v3_key).decode(),
        effective_at=effective_at,
        expires_at=expires_at,
    )
