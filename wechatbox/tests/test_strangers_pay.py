"""The published client wechatpayv3 talks to the box: each must accept the other's signatures, and only those."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from wechatpayv3 import WeChatPay, WeChatPayType
from wechatpayv3.core import Core

from wechatbox.tests.kit import Merchant, Sink


@pytest.fixture(params=["public_key", "certificate"])
def client(request: pytest.FixtureRequest, merchant: Merchant, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client in each mode, with the box as its gateway; ``client.demo`` is what it was configured with."""
    mode = request.param
    demo = merchant.demo
    if mode == "certificate":
        mchid = "1900000119"
        demo = merchant.box.post("/_box/demo", {"mchid": mchid, "mode": mode})
    return _client(demo, merchant, monkeypatch, public_key=mode == "public_key")


def _client(
    demo: dict[str, Any], merchant: Merchant, monkeypatch: pytest.MonkeyPatch, *, public_key: bool
) -> Any:
    begin: Callable[[Any], None] = Core._init_certificates

    def begin_at_the_box(core: Any) -> None:
        # In certificate mode the constructor downloads certificates, before anybody could change its gateway.
        core._gate_way = merchant.box.url
        begin(core)

    monkeypatch.setattr(Core, "_init_certificates", begin_at_the_box)
    keys = (
        {"public_key": demo["wechatpay_public_key"], "public_key_id": demo["public_key_id"]}
        if public_key
        else {}
    )
    client = WeChatPay(
        wechatpay_type=WeChatPayType.MINIPROG,
        mchid=demo["mchid"],
        private_key=demo["merchant_private_key"],
        cert_serial_no=demo["merchant_serial_no"],
        appid=demo["appid"],
        apiv3_key=demo["api_v3_key"],
        notify_url=merchant.notify_url,
        timeout=(5, 10),
        **keys,
    )
    client._core._gate_way = merchant.box.url
    return client


def _order(client: Any, merchant: Merchant, number: str = "STRANGER1") -> Any:
    status, text = client.pay(
        description="菠菜 500g",
        out_trade_no=number,
        amount={"total": 1230, "currency": "CNY"},
        payer={"openid": merchant.login()["openid"]},
    )
    assert status == 200, text
    return json.loads(text)["prepay_id"]


def _pay(client: Any, merchant: Merchant, prepay_id: str) -> Any:
    package = f"prepay_id={prepay_id}"
    sign = client.sign([merchant.appid, "1554208460", "593BEC0C930BF1AFEB40B4A08C8FB242", package])
    body = {
        "appid": merchant.appid,
        "timeStamp": "1554208460",
        "nonceStr": "593BEC0C930BF1AFEB40B4A08C8FB242",
        "package": package,
        "signType": "RSA",
        "paySign": sign,
        "outcome": "pay",
    }
    return merchant.box.post("/_box/cashier", body)


def test_order_payment_notice_query_and_refund_go_through(
    client: Any, merchant: Merchant, sink: Sink
) -> None:
    prepay_id = _order(client, merchant)
    assert _pay(client, merchant, prepay_id) == {"errMsg": "requestPayment:ok"}
    sink.wait()
    headers, body = sink.heard[0]
    heard = client.callback(headers, body)
    assert heard["event_type"] == "TRANSACTION.SUCCESS"
    status, text = client.query(out_trade_no="STRANGER1")
    assert (status, json.loads(text)) == (200, heard["resource"])
    status, text = client.query(transaction_id=heard["resource"]["transaction_id"])
    assert (status, json.loads(text)["out_trade_no"]) == (200, "STRANGER1")
    status, text = client.refund(
        out_refund_no="REFUND1",
        out_trade_no="STRANGER1",
        amount={"refund": 230, "total": 1230, "currency": "CNY"},
        reason="缺货",
    )
    assert (status, json.loads(text)["status"]) == (200, "PROCESSING")
    merchant.box.advance(4)
    sink.wait(2)
    told = client.callback(*sink.heard[1])
    assert (told["event_type"], told["resource"]["refund_status"]) == ("REFUND.SUCCESS", "SUCCESS")
    status, text = client.query_refund(out_refund_no="REFUND1")
    assert (status, json.loads(text)["status"]) == (200, "SUCCESS")


