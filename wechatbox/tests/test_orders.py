from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from wechatbox.tests.kit import Merchant

JSAPI = "/v3/pay/transactions/jsapi"


def _close(merchant: Merchant, number: str, **body: Any) -> Any:
    path = f"/v3/pay/transactions/out-trade-no/{number}/close"
    return merchant.ask("POST", path, body or {"mchid": merchant.mchid})


def test_an_order_waits_to_be_paid(merchant: Merchant) -> None:
    number, prepay_id = merchant.place()
    assert prepay_id.startswith("wx20")
    assert merchant.query(number) == {
        "appid": merchant.appid,
        "mchid": merchant.mchid,
        "out_trade_no": number,
        "trade_state": "NOTPAY",
        "trade_state_desc": "订单未支付",
        "promotion_detail": [],
        "scene_info": {"device_id": ""},
        "amount": {"total": 1230, "currency": "CNY", "payer_currency": "CNY"},
    }


def test_a_paid_order_is_found_by_either_number(merchant: Merchant) -> None:
    number = merchant.pay(attach="自定义")
    order = merchant.query(number)
    assert order["trade_state"] == "SUCCESS"
    assert order["payer"] == {"openid": merchant.login()["openid"]}
    assert order["attach"] == "自定义"
    assert order["trade_type"] == "JSAPI"
    assert order["amount"] == {"total": 1230, "payer_total": 1230, "currency": "CNY", "payer_currency": "CNY"}
    assert order["success_time"].endswith("+08:00")
    assert len(order["transaction_id"]) == 28
    path = f"/v3/pay/transactions/id/{order['transaction_id']}?mchid={merchant.mchid}"
    assert merchant.ask("GET", path).json() == order


def test_questions_must_name_the_asking_merchant(merchant: Merchant) -> None:
    number, _ = merchant.place()
    for query in ("", "?mchid=", "?mchid=1900000110"):
        response = merchant.ask("GET", f"/v3/pay/transactions/out-trade-no/{number}{query}")
        assert (response.status_code, response.json()["detail"]["field"]) == (400, "mchid")
    response = merchant.ask("GET", f"/v3/pay/transactions/id/4200?mchid={merchant.mchid}")
    assert (response.status_code, response.json()["code"]) == (404, "ORDER_NOT_EXIST")


def test_another_merchant_does_not_see_the_order(merchant: Merchant) -> None:
    number, _ = merchant.place()
    box = merchant.box
    other = Merchant(box, box.post("/_box/demo", {"appid": "wxother00000demo01", "mchid": "1900000110"}))
    assert other.query(number)["code"] == "ORDER_NOT_EXIST"


def test_the_same_order_again_gives_a_fresh_prepay_id(merchant: Merchant) -> None:
    body = merchant.order_body()
    first = merchant.ask("POST", JSAPI, body).json()["prepay_id"]
    second = merchant.ask("POST", JSAPI, dict(reversed(body.items()))).json()["prepay_id"]
    assert first != second
    for prepay_id in (first, second):
        shown = merchant.box.post("/_box/cashier", merchant.payment(prepay_id, outcome="show"))
        assert shown["out_trade_no"] == body["out_trade_no"]


def test_the_same_number_with_other_content_is_refused(merchant: Merchant) -> None:
    body = merchant.order_body()
    merchant.ask("POST", JSAPI, body)
    for changed in (
        {"amount": {"total": 1}},
        {"description": "别的"},
        {"notify_url": "http://127.0.0.1:9/else"},
    ):
        response = merchant.ask("POST", JSAPI, {**body, **changed})
        assert (response.status_code, response.json()["code"]) == (400, "INVALID_REQUEST")
        assert response.headers["request-id"].endswith("-268498688")
    assert merchant.query(body["out_trade_no"])["amount"]["total"] == 1230


def test_a_paid_or_closed_number_is_used_up(merchant: Merchant) -> None:
    body = merchant.order_body()
    prepay_id = merchant.ask("POST", JSAPI, body).json()["prepay_id"]
    merchant.box.post("/_box/cashier", merchant.payment(prepay_id))
    response = merchant.ask("POST", JSAPI, body)
    assert (response.status_code, response.json()["code"]) == (400, "ORDERPAID")
    closed = merchant.order_body()
    merchant.ask("POST", JSAPI, closed)
    _close(merchant, closed["out_trade_no"])
    response = merchant.ask("POST", JSAPI, closed)
    assert (response.status_code, response.json()["code"]) == (400, "ORDER_CLOSED")


