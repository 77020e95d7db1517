"""WeChat Pay's side of a notice, with keys of our own: sealed, signed, and bent where a test wants it."""

from __future__ import annotations

import base64
import json
import secrets
import time
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.test import Client

from fangcun.identity.programs.models import Merchant
from fangcun.identity.programs.services import register_merchant
from fangcun.kernel.actors import SYSTEM
from fangcun.shop.payments.models import Payment, Refund


@lru_cache(maxsize=8)
def key(name: str) -> rsa.RSAPrivateKey:
    """A private key; the same one for the same name."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class WechatPay:
    """The WeChat Pay of one merchant."""

    mchid: str
    api_v3_key: str = field(default_factory=lambda: secrets.token_hex(16))
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    @property
    def serial(self) -> str:
        return f"PUB_KEY_ID_{self.mchid}"

    def register(self) -> Merchant:
        """Tell the platform of this merchant."""
        return register_merchant(
            mchid=self.mchid,
            name="商户",
            serial_no="5157F09EFDC096DE15EBE81A47057A7232F1B8E1",
            private_key=key("merchant").private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ).decode(),
            api_v3_key=self.api_v3_key,
            wechatpay_public_key=key(self.mchid).public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            ).decode(),
            public_key_id=self.serial,
            by=SYSTEM,
        )  # fmt: skip

    def envelope(
        self, content: Any, *, kind: str = "transaction", event: str = "TRANSACTION.SUCCESS", **changes: Any
    ) -> bytes:
        """A notice's body with its content sealed."""
        nonce = secrets.token_hex(6)
        plain = content if isinstance(content, bytes) else json.dumps(content).encode()
        sealed = AESGCM(self.api_v3_key.encode()).encrypt(nonce.encode(), plain, kind.encode())
        body = {
            "id": secrets.token_hex(16),
            "create_time": "2026-11-23T10:00:00+08:00",
            "resource_type": "encrypt-resource",
            "event_type": event,
            "summary": "支付成功",
            "resource": {
                "original_type": kind,
                "algorithm": "AEAD_AES_256_GCM",
                "ciphertext": base64.b64encode(sealed).decode(),
                "associated_data": kind,
                "nonce": nonce,
            },
        }
        return json.dumps({**body, **changes}).encode()

    def headers(self, body: bytes, *, age: float = 0, signer: str = "", **changes: str) -> dict[str, str]:
        """The signature of a body; `age` in seconds."""
        timestamp, nonce = str(int(time.time() - age)), secrets.token_hex(16)
        message = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
        signature = key(signer or self.mchid).sign(message, padding.PKCS1v15(), hashes.SHA256())
        return {
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": base64.b64encode(signature).decode(),
            "Wechatpay-Serial": self.serial,
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
            **changes,
        }

    def deliver(
        self,
        body: bytes,
        headers: dict[str, str] | None = None,
        *,
        to: str = "",
        content_type: str = "application/json",
    ) -> Any:
        """Knock at the platform."""
        return self.client.generic(
            "POST", f"/callbacks/wechat/pay/{to or self.mchid}", body,
            content_type=content_type, headers=self.headers(body) if headers is None else headers,
        )  # fmt: skip

    def paid(self, payment: Payment, **changes: Any) -> dict[str, Any]:
        """What WeChat Pay tells of a payment that succeeded."""
        told = {
            "appid": payment.program.appid,
            "mchid": self.mchid,
            "out_trade_no": payment.out_trade_no,
            "transaction_id": f"42000{payment.pk:023d}",
            "trade_type": "JSAPI",
            "trade_state": "SUCCESS",
            "trade_state_desc": "支付成功",
            "bank_type": "OTHERS",
            "attach": "",
            "success_time": "2026-11-23T10:00:00+08:00",
            "payer": {"openid": payment.openid},
            "amount": {
                "total": payment.amount, "payer_total": payment.amount, "currency": "CNY", "payer_currency": "CNY",
            },
        }  # fmt: skip
        return {**told, **changes}

    def refunded(self, row: Refund, **changes: Any) -> dict[str, Any]:
        """What WeChat Pay tells of a refund that arrived."""
        told = {
            "mchid": self.mchid,
            "out_trade_no": row.payment.out_trade_no,
            "transaction_id": row.payment.transaction_id,
            "out_refund_no": row.out_refund_no,
            "refund_id": f"50000{row.pk:023d}",
            "refund_status": "SUCCESS",
            "success_time": "2026-11-23T10:05:00+08:00",
            "user_received_account": "支付用户零钱",
            "amount": {
                "total": row.payment.amount, "refund": row.amount,
                "payer_total": row.payment.amount, "payer_refund": row.amount,
            },
        }  # fmt: skip
        return {**told, **changes}

    def tell_refund(self, row: Refund, **changes: Any) -> Any:
        return self.deliver(
            self.envelope(self.refunded(row, **changes), kind="refund", event="REFUND.SUCCESS")
        )
