"""Answers in WeChat Pay's name that must not be believed, and what is sent again after a failure."""

from __future__ import annotations

import base64
import re
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from fangcun.gateways.wechat.errors import (
    BadCredentials,
    OrderUnknown,
    RateLimited,
    RequestRefused,
    ResponseNotTrusted,
    Unavailable,
)
from fangcun.gateways.wechat.pay import PayApi
from fangcun.gateways.wechat.tests.conftest import PAID, SERIAL, StandIn, merchant, pair, signed_headers
from fangcun.gateways.wechat.transport import Timeout

NUMBER = PAID["out_trade_no"]


def mistrust(pay: PayApi) -> str:
    with pytest.raises(ResponseNotTrusted) as refused:
        pay.query_by_out_trade_no(NUMBER)
    assert refused.value.permanent is False
    return str(refused.value.details["reason"])


def test_a_signed_answer_is_believed(stand_in: StandIn, pay: PayApi) -> None:
    stand_in.says_signed(200, PAID)
    assert pay.query_by_out_trade_no(NUMBER).amount_total == 3980
    [said] = stand_in.heard
    assert (said.method, said.path) == (
        "GET",
        "/v3/pay/transactions/out-trade-no/FC20261123000001?mchid=1900000109",
    )
    assert said.headers["Wechatpay-Serial"] == SERIAL
    assert said.headers["Accept"] == "application/json"


def test_an_unsigned_success_is_not_believed(stand_in: StandIn, pay: PayApi) -> None:
    stand_in.says(200, PAID)
    assert mistrust(pay) == "missing_header"


def test_a_success_signed_by_a_stranger_is_not_believed(stand_in: StandIn, pay: PayApi) -> None:
    stand_in.says_signed(200, PAID, signer="stranger")
    assert mistrust(pay) == "signature"


def test_a_success_under_an_unknown_serial_is_not_believed(stand_in: StandIn, pay: PayApi) -> None:
    stand_in.says_signed(200, PAID, serial="PUB_KEY_ID_9")
    assert mistrust(pay) == "unknown_serial"
    assert len(stand_in.heard) == 1


@pytest.mark.parametrize("age", [301, -301])
def test_an_old_answer_is_not_believed(stand_in: StandIn, pay: PayApi, age: int) -> None:
    stand_in.says_signed(200, PAID, at=time.time() - age)
    assert mistrust(pay) == "stale"


def test_a_probe_is_not_believed(stand_in: StandIn, pay: PayApi) -> None:
    stand_in.says(200, PAID, {**signed_headers(b"x"), "Wechatpay-Signature": "WECHATPAY/SIGNTEST/abcd"})
    assert mistrust(pay) == "signtest"


@pytest.mark.parametrize(
    "change", [{"out_trade_no": "FC20261123000002"}, {"mchid": "1900000110"}, {"amount": {"total": "1"}}]
)
def test_a_signed_answer_about_something_else_is_not_believed(
    stand_in: StandIn, pay: PayApi, change: dict[str, Any]
) -> None:
    stand_in.says_signed(200, {**PAID, **change})
    assert mistrust(pay) in {"other", "malformed"}


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"<html>", b"\xff"])
def test_a_signed_answer_that_is_no_object_is_not_believed(
    stand_in: StandIn, pay: PayApi, body: bytes
) -> None:
    stand_in.says_signed(200, body)
    assert mistrust(pay) == "malformed"


def test_nobody_but_wechat_pay_may_say_that_an_order_never_was(stand_in: StandIn, pay: PayApi) -> None:
    stand_in.says(404, {"code": "ORDER_NOT_EXIST", "message": "订单不存在"})
    assert mistrust(pay) == "missing_header"
    stand_in.answers.clear()
    stand_in.says_signed(404, {"code": "ORDER_NOT_EXIST", "message": "订单不存在"}, signer="stranger")
    assert mistrust(pay) == "signature"
    stand_in.answers.clear()
    stand_in.says_signed(404, {"code": "ORDER_NOT_EXIST", "message": "订单不存在"})
    with pytest.raises(OrderUnknown):
        pay.query_by_out_trade_no(NUMBER)


def test_a_refused_signature_may_come_unsigned(stand_in: StandIn, pay: PayApi) -> None:
    stand_in.says(
        401, {"code": "SIGN_ERROR", "message": "错误的签名，验签失败"}, {"Request-ID": "08AB-268443699"}
    )
    with pytest.raises(BadCredentials) as refused:
        pay.query_by_out_trade_no(NUMBER)
    assert refused.value.code == "SIGN_ERROR"
    assert refused.value.details["request_id"] == "08AB-268443699"
    assert "错误的签名，验签失败" in str(refused.value)


