"""Connections to WeChat and WeChat Pay on behalf of a mini program or a merchant.

Each process keeps a client as long as its credentials stay what they are.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, cast

from django.conf import settings
from django.utils.translation import gettext as _

from fangcun.gateways.wechat.connection_test import Check, check_merchant, check_program
from fangcun.gateways.wechat.customer_service import CustomerServiceApi
from fangcun.gateways.wechat.miniprogram import MiniProgramApi
from fangcun.gateways.wechat.pay import MerchantCredentials, PayApi
from fangcun.gateways.wechat.publishing import PublishingApi
from fangcun.identity.programs.models import Merchant, Program
from fangcun.identity.programs.tokens import SHARED_TOKENS

_Credentials = tuple[str, str, str, str, tuple[tuple[str, str], ...], str]


@lru_cache(maxsize=64)
def _miniprogram(base_url: str, appid: str, secret: str) -> MiniProgramApi:
    return MiniProgramApi(base_url, appid, secret, tokens=SHARED_TOKENS)


@lru_cache(maxsize=64)
def _customer_service(base_url: str, appid: str, secret: str) -> CustomerServiceApi:
    return CustomerServiceApi(base_url, appid, secret, tokens=SHARED_TOKENS)


@lru_cache(maxsize=64)
def _publishing(base_url: str, appid: str, secret: str) -> PublishingApi:
    return PublishingApi(base_url, appid, secret, tokens=SHARED_TOKENS)


@lru_cache(maxsize=64)
def _pay(base_url: str, credentials: _Credentials) -> PayApi:
    return PayApi(base_url, _unfolded(credentials))


def _folded(merchant: Merchant) -> _Credentials:
    return (
        merchant.mchid,
        merchant.serial_no,
        merchant.private_key,
        merchant.api_v3_key,
        tuple(sorted(verification_keys(merchant).items())),
        merchant.mode,
    )


def _unfolded(credentials: _Credentials) -> MerchantCredentials:
    mchid, serial_no, private_key, api_v3_key, keys, mode = credentials
    return MerchantCredentials(
        mchid=mchid,
        serial_no=serial_no,
        private_key_pem=private_key,
        api_v3_key=api_v3_key,
        keys=dict(keys),
        mode=cast(Literal["public_key", "certificate"], mode),
    )


def verification_keys(merchant: Merchant) -> dict[str, str]:
    """By which keys WeChat Pay's signatures for this merchant are checked: PEM texts by `Wechatpay-Serial`."""
    keys = dict(merchant.platform_certificates)
    if merchant.wechatpay_public_key and merchant.public_key_id:
        keys[merchant.public_key_id] = merchant.wechatpay_public_key
    return keys


def miniprogram_api(program: Program) -> MiniProgramApi:
    """WeChat's server API as this mini program."""
    return _miniprogram(settings.WECHAT_API_BASE, program.appid, program.app_secret)


def customer_service_api(program: Program) -> CustomerServiceApi:
    """WeChat's customer service as this mini program."""
    return _customer_service(settings.WECHAT_API_BASE, program.appid, program.app_secret)


def publishing_api(program: Program) -> PublishingApi:
    """WeChat's code management for this mini program; only a third-party platform may use it."""
    return _publishing(settings.WECHAT_API_BASE, program.appid, program.app_secret)


def pay_api(merchant: Merchant) -> PayApi:
    """WeChat Pay as this merchant. Raises BadCredentials when the private key can't be read."""
    return _pay(settings.WECHAT_PAY_BASE, _folded(merchant))


def test_connection(program: Program) -> list[Check]:
    """Ask WeChat and WeChat Pay whether each part of the registration is right; says which one is not.

    Changes nothing there. Calls the network, so never inside a transaction.
    """
    checks = check_program(settings.WECHAT_API_BASE, appid=program.appid, secret=program.app_secret)
    if program.merchant is None:
        return [*checks, Check("merchant", False, _("还没有关联商户号，暂时不能收款"))]
    # Without a valid appid its binding to the merchant can't be asked for.
    appid = program.appid if all(check.ok for check in checks) else ""
    credentials = _unfolded(_folded(program.merchant))
    return [*checks, *check_merchant(settings.WECHAT_PAY_BASE, credentials, appid=appid)]