def test_close_goes_through_with_its_empty_signed_answer(client: Any, merchant: Merchant) -> None:
    _order(client, merchant)
    status, _ = client.close(out_trade_no="STRANGER1")
    assert status == 204
    _, text = client.query(out_trade_no="STRANGER1")
    assert json.loads(text)["trade_state"] == "CLOSED"


def test_errors_are_readable_to_the_client(client: Any) -> None:
    status, text = client.query(out_trade_no="NOTHING1")
    assert (status, json.loads(text)["code"]) == (404, "ORDER_NOT_EXIST")


def test_the_client_refuses_what_the_box_did_not_sign(client: Any, merchant: Merchant, sink: Sink) -> None:
    _pay(client, merchant, _order(client, merchant))
    sink.wait()
    headers, body = sink.heard[0]
    assert client.callback(headers, body) is not None
    assert client.callback(headers, body.replace(b"TRANSACTION", b"TRANSACTIUN")) is None
    assert client.callback({**headers, "Wechatpay-Nonce": "other"}, body) is None
    assert client.callback({**headers, "Wechatpay-Timestamp": "1"}, body) is None


@pytest.mark.parametrize("fault", ["forge_notices", "altered_notices", "signtest"])
def test_the_client_refuses_falsified_notices(
    client: Any, merchant: Merchant, sink: Sink, fault: str
) -> None:
    merchant.box.faults(**{fault: 1})
    _pay(client, merchant, _order(client, merchant))
    sink.wait()
    assert client.callback(*sink.heard[0]) is None


def test_the_client_refuses_a_tampered_answer(
    client: Any, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _order(client, merchant)
    assert client.query(out_trade_no="STRANGER1")[0] == 200
    real = Core._verify_signature

    def on_the_way(core: Any, headers: Any, body: str) -> Any:
        return real(core, headers, body.replace("NOTPAY", "SUCCESS"))

    monkeypatch.setattr(Core, "_verify_signature", on_the_way)
    with pytest.raises(Exception, match="failed to verify the signature"):
        client.query(out_trade_no="STRANGER1")


def test_the_box_refuses_a_tampered_request(
    client: Any, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    import requests

    real = requests.post

    def on_the_way(url: str, json: Any, **rest: Any) -> Any:
        return real(url=url, json={**json, "amount": {"total": 1, "currency": "CNY"}}, **rest)

    monkeypatch.setattr(requests, "post", on_the_way)
    status, text = client.pay(
        description="菠菜 500g",
        out_trade_no="STRANGER1",
        amount={"total": 1230, "currency": "CNY"},
        payer={"openid": merchant.login()["openid"]},
    )
    assert (status, json.loads(text)["code"]) == (401, "SIGN_ERROR")
    assert merchant.box.get("/_box/orders")["orders"] == []


def test_another_key_than_the_registered_one_is_refused(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wechatbox import signing

    stranger = {**merchant.demo, "merchant_private_key": signing.new_key()}
    client = _client(stranger, merchant, monkeypatch, public_key=True)
    assert client.query(out_trade_no="STRANGER1")[0] == 401


def test_a_client_with_another_public_key_refuses_the_box(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wechatbox import signing

    wrong = {**merchant.demo, "wechatpay_public_key": signing.public_pem(signing.new_key())}
    client = _client(wrong, merchant, monkeypatch, public_key=True)
    with pytest.raises(Exception, match="failed to verify the signature"):
        _order(client, merchant)


def test_a_new_platform_certificate_is_picked_up(
    merchant: Merchant, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = merchant.box
    demo = box.post("/_box/demo", {"mchid": "1900000119", "mode": "certificate"})
    client = _client(demo, merchant, monkeypatch, public_key=False)
    prepay_id = _order(client, merchant)
    serial = box.post("/_box/merchants/1900000119/rotate")["platform_certificate_serial"]
    assert serial != demo["platform_certificate_serial"]
    _pay(client, merchant, prepay_id)
    sink.wait()
    assert sink.heard[0][0]["Wechatpay-Serial"] == serial
    assert client.callback(*sink.heard[0])["event_type"] == "TRANSACTION.SUCCESS"
    assert client.query(out_trade_no="STRANGER1")[0] == 200
