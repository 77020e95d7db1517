"""WeChat Pay v3 for a mini program."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

from fangcun.gateways.wechat import resources, signatures
from fangcun.gateways.wechat.answers import PlatformCertificate, RefundResult, Transaction
from fangcun.gateways.wechat.errors import BadCredentials, ResponseNotTrusted
from fangcun.gateways.wechat.pay_channel import MerchantCredentials, PayChannel
from fangcun.gateways.wechat.transport import DEFAULT_TIMEOUT, Timeout

__all__ = ["MerchantCredentials", "Pay", "PayApi"]

_BEIJING = timezone(timedelta(hours=8))
_MOST_DESCRIPTION_BYTES = 127
_MOST_REASON_BYTES = 80
_Parsed = TypeVar("_Parsed")


class Pay(Protocol):
    """What the platform asks of WeChat Pay on behalf of one merchant."""

    def create_jsapi_order(
        self,
        *,
        appid: str,
        openid: str,
        out_trade_no: str,
        description: str,
        total_amount: int,
        notify_url: str,
        expires_at: datetime | None = None,
        attach: str = "",
    ) -> str: ...

    def payment_params(self, *, appid: str, prepay_id: str) -> dict[str, str]: ...

    def query_by_out_trade_no(self, out_trade_no: str) -> Transaction: ...

    def query_by_transaction_id(self, transaction_id: str) -> Transaction: ...

    def close(self, out_trade_no: str) -> None: ...

    def refund(
        self,
        *,
        out_trade_no: str,
        out_refund_no: str,
        refund_amount: int,
        total_amount: int,
        reason: str = "",
        notify_url: str = "",
    ) -> RefundResult: ...

    def query_refund(self, out_refund_no: str) -> RefundResult: ...

    def download_certificates(self) -> list[PlatformCertificate]: ...


class PayApi:
    """One merchant at WeChat Pay. Money is in fen; every answer is believed only with WeChat Pay's signature.

    Calls that find WeChat Pay busy or silent are repeated a few times under the same business number, which
    WeChat Pay treats as the same order or refund. Every method may raise BadCredentials, RateLimited,
    Unavailable, RequestRefused, ResponseNotTrusted, and what its text names.
    """

    def __init__(
        self, base_url: str, merchant: MerchantCredentials, *, timeout: Timeout = DEFAULT_TIMEOUT
    ) -> None:
        self._merchant = merchant
        self._channel = PayChannel(base_url, merchant, timeout)

    def create_jsapi_order(
        self,
        *,
        appid: str,
        openid: str,
        out_trade_no: str,
        description: str,
        total_amount: int,
        notify_url: str,
        expires_at: datetime | None = None,
        attach: str = "",
    ) -> str:
        """Open an order at WeChat Pay and get its prepay_id, good for two hours.

        `out_trade_no`: 6 to 32 of letters, digits and _-|*. The same number with the same content gives a
        fresh prepay_id, with other content NumberTaken. Raises AlreadyPaid, OrderClosed, RecipientInvalid.
        Source: "JSAPI/小程序下单".
        """
        body: dict[str, Any] = {
            "appid": appid,
            "mchid": self._merchant.mchid,
            "description": _label(description, _MOST_DESCRIPTION_BYTES) or out_trade_no,
            "out_trade_no": out_trade_no,
            "notify_url": notify_url,
            "amount": {"total": total_amount, "currency": "CNY"},
            "payer": {"openid": openid},
        }
        if expires_at is not None:
            body["time_expire"] = expires_at.astimezone(_BEIJING).isoformat(timespec="seconds")
        if attach:
            body["attach"] = attach
        answer = self._channel.post("/v3/pay/transactions/jsapi", body)
        return _parsed(lambda it: resources.text(it, "prepay_id"), answer)

    def payment_params(self, *, appid: str, prepay_id: str) -> dict[str, str]:
        """What the phone hands to wx.requestPayment, signed for this moment. Source: "小程序调起支付"."""
        timestamp, nonce, package = str(int(time.time())), secrets.token_hex(16), f"prepay_id={prepay_id}"
        return {
            "timeStamp": timestamp,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": signatures.sign(self._channel.private_key, appid, timestamp, nonce, package),
        }

    def query_by_out_trade_no(self, out_trade_no: str) -> Transaction:
        """Ask how a payment stands, by our number. Raises OrderUnknown."""
        found = self._query(f"/v3/pay/transactions/out-trade-no/{quote(out_trade_no, safe='')}")
        _is_about("out_trade_no", out_trade_no, found.out_trade_no)
        return found

    def query_by_transaction_id(self, transaction_id: str) -> Transaction:
        """Ask how a payment stands, by WeChat Pay's number. Raises OrderUnknown."""
        found = self._query(f"/v3/pay/transactions/id/{quote(transaction_id, safe='')}")
        _is_about("transaction_id", transaction_id, found.transaction_id)
        return found

    def close(self, out_trade_no: str) -> None:
        """Close an unpaid order so that nobody can pay it any more.

        Raises AlreadyPaid, OrderUnknown, OrderClosed, RateLimited (a payment is under way); then query.
        """
        self._channel.post(
            f"/v3/pay/transactions/out-trade-no/{quote(out_trade_no, safe='')}/close",
            {"mchid": self._merchant.mchid},
        )

    def refund(
        self,
        *,
        out_trade_no: str,
        out_refund_no: str,
        refund_amount: int,
        total_amount: int,
        reason: str = "",
        notify_url: str = "",
    ) -> RefundResult:
        """Pay money back. The answer means accepted; the money arrives when `state` becomes SUCCESS.

        The same `out_refund_no` is the same refund, so a retry never pays twice; a new number would.
        Raises RefundUnknown (no such paid order), BalanceTooLow, RefundImpossible, NumberTaken.
        Source: "申请退款".
        """
        body: dict[str, Any] = {
            "out_trade_no": out_trade_no,
            "out_refund_no": out_refund_no,
            "amount": {"refund": refund_amount, "total": total_amount, "currency": "CNY"},
        }
        if label := _label(reason, _MOST_REASON_BYTES):
            body["reason"] = label
        if notify_url:
            body["notify_url"] = notify_url
        answered = _parsed(resources.refund_from, self._channel.post("/v3/refund/domestic/refunds", body))
        _is_about("out_refund_no", out_refund_no, answered.out_refund_no)
        return answered

    def query_refund(self, out_refund_no: str) -> RefundResult:
        """Ask how a refund stands, by our number. Raises RefundUnknown."""
        answer = self._channel.get(f"/v3/refund/domestic/refunds/{quote(out_refund_no, safe='')}")
        found = _parsed(resources.refund_from, answer)
        _is_about("out_refund_no", out_refund_no, found.out_refund_no)
        return found

    def download_certificates(self) -> list[PlatformCertificate]:
        """Fetch WeChat Pay's certificates; the new ones take the place of `keys` in mode "certificate".

        Raises BadCredentials (code `api_v3_key`) when the API v3 key does not open them.
        Source: "获取平台证书列表".
        """
        response = self._channel.exchange("GET", "/v3/certificates")
        try:
            certificates = resources.certificates_from(response.content, self._merchant.api_v3_key)
        except resources.Sealed as failure:
            raise BadCredentials("APIv3 密钥解不开微信支付平台证书", code="api_v3_key") from failure
        except ValueError as failure:
            raise _malformed(failure) from failure
        # The first download can only be verified by what it brings; the API v3 key has proved who sealed it.
        brought = {certificate.serial_no: certificate.pem for certificate in certificates}
        self._channel.verify(response, {**self._merchant.keys, **brought})
        return certificates

    def _query(self, path: str) -> Transaction:
        found = _parsed(
            resources.transaction_from, self._channel.get(f"{path}?mchid={quote(self._merchant.mchid)}")
        )
        _is_about("mchid", self._merchant.mchid, found.mchid)
        return found


def _parsed(parse: Callable[[dict[str, Any]], _Parsed], answer: dict[str, Any]) -> _Parsed:
    try:
        return parse(answer)
    except ValueError as failure:
        raise _malformed(failure) from failure


def _malformed(failure: ValueError) -> ResponseNotTrusted:
    return ResponseNotTrusted(
        f"微信支付的应答不合规：{failure}", code="malformed", details={"reason": "malformed"}
    )


def _is_about(name: str, asked: str, answered: str | None) -> None:
    # The signature covers only the body: somebody else's answer, replayed, would verify too.
    if asked != answered:
        raise ResponseNotTrusted(
            f"微信支付答复的 {name} 是 {answered}，不是所问的 {asked}",
            code="other",
            details={"reason": "other"},
        )


def _label(text: str, most_bytes: int) -> str:
    # The pages count in characters here and bytes there; bytes is the stricter reading.
    printable = "".join(char for char in text if char.isprintable())
    return printable.encode()[:most_bytes].decode(errors="ignore").strip()