def test_closing_answers_204_without_a_body_and_signed(merchant: Merchant) -> None:
    number, prepay_id = merchant.place()
    response = _close(merchant, number)
    assert (response.status_code, response.content) == (204, b"")
    assert merchant.query(number)["trade_state"] == "CLOSED"
    refused = merchant.box.http.post("/_box/cashier", json=merchant.payment(prepay_id))
    assert (refused.status_code, refused.json()["reason"]) == (400, "the order is closed")
    again = _close(merchant, number)
    assert (again.status_code, again.json()["code"]) == (400, "ORDER_CLOSED")


def test_only_an_own_unpaid_order_can_be_closed(merchant: Merchant) -> None:
    number = merchant.pay()
    response = _close(merchant, number)
    assert (response.status_code, response.json()["code"]) == (400, "ORDERPAID")
    assert merchant.query(number)["trade_state"] == "SUCCESS"
    assert _close(merchant, "NOTHING1").json()["code"] == "ORDER_NOT_EXIST"
    other, _ = merchant.place()
    assert _close(merchant, other, mchid="1900000110").json()["code"] == "PARAM_ERROR"
    assert _close(merchant, other, mchid=merchant.mchid, reason="x").json()["code"] == "PARAM_ERROR"
    assert merchant.query(other)["trade_state"] == "NOTPAY"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"appid": None}, "/appid"),
        ({"mchid": None}, "/mchid"),
        ({"mchid": "1900000110"}, "/mchid"),
        ({"description": None}, "/description"),
        ({"description": ""}, "/description"),
        ({"description": "长" * 128}, "/description"),
        ({"out_trade_no": None}, "/out_trade_no"),
        ({"out_trade_no": "A1234"}, "/out_trade_no"),
        ({"out_trade_no": "A" * 33}, "/out_trade_no"),
        ({"out_trade_no": "ORDER 001"}, "/out_trade_no"),
        ({"out_trade_no": "订单号一二三四"}, "/out_trade_no"),
        ({"out_trade_no": 1234567}, "/out_trade_no"),
        ({"notify_url": None}, "/notify_url"),
        ({"notify_url": "http://127.0.0.1/cb?order=1"}, "/notify_url"),
        ({"notify_url": "ftp://127.0.0.1/cb"}, "/notify_url"),
        ({"notify_url": "/cb"}, "/notify_url"),
        ({"notify_url": "http://127.0.0.1/" + "x" * 240}, "/notify_url"),
        ({"amount": None}, "/amount"),
        ({"amount": {"currency": "CNY"}}, "/amount/total"),
        ({"amount": {"total": 0}}, "/amount/total"),
        ({"amount": {"total": -1}}, "/amount/total"),
        ({"amount": {"total": 12.5}}, "/amount/total"),
        ({"amount": {"total": "1230"}}, "/amount/total"),
        ({"amount": {"total": True}}, "/amount/total"),
        ({"amount": {"total": 10**20}}, "/amount/total"),
        ({"amount": {"total": 1, "currency": "USD"}}, "/amount/currency"),
        ({"amount": {"total": 1, "discount": 1}}, "/amount/discount"),
        ({"payer": None}, "/payer"),
        ({"payer": {}}, "/payer/openid"),
        ({"payer": {"openid": "oNobody"}}, "/payer/openid"),
        ({"attach": "长" * 129}, "/attach"),
        ({"time_expire": "2018-06-08 10:34:56"}, "/time_expire"),
        ({"time_expire": "tomorrow"}, "/time_expire"),
        ({"limit_pay": ["no_money"]}, "/limit_pay/0"),
        ({"scene_info": {"device_id": "1"}}, "/scene_info/payer_client_ip"),
        ({"scene_info": {"payer_client_ip": "1.2.3.4", "store_info": {}}}, "/scene_info/store_info/id"),
        ({"detail": {"goods_detail": [{"merchant_goods_id": "1"}]}}, "/detail/goods_detail/0/quantity"),
        ({"settle_info": {"profit_sharing": "yes"}}, "/settle_info/profit_sharing"),
        ({"sign": "x"}, "/sign"),
    ],
)
def test_a_bad_field_is_named_and_no_order_is_made(
    merchant: Merchant, changed: dict[str, Any], field: str
) -> None:
    response = merchant.ask("POST", JSAPI, merchant.order_body(**changed))
    assert response.status_code == 400
    assert response.json()["code"] == "PARAM_ERROR"
    assert response.json()["detail"]["field"] == field
    assert response.json()["detail"]["location"] == "body"
    assert merchant.box.get("/_box/orders")["orders"] == []


