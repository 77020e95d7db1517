import json
from typing import Any

import pytest

from wechatbox.tests.kit import Merchant, Sink, wait_until


def _ask(merchant: Merchant, out_refund_no: str) -> Any:
    return merchant.ask("GET", f"/v3/refund/domestic/refunds/{out_refund_no}").json()


def _finish(merchant: Merchant, out_refund_no: str) -> Any:
    merchant.box.advance(4)
    wait_until(lambda: _ask(merchant, out_refund_no)["status"] != "PROCESSING")
    return _ask(merchant, out_refund_no)


def test_a_refund_is_taken_on_and_succeeds_a_little_later(merchant: Merchant) -> None:
    number = merchant.pay()
    taken = merchant.refund(number, "R-1", 230, reason="缺货").json()
    assert taken["status"] == "PROCESSING"
    assert "success_time" not in taken
    assert taken["amount"]["refund"] == 230
    assert taken["amount"]["total"] == 1230
    assert taken["transaction_id"] == merchant.query(number)["transaction_id"]
    assert merchant.query(number)["trade_state"] == "REFUND"
    done = _finish(merchant, "R-1")
    assert done["status"] == "SUCCESS"
    assert {key: value for key, value in done.items() if key != "success_time"} == {
        **taken,
        "status": "SUCCESS",
    }


def test_the_merchant_is_told_of_the_refund(merchant: Merchant, sink: Sink) -> None:
    number = merchant.pay()
    sink.wait(1)
    merchant.refund(number, "R-1", 1230)
    merchant.box.advance(4)
    sink.wait(2)
    headers, body = sink.heard[1]
    assert merchant.trusts(headers, body)
    notice = json.loads(body)
    assert (notice["event_type"], notice["summary"]) == ("REFUND.SUCCESS", "退款成功")
    assert notice["resource"]["original_type"] == "refund"
    told = merchant.opened(notice["resource"])
    success_time = told.pop("success_time")
    assert success_time.endswith("+08:00")
    assert told == {
        "mchid": merchant.mchid,
        "transaction_id": merchant.query(number)["transaction_id"],
        "out_trade_no": number,
        "refund_id": _ask(merchant, "R-1")["refund_id"],
        "out_refund_no": "R-1",
        "refund_status": "SUCCESS",
        "user_received_account": "支付用户零钱",
        "amount": {"total": 1230, "refund": 1230, "payer_total": 1230, "payer_refund": 1230},
    }
    titles = [message["title"] for message in merchant.box.get("/_box/inbox", user="小方")["messages"]]
    assert titles == ["退款到账通知", "微信支付凭证"]


@pytest.mark.parametrize("result", ["ABNORMAL", "CLOSED"])
def test_a_refund_can_end_badly(merchant: Merchant, sink: Sink, result: str) -> None:
    number = merchant.pay()
    merchant.box.faults(refund_result=result)
    merchant.refund(number, "R-1", 1230)
    assert _finish(merchant, "R-1")["status"] == result
    sink.wait(2)
    assert sink.events() == ["TRANSACTION.SUCCESS", f"REFUND.{result}"]
    told = merchant.opened(json.loads(sink.heard[1][1])["resource"])
    assert told["refund_status"] == result
    assert "success_time" not in told
    assert merchant.query(number)["trade_state"] == ("REFUND" if result == "ABNORMAL" else "SUCCESS")


def test_the_same_refund_number_is_the_same_refund(merchant: Merchant) -> None:
    number = merchant.pay()
    first = merchant.refund(number, "R-1", 1000).json()
    assert merchant.refund(number, "R-1", 1000).json() == first
    done = _finish(merchant, "R-1")
    assert merchant.refund(number, "R-1", 1000).json() == done
    changed = merchant.refund(number, "R-1", 999)
    assert (changed.status_code, changed.json()["code"]) == (400, "INVALID_REQUEST")
    assert len(merchant.box.get("/_box/orders", out_trade_no=number)["orders"][0]["refunds"]) == 1


def test_refunds_never_exceed_the_order(merchant: Merchant) -> None:
    number = merchant.pay()
    assert merchant.refund(number, "R-1", 1000).status_code == 200
    merchant.box.advance(61)
    more = merchant.refund(number, "R-2", 231)
    assert (more.status_code, more.json()["code"]) == (400, "INVALID_REQUEST")
    assert merchant.refund(number, "R-2", 230).status_code == 200


def test_a_closed_refund_frees_its_money(merchant: Merchant) -> None:
    number = merchant.pay()
    merchant.box.faults(refund_result="CLOSED")
    merchant.refund(number, "R-1", 1230)
    _finish(merchant, "R-1")
    merchant.box.faults(refund_result="SUCCESS")
    merchant.box.advance(61)
    assert merchant.refund(number, "R-2", 1230).status_code == 200


