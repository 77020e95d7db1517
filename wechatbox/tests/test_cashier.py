from typing import Any

import pytest

from wechatbox.tests.kit import Merchant, Sink


def _cashier(merchant: Merchant, prepay_id: str, **changed: Any) -> Any:
    return merchant.box.http.post("/_box/cashier", json=merchant.payment(prepay_id, **changed))


def test_the_cashier_shows_what_is_to_be_paid(merchant: Merchant) -> None:
    number, prepay_id = merchant.place()
    assert _cashier(merchant, prepay_id, outcome="show").json() == {
        "amount": 1230,
        "description": "菠菜 500g",
        "merchant": "方寸鲜生",
        "out_trade_no": number,
    }
    assert merchant.query(number)["trade_state"] == "NOTPAY"


@pytest.mark.parametrize(
    ("outcome", "message", "state"),
    [
        ("pay", "requestPayment:ok", "SUCCESS"),
        ("cancel", "requestPayment:fail cancel", "NOTPAY"),
        ("pay_silently", "requestPayment:fail (lost)", "SUCCESS"),
        ("wrong_password", "requestPayment:fail (wrong password)", "NOTPAY"),
    ],
)
def test_each_outcome_has_its_answer_and_its_truth(
    merchant: Merchant, sink: Sink, outcome: str, message: str, state: str
) -> None:
    number, prepay_id = merchant.place()
    response = _cashier(merchant, prepay_id, outcome=outcome)
    assert (response.status_code, response.json()) == (200, {"errMsg": message})
    assert merchant.query(number)["trade_state"] == state
    if state == "SUCCESS":
        sink.wait()
        assert sink.events() == ["TRANSACTION.SUCCESS"]
    else:
        assert merchant.box.notices(number) == []


def test_a_cancelled_payment_can_be_taken_up_again(merchant: Merchant) -> None:
    number, prepay_id = merchant.place()
    _cashier(merchant, prepay_id, outcome="cancel")
    assert _cashier(merchant, prepay_id).json() == {"errMsg": "requestPayment:ok"}
    assert merchant.query(number)["trade_state"] == "SUCCESS"


def test_an_order_is_paid_once(merchant: Merchant, sink: Sink) -> None:
    number, prepay_id = merchant.place()
    _cashier(merchant, prepay_id)
    paid = merchant.query(number)
    response = _cashier(merchant, prepay_id)
    assert (response.status_code, response.json()["reason"]) == (400, "the order is paid already")
    assert merchant.query(number) == paid
    assert len(merchant.box.notices(number)) == 1


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"paySign": "AAAA"}, "paySign is wrong"),
        ({"paySign": ""}, "paySign must be a string"),
        ({"timeStamp": "1"}, "paySign is wrong"),
        ({"timeStamp": 1554208460}, "timeStamp must be a string"),
        ({"nonceStr": "other"}, "paySign is wrong"),
        ({"nonceStr": "n" * 33}, "nonceStr has more than 32 characters"),
        ({"package": "wx123"}, "package must be prepay_id=…"),
        ({"package": "prepay_id=wx123"}, "the prepay_id does not exist"),
        ({"signType": "MD5"}, "signType must be RSA"),
        ({"appid": "wxother"}, "the prepay_id belongs to another appid"),
    ],
)
def test_a_wrong_call_of_the_cashier_is_refused(
    merchant: Merchant, changed: dict[str, Any], reason: str
) -> None:
    number, prepay_id = merchant.place()
    response = _cashier(merchant, prepay_id, **changed)
    assert response.status_code == 400
    assert response.json() == {"errMsg": f"requestPayment:fail ({reason})", "reason": reason}
    assert merchant.query(number)["trade_state"] == "NOTPAY"


def test_another_orders_signature_does_not_pay_this_one(merchant: Merchant) -> None:
    _, first = merchant.place()
    number, second = merchant.place()
    swapped = merchant.payment(first)["paySign"]
    assert _cashier(merchant, second, paySign=swapped).json()["reason"] == "paySign is wrong"
    assert merchant.query(number)["trade_state"] == "NOTPAY"


def test_an_unknown_outcome_is_named(merchant: Merchant) -> None:
    _, prepay_id = merchant.place()
    response = _cashier(merchant, prepay_id, outcome="steal")
    assert response.status_code == 400
    assert "pay_silently" in response.json()["error"]


def test_the_payer_gets_wechat_pays_receipt(merchant: Merchant) -> None:
    number = merchant.pay()
    [receipt] = merchant.box.get("/_box/inbox", user="小方")["messages"]
    assert (receipt["kind"], receipt["title"]) == ("payment", "微信支付凭证")
    assert receipt["data"]["付款金额"] == {"value": "¥12.30"}
    assert receipt["data"]["商户单号"] == {"value": number}
