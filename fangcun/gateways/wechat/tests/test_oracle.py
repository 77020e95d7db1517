"""A stranger's client (wechatpayv3) believes what we sign, and we believe what it signs."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime

import pytest
from wechatpayv3 import WeChatPay, WeChatPayType, utils

from fangcun.gateways.wechat import signatures
from fangcun.gateways.wechat.answers import Transaction
from fangcun.gateways.wechat.errors import SignatureRefused
from fangcun.gateways.wechat.notices import open_notice, payment_of
from fangcun.gateways.wechat.pay import PayApi
from fangcun.gateways.wechat.tests.conftest import (
    API_V3_KEY,
    PAID,
    SERIAL,
    BoxWorld,
    merchant,
    notice_body,
    pair,
    signed_headers,
)


def oracle() -> WeChatPay:
    it = WeChatPay(
        wechatpay_type=WeChatPayType.MINIPROG,
        mchid="1900000109",
        private_key=pair("merchant").private_pem,
        cert_serial_no=merchant().serial_no,
        apiv3_key=API_V3_KEY,
        appid="wx2421b1c4370ec43b",
        public_key=pair("wechatpay").public_pem,
        public_key_id=SERIAL,
        timeout=(2, 5),
    )
    it._core._gate_way = "http://127.0.0.1:1"
    return it


def test_its_pay_sign_check_accepts_ours() -> None:
    params = PayApi("http://127.0.0.1:1", merchant()).payment_params(appid="wx1", prepay_id="wx2")
    theirs = oracle().sign(["wx1", params["timeStamp"], params["nonceStr"], params["package"]])
    assert params["paySign"] == theirs


def test_its_verifier_accepts_our_request_signature() -> None:
    body = json.dumps({"description": "阳光玫瑰 500g"}, ensure_ascii=False)
    header = signatures.authorization(
        pair("merchant").key,
        mchid="1",
        serial_no="2",
        method="POST",
        target="/v3/x?y=%7C",
        body=body.encode(),
    )
    parts = dict(re.findall(r'(\w+)="([^"]*)"', header))
    # Its verifier builds three lines out of timestamp, nonce and body; ours are five.
    first, second = "POST\n/v3/x?y=%7C", f"{parts['timestamp']}\n{parts['nonce_str']}"
    key = pair("merchant").key.public_key()
    assert utils.rsa_verify(first, second, body, parts["signature"], key)
    assert not utils.rsa_verify(first, second, body + " ", parts["signature"], key)


def test_we_and_it_read_the_same_in_a_notice() -> None:
    body = notice_body(PAID)
    headers = signed_headers(body)
    theirs = oracle().callback(headers, body)
    ours = open_notice(
        headers,
        body,
        keys={SERIAL: pair("wechatpay").public_pem},
        api_v3_key=API_V3_KEY,
        now=datetime.now(UTC),
    )
    assert theirs["id"] == ours.id
    assert theirs["resource"] == ours.resource == PAID


def test_we_verify_what_it_signs() -> None:
    body = notice_body(PAID)
    timestamp, nonce = str(int(time.time())), "a" * 32
    signature = utils.rsa_sign(pair("wechatpay").key, f"{timestamp}\n{nonce}\n{body.decode()}\n")
    headers = {
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Signature": signature,
        "Wechatpay-Serial": SERIAL,
    }
    notice = open_notice(
        headers,
        body,
        keys={SERIAL: pair("wechatpay").public_pem},
        api_v3_key=API_V3_KEY,
        now=datetime.now(UTC),
    )
    assert isinstance(payment_of(notice), Transaction)


def test_an_old_notice_that_it_accepts_is_refused_by_us() -> None:
    body = notice_body(PAID)
    headers = signed_headers(body, at=time.time() - 10 * 86400)
    assert oracle().callback(headers, body)["id"] == "EV-2018022511223320873"
    with pytest.raises(SignatureRefused) as refused:
        open_notice(
            headers,
            body,
            keys={SERIAL: pair("wechatpay").public_pem},
            api_v3_key=API_V3_KEY,
            now=datetime.now(UTC),
        )
    assert refused.value.reason == "stale"


def test_both_clients_see_the_same_order_at_the_box(world: BoxWorld) -> None:
    world.pay().create_jsapi_order(
        appid=world.appid,
        openid=world.openid(),
        out_trade_no="ORACLE0001",
        description="阳光玫瑰",
        total_amount=3980,
        notify_url="http://127.0.0.1:1/notify",
    )
    it = WeChatPay(
        wechatpay_type=WeChatPayType.MINIPROG,
        mchid=world.demo["mchid"],
        private_key=world.demo["merchant_private_key"],
        cert_serial_no=world.demo["merchant_serial_no"],
        apiv3_key=world.demo["api_v3_key"],
        appid=world.appid,
        public_key=world.demo["wechatpay_public_key"],
        public_key_id=world.demo["public_key_id"],
        timeout=(2, 5),
    )
    it._core._gate_way = world.url
    status, text = it.query(out_trade_no="ORACLE0001")
    ours = world.pay().query_by_out_trade_no("ORACLE0001")
    assert status == 200
    assert json.loads(text)["trade_state"] == ours.state == "NOTPAY"
    assert json.loads(text)["amount"]["total"] == ours.amount_total == 3980
