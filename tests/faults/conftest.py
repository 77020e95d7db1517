"""WeChat Pay with a pen in the test's hand."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.faults.forging import Forger

SERIAL = "5EC0" * 10


@pytest.fixture(scope="session")
def second_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def wechat(shop, second_key) -> Forger:
    """WeChat Pay with a second key of its own, which the platform trusts and the test holds."""
    merchant = shop.program.merchant
    public = second_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    merchant.platform_certificates = {SERIAL: public.decode()}
    merchant.save()
    url = f"{shop.url}/callbacks/wechat/pay/{merchant.mchid}"
    return Forger(url, SERIAL, second_key, merchant.api_v3_key)
