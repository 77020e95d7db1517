"""How WeChat signs and seals what it pushes, after the published description of its message encryption."""

import base64
import hashlib
import os

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

_BLOCK = 32


def sign(*parts: str) -> str:
    """SHA-1, as hex, of the parts in alphabetical order."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def seal(text: str, aes_key: str, appid: str) -> str:
    """16 random bytes, the length in four, the text, the appid; padded to 32 and under AES-256-CBC, base64."""
    message = text.encode()
    plain = os.urandom(16) + len(message).to_bytes(4, "big") + message + appid.encode()
    gap = _BLOCK - len(plain) % _BLOCK
    encryptor = _cipher(aes_key).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([gap]) * gap) + encryptor.finalize()).decode()


def open_sealed(sealed: str, aes_key: str, appid: str) -> str:
    """What a program's server sealed for WeChat. Raises ValueError."""
    raw = base64.b64decode(sealed, validate=True)
    decryptor = _cipher(aes_key).decryptor()
    plain = decryptor.update(raw) + decryptor.finalize()
    gap = plain[-1] if plain else 0
    if not 1 <= gap <= _BLOCK or plain[-gap:] != bytes([gap]) * gap:
        raise ValueError("the padding is wrong")
    plain = plain[:-gap]
    size = int.from_bytes(plain[16:20], "big")
    if plain[20 + size :] != appid.encode():
        raise ValueError("sealed for another appid")
    return plain[20 : 20 + size].decode()


def read_key(aes_key: str) -> bytes:
    """The 32 bytes of an EncodingAESKey of 43 letters and digits. Raises ValueError."""
    if len(aes_key) != 43 or not (aes_key.isascii() and aes_key.isalnum()):
        raise ValueError("aes_key must be 43 letters and digits")
    return base64.b64decode(aes_key + "=")


def _cipher(aes_key: str) -> Cipher[CBC]:
    key = read_key(aes_key)
    return Cipher(AES(key), CBC(key[:16]))