def test_an_unknown_field_has_its_own_number(merchant: Merchant) -> None:
    response = merchant.ask("POST", JSAPI, merchant.order_body(sign="x"))
    assert response.headers["request-id"].endswith("-270924358")


def test_every_documented_field_is_taken(merchant: Merchant) -> None:
    number, _ = merchant.place(
        attach="附加",
        goods_tag="WXG",
        support_fapiao=True,
        limit_pay=["no_credit"],
        detail={
            "cost_price": 608800,
            "invoice_id": "微信123",
            "goods_detail": [
                {
                    "merchant_goods_id": "1246464644",
                    "wechatpay_goods_id": "1001",
                    "goods_name": "菠菜",
                    "quantity": 1,
                    "unit_price": 1230,
                }
            ],
        },
        scene_info={
            "payer_client_ip": "14.23.150.211",
            "device_id": "013467007045764",
            "store_info": {"id": "0001", "name": "一店", "area_code": "440305", "address": "深圳"},
        },
        settle_info={"profit_sharing": False},
    )
    assert merchant.query(number)["scene_info"] == {"device_id": "013467007045764"}


def test_appid_merchant_and_payer_must_belong_together(merchant: Merchant) -> None:
    box = merchant.box
    other = Merchant(box, box.post("/_box/demo", {"appid": "wxother00000demo01", "mchid": "1900000110"}))
    body = merchant.order_body(appid=other.appid, payer={"openid": other.login()["openid"]})
    response = merchant.ask("POST", JSAPI, body)
    assert (response.status_code, response.json()["code"]) == (400, "APPID_MCHID_NOT_MATCH")
    response = merchant.ask("POST", JSAPI, merchant.order_body(payer={"openid": other.login()["openid"]}))
    assert (response.status_code, response.json()["code"]) == (500, "OPENID_MISMATCH")
    assert box.get("/_box/orders")["orders"] == []


def _in(seconds: float) -> str:
    beijing = datetime.now(UTC) + timedelta(hours=8, seconds=seconds)
    return beijing.strftime("%Y-%m-%dT%H:%M:%S+08:00")


def test_an_order_closes_itself_at_time_expire(merchant: Merchant) -> None:
    number, prepay_id = merchant.place(time_expire=_in(900))
    merchant.box.advance(895)
    assert merchant.query(number)["trade_state"] == "NOTPAY"
    merchant.box.advance(10)
    assert merchant.query(number)["trade_state"] == "CLOSED"
    refused = merchant.box.post("/_box/cashier", merchant.payment(prepay_id))
    assert refused["reason"] == "the order is closed"


def test_an_order_stays_open_for_at_least_a_minute_and_a_week_if_nothing_is_said(merchant: Merchant) -> None:
    hasty, _ = merchant.place(time_expire=_in(-100))
    plain, _ = merchant.place()
    merchant.box.advance(55)
    assert merchant.query(hasty)["trade_state"] == "NOTPAY"
    merchant.box.advance(10)
    assert merchant.query(hasty)["trade_state"] == "CLOSED"
    merchant.box.advance(7 * 86400 - 120)
    assert merchant.query(plain)["trade_state"] == "NOTPAY"
    merchant.box.advance(120)
    assert merchant.query(plain)["trade_state"] == "CLOSED"


def test_an_order_stays_open_for_ninety_days_at_most(merchant: Merchant) -> None:
    number, _ = merchant.place(time_expire=_in(200 * 86400))
    merchant.box.advance(90 * 86400 - 60)
    assert merchant.query(number)["trade_state"] == "NOTPAY"
    merchant.box.advance(120)
    assert merchant.query(number)["trade_state"] == "CLOSED"


def test_a_prepay_id_is_good_for_two_hours(merchant: Merchant) -> None:
    number, prepay_id = merchant.place()
    merchant.box.advance(7195)
    shown = merchant.box.post("/_box/cashier", merchant.payment(prepay_id, outcome="show"))
    assert shown["out_trade_no"] == number
    merchant.box.advance(10)
    refused = merchant.box.post("/_box/cashier", merchant.payment(prepay_id))
    assert refused["reason"] == "the prepay_id has expired"
    assert merchant.query(number)["trade_state"] == "NOTPAY"
