"""Notices of WeChat Pay in every state of falseness."""

from __future__ import annotations

import base64
import json
import secrets
import time
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


@dataclass
class Forger:
    """Writes notices as WeChat Pay does, about anything, signed at any time."""

    url: str
    serial: str
    key: rsa.RSAPrivateKey
    api_v3_key: str

    def notice(
        self,
        resource: dict[str, Any],
        *,
        event: str = "TRANSACTION.SUCCESS",
        age_s: int = 0,
        api_v3_key: str = "",
        **envelope: Any,
    ) -> tuple[dict[str, str], bytes]:
        """Headers and body of a well-signed notice about this resource."""
        kind = "refund" if event.startswith("REFUND.") else "transaction"
        nonce = secrets.token_hex(6)
        sealed = AESGCM((api_v3_key or self.api_v3_key).encode()).encrypt(
            nonce.encode(), json.dumps(resource, ensure_ascii=False).encode(), kind.encode()
        )
        body = {
            "id": f"EV-{secrets.token_hex(8)}",
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
            **envelope,
        }
        return self.signed(json.dumps(body).encode(), age_s=age_s)

    def signed(self, body: bytes, *, age_s: int = 0) -> tuple[dict[str, str], bytes]:
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

    def send(self, notice: tuple[dict[str, str], bytes]) -> httpx.Response:
        headers, body = notice
        return httpx.post(self.url, headers=headers, content=body, timeout=30, trust_env=False)


@pytest.fixture(scope="session")
def second_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def wechat(shop, second_key) -> Forger:
    """WeChat Pay with a second key of its own, which the platform trusts and the test holds."""
    merchant = shop.program.merchant
    merchant.platform_certificates = {
        "5EC0" * 10: second_key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    }
    merchant.save()
    url = f"{shop.url}/callbacks/wechat/pay/{merchant.mchid}"
    return Forger(url, "5EC0" * 10, second_key, merchant.api_v3_key)