def test_a_close_is_believed_only_when_its_empty_answer_is_signed(stand_in: StandIn, pay: PayApi) -> None:
    stand_in.says_signed(204, b"")
    pay.close(NUMBER)
    stand_in.answers.clear()
    stand_in.says(204, b"")
    with pytest.raises(ResponseNotTrusted):
        pay.close(NUMBER)


@pytest.mark.parametrize("status", [301, 302, 400, 403, 418])
def test_an_answer_nobody_knows_is_a_lasting_refusal(stand_in: StandIn, pay: PayApi, status: int) -> None:
    stand_in.says(status, {"code": "NEW_CODE", "message": "新的错误"}, {"Location": "http://127.0.0.1:1/"})
    with pytest.raises(RequestRefused) as refused:
        pay.query_by_out_trade_no(NUMBER)
    assert (refused.value.code, refused.value.permanent) == ("NEW_CODE", True)
    assert len(stand_in.heard) == 1


def test_a_broken_gateway_is_asked_again_with_a_fresh_signature(stand_in: StandIn, pay: PayApi) -> None:
    stand_in.says(502, b"Bad Gateway")
    stand_in.says(429, {"code": "FREQUENCY_LIMITED", "message": "频率超限"})
    stand_in.says_signed(200, {"prepay_id": "wx1"})
    assert (
        pay.create_jsapi_order(
            appid="wx1",
            openid="o1",
            out_trade_no=NUMBER,
            description="葡萄",
            total_amount=1,
            notify_url="https://shop.example/notify",
        )
        == "wx1"
    )
    bodies = {said.body for said in stand_in.heard}
    nonces = {re.search('nonce_str="(.+?)"', said.headers["Authorization"])[1] for said in stand_in.heard}  # type: ignore[index]
    assert (len(stand_in.heard), len(bodies), len(nonces)) == (3, 1, 3)


def test_what_is_sent_is_what_is_signed(stand_in: StandIn, pay: PayApi) -> None:
    stand_in.says_signed(200, PAID)
    with pytest.raises(ResponseNotTrusted, match="不是所问的"):
        pay.query_by_out_trade_no("a/b?c=d&e#f%20g")
    [said] = stand_in.heard
    parts = dict(re.findall(r'(\w+)="([^"]*)"', said.headers["Authorization"]))
    message = f"GET\n{said.path}\n{parts['timestamp']}\n{parts['nonce_str']}\n\n"
    pair("merchant").key.public_key().verify(
        base64.b64decode(parts["signature"]), message.encode(), padding.PKCS1v15(), hashes.SHA256()
    )
    assert said.path == "/v3/pay/transactions/out-trade-no/a%2Fb%3Fc%3Dd%26e%23f%2520g?mchid=1900000109"


def test_a_permanent_refusal_is_not_asked_again(stand_in: StandIn, pay: PayApi) -> None:
    stand_in.says_signed(403, {"code": "NO_AUTH", "message": "商户无权限"})
    with pytest.raises(BadCredentials):
        pay.query_by_out_trade_no(NUMBER)
    assert len(stand_in.heard) == 1


def test_endless_trouble_ends_after_three_tries(stand_in: StandIn, pay: PayApi) -> None:
    stand_in.says(500, {"code": "SYSTEM_ERROR", "message": "系统异常"})
    with pytest.raises(Unavailable) as refused:
        pay.query_by_out_trade_no(NUMBER)
    assert (refused.value.code, len(stand_in.heard)) == ("SYSTEM_ERROR", 3)


def test_endless_throttling_ends_after_three_tries(stand_in: StandIn, pay: PayApi) -> None:
    stand_in.says(429, b"")
    with pytest.raises(RateLimited):
        pay.query_by_out_trade_no(NUMBER)
    assert len(stand_in.heard) == 3


def test_silence_ends_in_unavailable(stand_in: StandIn) -> None:
    def silent(_: object) -> tuple[int, dict[str, str], bytes]:
        time.sleep(1)
        return 200, {}, b""

    stand_in.answers.append(silent)
    pay = PayApi(stand_in.url, merchant(), timeout=Timeout(connect=0.2, read=0.1))
    with pytest.raises(Unavailable) as refused:
        pay.query_by_out_trade_no(NUMBER)
    assert (refused.value.code, refused.value.permanent) == ("timeout", False)


def test_a_closed_door_ends_in_unavailable() -> None:
    with pytest.raises(Unavailable) as refused:
        PayApi("http://127.0.0.1:1", merchant()).query_by_out_trade_no(NUMBER)
    assert (refused.value.code, refused.value.details["sent"]) == ("connect", False)


def test_no_secret_is_shown_when_credentials_are_printed() -> None:
    shown = repr(merchant())
    assert "PRIVATE KEY" not in shown
    assert merchant().api_v3_key not in shown
