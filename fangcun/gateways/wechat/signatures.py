"""Signatures and sealed contents of WeChat Pay v3.

Source: pay.weixin.qq.com, "签名与验签规则" and "如何解密回调报文".
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
import time
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fangcun.gateways.wechat.errors import SignatureRefused

SCHEME = "WECHATPAY2-SHA256-RSA2048"
FRESH_SECONDS = 300
_PROBE = "WECHATPAY/SIGNTEST/"


@lru_cache(maxsize=64)
def private_key(pem: str) -> rsa.RSAPrivateKey:
    """The merchant's key. Raises ValueError when the text is not an unencrypted RSA private key."""
    try:
        key = serialization.load_pem_private_key(pem.strip().encode(), password=None)
    except (TypeError, ValueError, UnsupportedAlgorithm) as failure:
        raise ValueError("not an unencrypted private key in PEM format") from failure
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("not an RSA key")
    return key


@lru_cache(maxsize=64)
def public_key(pem: str) -> rsa.RSAPublicKey:
    """A key of WeChat Pay, from a public key or from a certificate. Raises ValueError."""
    text = pem.strip().encode()
    key: object
    try:
        if b"BEGIN CERTIFICATE" in text:
            key = x509.load_pem_x509_certificate(text).public_key()
        else:
            key = serialization.load_pem_public_key(text)
    except (ValueError, UnsupportedAlgorithm) as failure:
        raise ValueError("neither a public key nor a certificate in PEM format") from failure
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("not an RSA key")
    return key


def sign(key: rsa.RSAPrivateKey, *lines: str | bytes) -> str:
    """Base64 of RSA-SHA256 (PKCS#1 v1.5) over the lines, each ended by a line feed."""
    message = b"".join((line.encode() if isinstance(line, str) else line) + b"\n" for line in lines)
    return base64.b64encode(key.sign(message, padding.PKCS1v15(), hashes.SHA256())).decode()


def authorization(
    key: rsa.RSAPrivateKey, *, mchid: str, serial_no: str, method: str, target: str, body: bytes
) -> str:
    """The Authorization header of a merchant's request; `target` is path and query as sent."""
    timestamp, nonce = str(int(time.time())), secrets.token_hex(16).upper()
    signature = sign(key, method, target, timestamp, nonce, body)
    return (
        f'{SCHEME} mchid="{mchid}",nonce_str="{nonce}",timestamp="{timestamp}",'
        f'serial_no="{serial_no}",signature="{signature}"'
    )


def verify(headers: Mapping[str, str], body: bytes, *, keys: Mapping[str, str], now: datetime) -> None:
    """Make sure WeChat Pay signed this body within five minutes of now. Raises SignatureRefused.

    `keys` maps serial numbers to PEM texts; a serial that is not in it is refused without asking anybody.
    """
    found: dict[str, str] = {}
    for name, value in headers.items():
        name = name.lower()
        if name.startswith("wechatpay-"):
            if name in found:
                raise SignatureRefused("malformed", f"请求头 {name} 出现了两次")
            found[name] = value
    try:
        timestamp, nonce, signature, serial = (
            found[f"wechatpay-{part}"] for part in ("timestamp", "nonce", "signature", "serial")
        )
    except KeyError as missing:
        raise SignatureRefused("missing_header", f"缺少请求头 {missing.args[0]}") from None
    if found.get("wechatpay-signature-type", SCHEME) != SCHEME:
        raise SignatureRefused("signature", "不支持的签名类型")
    if signature.startswith(_PROBE):
        raise SignatureRefused("signtest", "微信支付的验签探测")
    if not re.fullmatch(r"[0-9]{1,12}", timestamp):
        raise SignatureRefused("malformed", "Wechatpay-Timestamp 不是时间戳")
    if abs(now.timestamp() - int(timestamp)) >= FRESH_SECONDS:
        raise SignatureRefused("stale", "签名时间与当前时间相差超过 5 分钟")
    pem = keys.get(serial)
    if pem is None:
        raise SignatureRefused("unknown_serial", f"没有序列号为 {serial[:64]!r} 的微信支付公钥")
    try:
        public_key(pem).verify(
            base64.b64decode(signature, validate=True),
            f"{timestamp}\n{nonce}\n".encode() + body + b"\n",
            padding.PKCS1v15(),
            hashes.SHA256(),
        )
    except (InvalidSignature, binascii.Error, ValueError):
        raise SignatureRefused("signature", "签名与内容不符") from None


def unseal(api_v3_key: str, *, nonce: str, associated_data: str, ciphertext: str) -> bytes:
    """Open what was sealed with AEAD_AES_256_GCM. Raises ValueError when key or content do not fit."""
    try:
        return AESGCM(api_v3_key.encode()).decrypt(
            nonce.encode(), base64.b64decode(ciphertext, validate=True), associated_data.encode()
        )
    except (InvalidTag, binascii.Error, ValueError) as failure:
        raise ValueError("does not decrypt with this API v3 key") from failure
