"""Which part of a configuration is wrong, found by asking WeChat without changing anything there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from cryptography import x509

from fangcun.gateways.wechat import signatures
from fangcun.gateways.wechat.errors import (
    AlreadyPaid,
    BadCredentials,
    NumberTaken,
    OrderUnknown,
    RecipientInvalid,
    RequestRefused,
    ResponseNotTrusted,
    WechatError,
)
from fangcun.gateways.wechat.miniprogram import MiniProgramApi
from fangcun.gateways.wechat.pay import MerchantCredentials, PayApi
from fangcun.gateways.wechat.pay_channel import PUBLIC_KEY_ID
from fangcun.gateways.wechat.tokens import MemoryTokens

_NO_SUCH_ORDER = "FANGCUN-CONNECTION-TEST"
_NOBODY = "fangcun-connection-test"
_PROGRAM_PART: Mapping[str, str] = {
    "40013": "appid",
    "41002": "appid",
    "40001": "secret",
    "40125": "secret",
    "40243": "secret",
    "41004": "secret",
    "40164": "ip_list",
    "89503": "ip_list",
    "89506": "ip_list",
    "89507": "ip_list",
    "50004": "account",
    "50007": "account",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One part of the configuration: whether it works, and what a person should do about it."""

    part: str
    ok: bool
    message: str


def check_program(base_url: str, *, appid: str, secret: str) -> list[Check]:
    """Try a mini program's AppID and secret.

    Parts: `appid`, `secret`, `ip_list` (公众平台的 IP 白名单), `account`, `network`.
    """
    if not re.fullmatch(r"wx[0-9A-Za-z]{6,30}", appid):
        return [Check("appid", False, "AppID 应以 wx 开头，只含字母和数字，请从公众平台「开发设置」复制")]
    if not secret:
        return [Check("secret", False, "还没有填写 AppSecret")]
    try:
        MiniProgramApi(base_url, appid, secret, tokens=MemoryTokens()).check_credentials()
    except WechatError as refusal:
        return [Check(_PROGRAM_PART.get(refusal.code, "network"), False, str(refusal))]
    return [
        Check("appid", True, "AppID 有效"),
        Check("secret", True, "AppSecret 正确"),
        Check("ip_list", True, "微信接受来自本服务器的请求"),
    ]


def check_merchant(base_url: str, merchant: MerchantCredentials, *, appid: str = "") -> list[Check]:
    """Try a merchant's settings: read them, then ask WeChat Pay for an order that isn't there.

    Parts: `mchid`, `serial_no`, `private_key`, `api_v3_key`, `wechatpay_key` (微信支付公钥或平台证书),
    `clock`, `network`, and with `appid` also `binding` (AppID 与商户号的绑定).
    """
    checks = [
        _mchid(merchant.mchid),
        _serial_no(merchant.serial_no),
        _private_key(merchant.private_key_pem),
        _api_v3_key(merchant.api_v3_key),
        *_wechatpay_keys(merchant),
    ]
    if not all(check.ok for check in checks):
        return checks
    if merchant.mode == "certificate":
        try:
            found = PayApi(base_url, merchant).download_certificates()
        except WechatError as refusal:
            return _with(checks, _blame(refusal, merchant))
        merchant = replace(merchant, keys={**merchant.keys, **{one.serial_no: one.pem for one in found}})
    pay = PayApi(base_url, merchant)
    try:
        pay.query_by_out_trade_no(_NO_SUCH_ORDER)
    except OrderUnknown:
        checks = _with(checks, Check("network", True, "微信支付的应答已通过验签"))
    except WechatError as refusal:
        return _with(checks, _blame(refusal, merchant))
    return _with(checks, _binding(pay, appid, merchant)) if appid else checks


def _mchid(mchid: str) -> Check:
    if re.fullmatch(r"[0-9]{8,10}", mchid):
        return Check("mchid", True, "商户号格式正确")
    return Check("mchid", False, "商户号应为 8 至 10 位数字")


def _serial_no(serial_no: str) -> Check:
    if re.fullmatch(r"[0-9A-Fa-f]{16,64}", serial_no):
        return Check("serial_no", True, "商户 API 证书序列号格式正确")
    return Check("serial_no", False, "商户 API 证书序列号应为十六进制字符，请从商户平台「API 安全」复制")


def _private_key(pem: str) -> Check:
    try:
        signatures.private_key(pem)
    except ValueError:
        if "BEGIN CERTIFICATE" in pem or "BEGIN PUBLIC KEY" in pem:
            hint = "填入的是证书或公钥，需要的是 apiclient_key.pem"
        elif "ENCRYPTED" in pem:
            hint = "私钥带有密码，请填入未加密的 apiclient_key.pem"
        else:
            hint = "无法读取，请填入 apiclient_key.pem 的全部内容"
        return Check("private_key", False, f"商户 API 私钥{hint}")
    return Check("private_key", True, "商户 API 私钥可以读取")


