"""Signatures, encryption and certificates of WeChat Pay v3, in the published message formats."""

import base64
import binascii
import secrets
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID

SCHEME = "WECHATPAY2-SHA256-RSA2048"
ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def new_key() -> str:
    """A fresh RSA-2048 private key as PEM (PKCS#8)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def public_pem(private_key_pem: str) -> str:
    """The public half of a private key, as PEM."""
    return _public_bytes(_private_key(private_key_pem).public_key())


def new_certificate(private_key_pem: str, common_name: str) -> tuple[str, str]:
    """A self-signed certificate for the key, valid five years: ``(serial as 40 hex digits, PEM)``."""
    key = _private_key(private_key_pem)
    # The first bit stays clear as X.509 wants it, the first hex digit is never 0 so that no reader drops it.
    number = secrets.randbits(158) | 1 << 158
    now = datetime.now(UTC)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "wechatbox"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(number)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=5 * 365))
        .sign(key, hashes.SHA256())
    )
    return f"{number:040X}", certificate.public_bytes(serialization.Encoding.PEM).decode()


def read_certificate(certificate_pem: str) -> tuple[str, str]:
    """``(serial, public key PEM)`` of a merchant certificate. Raises ValueError."""
    certificate = x509.load_pem_x509_certificate(certificate_pem.encode())
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("the certificate's key is not RSA")
    return f"{certificate.serial_number:040X}", _public_bytes(key)


def certificate_period(certificate_pem: str) -> tuple[datetime, datetime]:
    """From when to when a certificate is valid (UTC)."""
    certificate = x509.load_pem_x509_certificate(certificate_pem.encode())
    return certificate.not_valid_before_utc, certificate.not_valid_after_utc


def check_public_key(public_key_pem: str) -> None:
    """Raises ValueError unless the text is an RSA public key."""
    _public_key(public_key_pem)


def sign(private_key_pem: str, message: bytes) -> str:
    """Base64 of RSASSA-PKCS1-v1_5 with SHA-256."""
    return base64.b64encode(
        _private_key(private_key_pem).sign(message, padding.PKCS1v15(), hashes.SHA256())
    ).decode()


def verifies(public_key_pem: str, message: bytes, signature: str) -> bool:
    """Whether the base64 signature over the message is by the owner of the key."""
    try:
        raw = base64.b64decode(signature, validate=True)
        _public_key(public_key_pem).verify(raw, message, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def request_message(method: str, target: str, timestamp: str, nonce: str, body: bytes) -> bytes:
    """What a merchant signs: five lines. ``target`` is path and query as sent."""
    return f"{method}\n{target}\n{timestamp}\n{nonce}\n".encode() + body + b"\n"


def answer_message(timestamp: str, nonce: str, body: bytes) -> bytes:
    """What WeChat Pay signs in answers and notices: three lines."""
    return f"{timestamp}\n{nonce}\n".encode() + body + b"\n"


def payment_message(appid: str, timestamp: str, nonce: str, package: str) -> bytes:
    """What the phone checks before it opens the cashier (``paySign``): four lines."""
    return f"{appid}\n{timestamp}\n{nonce}\n{package}\n".encode()


def encrypt(api_v3_key: str, plaintext: bytes, associated_data: str) -> dict[str, str]:
    """AEAD_AES_256_GCM under the merchant's API v3 key, as the four fields WeChat Pay sends."""
    nonce = random_text(12)
    sealed = AESGCM(api_v3_key.encode()).encrypt(nonce.encode(), plaintext, associated_data.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(sealed).decode(),
        "associated_data": associated_data,
        "nonce": nonce,
    }


def random_text(length: int) -> str:
    """Letters and digits that nobody can guess."""
    return "".join(secrets.choice(ALPHANUMERIC) for _ in range(length))


@lru_cache(maxsize=256)
def _private_key(pem: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("not an RSA private key")
    return key


@lru_cache(maxsize=256)
def _public_key(pem: str) -> rsa.RSAPublicKey:
    key = serialization.load_pem_public_key(pem.encode())
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("not an RSA public key")
    return key


def _public_bytes(key: rsa.RSAPublicKey) -> str:
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()
