"""The seal of WeChat's message push: SHA-1 over sorted parts, AES-CBC under the EncodingAESKey.

Source: 消息推送服务器配置, 消息加解密说明 (https://developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

_BLOCK_BITS = 256  # WeChat pads to 32 bytes, twice AES's own block
_RANDOM_BYTES = 16
_LENGTH_BYTES = 4
_AES_KEY = re.compile(r"[0-9A-Za-z]{43}")


class NotSealed(ValueError):
    """The text can't be opened with this key, or is meant for another appid."""


class ForAnother(NotSealed):
    """The key is right, and the text is meant for another appid."""


def is_aes_key(text: str) -> bool:
    """Whether a text can be an EncodingAESKey: 43 letters and digits."""
    return _AES_KEY.fullmatch(text) is not None


def signature_of(*parts: str) -> str:
    """SHA-1 of the sorted parts, as hex."""
    # WeChat's protocol; the token in it is the secret.
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def matches(signature: str, *parts: str) -> bool:
    """Whether this is the signature of these parts; takes as long for a wrong one."""
    return hmac.compare_digest(signature.encode(), signature_of(*parts).encode())


def unseal(sealed: str, *, aes_key: str, appid: str) -> bytes:
    """What WeChat put into `Encrypt`. Raises NotSealed."""
    try:
        ciphertext = base64.b64decode(sealed, validate=True)
        decryptor = _cipher(aes_key).decryptor()
        padded = decryptor.update(ciphertext) + decryptor.finalize()
        unpadder = PKCS7(_BLOCK_BITS).unpadder()
        plain = unpadder.update(padded) + unpadder.finalize()
        (length,) = struct.unpack_from(">I", plain, _RANDOM_BYTES)
    except (binascii.Error, ValueError, struct.error) as failure:
        raise NotSealed("this is not sealed with our EncodingAESKey") from failure
    start = _RANDOM_BYTES + _LENGTH_BYTES
    message, receiver = plain[start : start + length], plain[start + length :]
    if len(message) != length:
        raise NotSealed("this is not sealed with our EncodingAESKey")
    if not hmac.compare_digest(receiver, appid.encode()):
        raise ForAnother("this is sealed for another appid")
    return message


def seal(message: bytes, *, aes_key: str, appid: str) -> str:
    """The `Encrypt` of an answer."""
    plain = secrets.token_bytes(_RANDOM_BYTES) + struct.pack(">I", len(message)) + message + appid.encode()
    padder = PKCS7(_BLOCK_BITS).padder()
    encryptor = _cipher(aes_key).encryptor()
    ciphertext = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    return base64.b64encode(ciphertext).decode()


def _cipher(aes_key: str) -> Cipher[modes.CBC]:
    key = base64.b64decode(aes_key + "=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))