def test_two_refunds_of_an_order_are_a_minute_apart(merchant: Merchant) -> None:
    number = merchant.pay()
    merchant.refund(number, "R-1", 1)
    soon = merchant.refund(number, "R-2", 1)
    assert (soon.status_code, soon.json()["code"]) == (429, "FREQUENCY_LIMITED")
    assert merchant.refund(merchant.pay(), "R-3", 1).status_code == 200, "another order is free"
    merchant.box.advance(61)
    assert merchant.refund(number, "R-2", 1).status_code == 200


def test_an_order_is_refunded_in_fifty_parts_at_most(merchant: Merchant) -> None:
    number = merchant.pay()
    for part in range(50):
        assert merchant.refund(number, f"R-{part}", 1, notify_url=merchant.notify_url).status_code == 200
        merchant.box.advance(61)
    last = merchant.refund(number, "R-50", 1)
    assert (last.status_code, last.json()["code"]) == (400, "INVALID_REQUEST")


def test_only_a_paid_order_of_ones_own_can_be_refunded(merchant: Merchant) -> None:
    unpaid, _ = merchant.place()
    for number in (unpaid, "NOTHING1"):
        response = merchant.refund(number, "R-1", 1)
        assert (response.status_code, response.json()["code"]) == (404, "RESOURCE_NOT_EXISTS")
    box = merchant.box
    other = Merchant(box, box.post("/_box/demo", {"appid": "wxother00000demo01", "mchid": "1900000110"}))
    assert other.refund(merchant.pay(), "R-1", 1).json()["code"] == "RESOURCE_NOT_EXISTS"
    assert _ask(merchant, "R-1")["code"] == "RESOURCE_NOT_EXISTS"


def test_an_order_is_refunded_within_a_year(merchant: Merchant) -> None:
    number = merchant.pay()
    merchant.box.advance(365 * 86400 + 10)
    response = merchant.refund(number, "R-1", 1)
    assert (response.status_code, response.json()["code"]) == (400, "INVALID_REQUEST")


def test_an_empty_account_refuses_and_the_same_number_works_later(merchant: Merchant) -> None:
    number = merchant.pay()
    merchant.box.faults(not_enough=1)
    refused = merchant.refund(number, "R-1", 1)
    assert (refused.status_code, refused.json()["code"]) == (403, "NOT_ENOUGH")
    assert merchant.query(number)["trade_state"] == "SUCCESS"
    assert merchant.refund(number, "R-1", 1).status_code == 200


def test_a_refund_by_transaction_id(merchant: Merchant) -> None:
    number, other = merchant.pay(), merchant.pay()
    transaction_id = merchant.query(number)["transaction_id"]
    body = {"out_refund_no": "R-1", "transaction_id": transaction_id}
    amount = {"refund": 1, "total": 1230, "currency": "CNY"}
    path = "/v3/refund/domestic/refunds"
    mixed = merchant.ask("POST", path, {**body, "out_trade_no": other, "amount": amount})
    assert mixed.json()["code"] == "PARAM_ERROR"
    assert merchant.ask("POST", path, {**body, "amount": amount}).json()["out_trade_no"] == number


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"out_trade_no": None}, "/out_trade_no"),
        ({"out_refund_no": None}, "/out_refund_no"),
        ({"out_refund_no": "R 1"}, "/out_refund_no"),
        ({"out_refund_no": "R" * 65}, "/out_refund_no"),
        ({"reason": "长" * 81}, "/reason"),
        ({"notify_url": "http://127.0.0.1/cb?x=1"}, "/notify_url"),
        ({"funds_account": "MINE"}, "/funds_account"),
        ({"amount": {"refund": 0, "total": 1230, "currency": "CNY"}}, "/amount/refund"),
        ({"amount": {"refund": 1, "total": 1230}}, "/amount/currency"),
        ({"amount": {"refund": 1, "currency": "CNY"}}, "/amount/total"),
        (
            {
                "amount": {
                    "refund": 2,
                    "total": 1230,
                    "currency": "CNY",
                    "from": [{"account": "AVAILABLE", "amount": 1}],
                }
            },
            "/amount/from",
        ),
        ({"goods_detail": [{"merchant_goods_id": "1"}]}, "/goods_detail/0/unit_price"),
        ({"who": "me"}, "/who"),
    ],
)
def test_a_bad_refund_field_is_named_and_nothing_is_refunded(
    merchant: Merchant, changed: dict[str, Any], field: str
) -> None:
    number = merchant.pay()
    good = {
        "out_trade_no": number,
        "out_refund_no": "R-1",
        "amount": {"refund": 1, "total": 1230, "currency": "CNY"},
    }
    body = {name: value for name, value in {**good, **changed}.items() if value is not None}
    response = merchant.ask("POST", "/v3/refund/domestic/refunds", body)
    assert (response.status_code, response.json()["code"]) == (400, "PARAM_ERROR")
    assert response.json()["detail"]["field"] == field
    assert merchant.query(number)["trade_state"] == "SUCCESS"


def test_the_total_must_be_the_orders(merchant: Merchant) -> None:
    number = merchant.pay()
    wrong = merchant.refund(number, "R-1", 1, amount={"refund": 1, "total": 1000, "currency": "CNY"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "INVALID_REQUEST")
