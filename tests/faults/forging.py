"""Writes notices as WeChat Pay does, about anything, signed at any time, with a key that the test holds."""

from __future__ import annotations

import base64
import json
import secrets
import time
from dataclasses import dataclass
from typing import Any

import httpx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Sent = tuple[dict[str, str], bytes]


@dataclass
class Forger:
    """WeChat Pay's pen; `url` is where its notices go."""

    url: str
    serial: str
    key: rsa.RSAPrivateKey
    api_v3_key: str

    def notice(
        self,
        resource: dict[str, Any],
        *,
        event: str = "TRANSACTION.SUCCESS",
        notice_id: str = "",
        age_s: int = 0,
        api_v3_key: str = "",
    ) -> Sent:
        """Headers and body of a well-signed notice about this resource."""
        kind = "refund" if event.startswith("REFUND.") else "transaction"
        nonce = secrets.token_hex(6)
        sealed = AESGCM((api_v3_key or self.api_v3_key).encode()).encrypt(
            nonce.encode(), json.dumps(resource, ensure_ascii=False).encode(), kind.encode()
        )
        body = {
            "id": notice_id or f"EV-{secrets.token_hex(8)}",
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
        return self.signed(json.dumps(body).encode(), age_s=age_s)

    def signed(self, body: bytes, *, age_s: int = 0) -> Sent:
        """Headers under which any body is well signed, so many seconds ago."""
        timestamp, nonce = str(int(time.time()) - age_s), secrets.token_hex(16)
        message = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
        signature = self.key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        headers = {
            "Content-Type": "application/json",
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": base64.b64encode(signature).decode(),
            "Wechatpay-Serial": self.serial,
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }
        return headers, body

    def send(self, notice: Sent) -> httpx.Response:
        headers, body = notice
        return httpx.post(self.url, headers=headers, content=body, timeout=30, trust_env=False)
