"""The way to WeChat Pay and back: requests signed by the merchant, answers verified."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import httpx

from fangcun.gateways.wechat import signatures, transport
from fangcun.gateways.wechat.errors import (
    BadCredentials,
    RateLimited,
    ResponseNotTrusted,
    SignatureRefused,
    Unavailable,
    WechatError,
)
from fangcun.gateways.wechat.refusals import SAYS_HOW_IT_STANDS, pay_refusal
from fangcun.gateways.wechat.transport import Timeout

# "主备域名": merchants are asked to fall back to the second host when the first can't be reached.
_BACKUP = {"https://api.mch.weixin.qq.com": "https://api2.mch.weixin.qq.com"}
PUBLIC_KEY_ID = "PUB_KEY_ID_"


@dataclass(frozen=True, slots=True)
class MerchantCredentials:
    """What a merchant copies from pay.weixin.qq.com.

    `serial_no` and `private_key_pem` belong to the merchant's own API certificate; `keys` are WeChat Pay's,
    PEM texts by serial: a `PUB_KEY_ID_…` in mode "public_key", platform certificates in mode "certificate",
    both during a migration.
    """

    mchid: str
    serial_no: str
    private_key_pem: str = field(repr=False)
    api_v3_key: str = field(repr=False)
    keys: Mapping[str, str] = field(repr=False)
    mode: Literal["public_key", "certificate"] = "public_key"


class PayChannel:
    """Carries one merchant's requests. Raises BadCredentials when his private key can't be read."""

    def __init__(self, base_url: str, merchant: MerchantCredentials, timeout: Timeout) -> None:
        base_url = base_url.rstrip("/")
        self._hosts = [base_url, _BACKUP.get(base_url, base_url)]
        self._merchant = merchant
        self._timeout = timeout
        try:
            self.private_key = signatures.private_key(merchant.private_key_pem)
        except ValueError as failure:
            raise BadCredentials("商户 API 私钥无法读取", code="private_key") from failure

    def get(self, target: str) -> dict[str, Any]:
        """Ask; a verified answer comes back."""
        response = self.exchange("GET", target)
        self.verify(response, self._merchant.keys)
        return _object(response)

    def post(self, target: str, body: dict[str, Any]) -> dict[str, Any]:
        """Order something; a verified answer comes back, empty for "204 No Content"."""
        response = self.exchange("POST", target, json.dumps(body, ensure_ascii=False).encode())
        self.verify(response, self._merchant.keys)
        return _object(response) if response.content else {}

    def exchange(self, method: str, target: str, body: bytes = b"") -> httpx.Response:
        """Send, again if it may help, and get an answer that is a success but not yet verified."""
        hosts = iter(self._hosts * 2)
        return transport.patiently(lambda: self._once(next(hosts), method, target, body), again=_may_pass)

    def verify(self, response: httpx.Response, keys: Mapping[str, str]) -> None:
        """Raises ResponseNotTrusted unless WeChat Pay signed this answer within five minutes."""
        try:
            signatures.verify(response.headers, response.content, keys=keys, now=datetime.now(UTC))
        except SignatureRefused as refused:
            serial = response.headers.get("Wechatpay-Serial", "")
            raise ResponseNotTrusted(
                f"微信支付的应答没有通过验签：{refused}",
                code=refused.reason,
                details={"reason": refused.reason, "serial": serial[:64], "status": response.status_code},
            ) from refused

    def _once(self, host: str, method: str, target: str, body: bytes) -> httpx.Response:
        request = transport.build(method, host + target, timeout=self._timeout, content=body)
        request.headers["Authorization"] = signatures.authorization(
            self.private_key,
            mchid=self._merchant.mchid,
            serial_no=self._merchant.serial_no,
            method=method,
            target=request.url.raw_path.decode(),
            body=body,
        )
        request.headers["Content-Type"] = "application/json"
        if self._merchant.mode == "public_key":
            for serial in self._merchant.keys:
                if serial.startswith(PUBLIC_KEY_ID):
                    request.headers["Wechatpay-Serial"] = serial
        response = transport.send(request)
        if response.status_code in (200, 204):
            return response
        raise self._refusal(response)

    def _refusal(self, response: httpx.Response) -> WechatError:
        signed = "Wechatpay-Signature" in response.headers
        if signed:
            self.verify(response, self._merchant.keys)
        try:
            answer = _object(response)
        except ResponseNotTrusted:
            answer = {}
        refusal = pay_refusal(
            response.status_code, answer, request_id=response.headers.get("Request-ID", ""), signed=signed
        )
        if isinstance(refusal, SAYS_HOW_IT_STANDS) and not signed:
            return ResponseNotTrusted(
                f"微信支付的应答没有签名：{refusal}",
                code="missing_header",
                details={**refusal.details, "reason": "missing_header"},
            )
        return refusal


def _may_pass(failure: BaseException) -> bool:
    return isinstance(failure, Unavailable | RateLimited)


def _object(response: httpx.Response) -> dict[str, Any]:
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise ResponseNotTrusted(
            "微信支付的应答不是 JSON 对象", code="malformed", details={"reason": "malformed"}
        )
    return answer
