"""Notices WeChat Pay posts to us: believed only after signature, freshness and decryption."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fangcun.gateways.wechat import resources, signatures
from fangcun.gateways.wechat.answers import Notice, RefundNotice, Transaction
from fangcun.gateways.wechat.errors import SignatureRefused

MOST_BYTES = 1024 * 1024
_PAYMENT = frozenset({"TRANSACTION.SUCCESS"})
_REFUND = frozenset({"REFUND.SUCCESS", "REFUND.ABNORMAL", "REFUND.CLOSED"})


def open_notice(
    headers: Mapping[str, str], body: bytes, *, keys: Mapping[str, str], api_v3_key: str, now: datetime
) -> Notice:
    """Verify and decrypt one notice. Nothing in it may be used before this.

    `body` is the request's bytes as they came, `keys` WeChat Pay's keys by serial; calls nobody.
    Raises SignatureRefused; the door answers 4xx. Replays within five minutes pass: tell them by `id`.
    Source: "支付通知 API", "微信支付回调通知处理".
    """
    if len(body) > MOST_BYTES:
        raise SignatureRefused("malformed", "通知超过 1 MB")
    signatures.verify(headers, body, keys=keys, now=now)
    try:
        envelope = _object(body)
        sealed = resources.part(envelope, "resource")
        created_at = resources.moment(envelope, "create_time")
        if created_at is None:
            raise ValueError("create_time is no text")
        return Notice(
            id=resources.text(envelope, "id"),
            event_type=resources.text(envelope, "event_type"),
            original_type=resources.text(sealed, "original_type"),
            summary=resources.maybe_text(envelope, "summary") or "",
            created_at=created_at,
            resource=_object(resources.open_sealed(sealed, api_v3_key)),
        )
    except resources.Sealed as failure:
        raise SignatureRefused("decrypt", "APIv3 密钥解不开通知") from failure
    except (ValueError, RecursionError) as failure:
        raise SignatureRefused("malformed", f"通知内容不合规：{failure}") from failure


def payment_of(notice: Notice) -> Transaction:
    """The payment a notice tells of. Compare its amount, payer, appid and mchid with the order's before use.

    Raises SignatureRefused("malformed") for another kind of notice and for contents out of shape.
    """
    _is_kind(notice, _PAYMENT, "transaction")
    try:
        return resources.transaction_from(notice.resource)
    except ValueError as failure:
        raise SignatureRefused("malformed", f"支付通知不合规：{failure}") from failure


def refund_of(notice: Notice) -> RefundNotice:
    """The refund a notice tells of. Raises SignatureRefused("malformed") like `payment_of`."""
    _is_kind(notice, _REFUND, "refund")
    try:
        return resources.refund_notice_from(notice.resource)
    except ValueError as failure:
        raise SignatureRefused("malformed", f"退款通知不合规：{failure}") from failure


def _is_kind(notice: Notice, event_types: frozenset[str], original_type: str) -> None:
    if notice.event_type not in event_types or notice.original_type != original_type:
        raise SignatureRefused("malformed", f"{notice.event_type} 不是此类通知")


def _object(text: bytes) -> dict[str, Any]:
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value