def _api_v3_key(key: str) -> Check:
    if len(key.encode()) == 32:
        return Check("api_v3_key", True, "APIv3 密钥长度正确")
    return Check("api_v3_key", False, f"APIv3 密钥应为 32 个字符，现在是 {len(key)} 个")


def _wechatpay_keys(merchant: MerchantCredentials) -> list[Check]:
    part = "wechatpay_key"
    if merchant.mode == "public_key" and not any(it.startswith(PUBLIC_KEY_ID) for it in merchant.keys):
        return [Check(part, False, f"还没有填写微信支付公钥，其 ID 以 {PUBLIC_KEY_ID} 开头")]
    for serial, pem in merchant.keys.items():
        try:
            signatures.public_key(pem)
        except ValueError:
            return [Check(part, False, f"{serial} 的内容无法读取，需要 PEM 格式的公钥或平台证书")]
        if "BEGIN CERTIFICATE" in pem:
            actual = f"{x509.load_pem_x509_certificate(pem.strip().encode()).serial_number:X}"
            if actual.lstrip("0") != serial.upper().lstrip("0"):
                return [Check(part, False, f"{serial} 的证书序列号其实是 {actual}")]
    return [Check(part, True, "微信支付的公钥可以读取")] if merchant.keys else []


def _blame(refusal: WechatError, merchant: MerchantCredentials) -> Check:
    detail = refusal.details.get("detail")
    # Not the whole detail: it quotes the signed URL, which holds every keyword looked for below.
    named = [detail.get("field"), detail.get("issue")] if isinstance(detail, dict) else []
    said = f"{refusal.details.get('message', '')} {named}".lower()
    if isinstance(refusal, ResponseNotTrusted):
        return _blame_answer(refusal, merchant)
    if refusal.code == "api_v3_key":
        return Check("api_v3_key", False, "APIv3 密钥与商户平台上设置的不一致")
    if refusal.code == "MCH_NOT_EXISTS":
        return Check("mchid", False, str(refusal))
    if "wechatpay-serial" in said:
        return Check("wechatpay_key", False, "微信支付没有这个公钥 ID，请从商户平台「API 安全」核对")
    if refusal.code == "SIGN_ERROR":
        if "timestamp" in said or "时间" in said:
            return Check("clock", False, f"服务器时间与微信相差超过 5 分钟，请校准时钟。{refusal}")
        if "serial" in said or "序列号" in said:
            return Check("serial_no", False, f"证书序列号与商户 API 证书不符。{refusal}")
        if "mchid" in said or "商户号" in said or "not registered" in said:
            return Check("mchid", False, f"商户号不正确，或不是此证书的商户。{refusal}")
        return Check("private_key", False, f"私钥与商户 API 证书不匹配。{refusal}")
    return Check("mchid" if isinstance(refusal, BadCredentials) else "network", False, str(refusal))


def _blame_answer(refusal: ResponseNotTrusted, merchant: MerchantCredentials) -> Check:
    serial, reason = refusal.details.get("serial"), refusal.details.get("reason")
    if reason == "stale":
        return Check("clock", False, "服务器时间与微信相差超过 5 分钟，请校准时钟")
    if reason == "unknown_serial":
        own = "、".join(merchant.keys)
        return Check("wechatpay_key", False, f"微信支付用 {serial} 签名，配置里的是 {own}，请核对公钥 ID")
    if reason == "signature":
        return Check("wechatpay_key", False, f"{serial} 的公钥内容不正确，应答没有通过验签")
    return Check("network", False, str(refusal))


def _binding(pay: PayApi, appid: str, merchant: MerchantCredentials) -> Check:
    # An order for nobody is never opened, yet WeChat Pay first says whether these two belong together.
    try:
        pay.create_jsapi_order(
            appid=appid,
            openid=_NOBODY,
            out_trade_no=_NO_SUCH_ORDER,
            description="连接测试",
            total_amount=1,
            notify_url="https://pay.weixin.qq.com/",
        )
        pay.close(_NO_SUCH_ORDER)
    except (RecipientInvalid, RequestRefused, NumberTaken, AlreadyPaid):
        pass
    except WechatError as refusal:
        return Check("binding", False, str(refusal))
    return Check("binding", True, f"AppID {appid} 与商户号 {merchant.mchid} 已绑定")


def _with(checks: list[Check], found: Check) -> list[Check]:
    return [*(check for check in checks if check.part != found.part), found]
