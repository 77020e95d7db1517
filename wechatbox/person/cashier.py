"""The cashier: what happens when a mini program calls ``wx.requestPayment``."""

import json
import secrets
import sqlite3
from typing import Any

from starlette.requests import Request

from wechatbox import people, registry, signing
from wechatbox.box import Box
from wechatbox.clock import digits
from wechatbox.miniprogram import messages
from wechatbox.pay import notices, orders
from wechatbox.person.answers import Refused

OUTCOMES = ("show", "pay", "cancel", "pay_silently", "wrong_password")
_ARGUMENTS = ("appid", "timeStamp", "nonceStr", "package", "signType", "paySign")
_OK = {"errMsg": "requestPayment:ok"}
_LOST = {"errMsg": "requestPayment:fail (lost)"}


def request_payment(box: Box, _: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Check ``paySign`` and prepay_id as the phone does, then show, pay or walk away."""
    outcome = body.get("outcome")
    if outcome not in OUTCOMES:
        raise Refused({"error": f"outcome must be one of {', '.join(OUTCOMES)}"})
    for name in _ARGUMENTS:
        if not isinstance(body.get(name), str) or not body[name]:
            raise _refuse(f"{name} must be a string")
    order = _order_of(box, body)
    if outcome == "show":
        return shown(box, order)
    if outcome == "cancel":
        return {"errMsg": "requestPayment:fail cancel"}
    if outcome == "wrong_password":
        return {"errMsg": "requestPayment:fail (wrong password)"}
    settle(box, order)
    return _OK if outcome == "pay" else _LOST


def shown(box: Box, order: sqlite3.Row) -> dict[str, Any]:
    """What the cashier sheet says: ``amount`` in fen, description, merchant, order number."""
    merchant = registry.merchant_of(box, order["mchid"])
    return {
        "amount": order["total"],
        "description": json.loads(order["body"])["description"],
        "merchant": merchant.name if merchant else order["mchid"],
        "out_trade_no": order["out_trade_no"],
    }


def settle(box: Box, order: sqlite3.Row) -> None:
    """The money moves: the order is paid, the merchant told, the payer gets WeChat Pay's receipt."""
    now = box.clock.now()
    box.store.run(
        "UPDATE orders SET state = 'SUCCESS', transaction_id = ?, success_at = ?"
        " WHERE mchid = ? AND out_trade_no = ?",
        f"4200{secrets.randbelow(10**6):06d}{digits(now)[:8]}{secrets.randbelow(10**10):010d}",
        now,
        order["mchid"],
        order["out_trade_no"],
    )
    paid = orders.find(box, order["mchid"], order["out_trade_no"])
    assert paid is not None  # noqa: S101
    notices.announce(
        box,
        event_type="TRANSACTION.SUCCESS",
        url=json.loads(order["body"])["notify_url"],
        resource=orders.transaction(box, paid),
    )
    payer = people.person_of(box, order["openid"])
    if payer is not None:
        sheet = shown(box, paid)
        receipt = {
            "付款金额": {"value": f"¥{paid['total'] / 100:.2f}"},
            "商户": {"value": sheet["merchant"]},
            "商品": {"value": sheet["description"]},
            "商户单号": {"value": paid["out_trade_no"]},
        }
        messages.put(box, payer, "payment", "微信支付凭证", receipt)


def payable(box: Box, mchid: str, out_trade_no: str) -> sqlite3.Row:
    """The order, if it can be paid now. Raises Refused."""
    order = orders.find(box, mchid, out_trade_no)
    if order is None:
        raise _refuse("the order does not exist")
    if order["state"] == "SUCCESS":
        raise _refuse("the order is paid already")
    if order["state"] == "CLOSED":
        raise _refuse("the order is closed")
    return order


def _order_of(box: Box, body: dict[str, Any]) -> sqlite3.Row:
    if body["signType"] != "RSA":
        raise _refuse("signType must be RSA")
    if not body["timeStamp"].isascii() or not body["timeStamp"].isdigit():
        raise _refuse("timeStamp must be seconds as a string")
    if len(body["nonceStr"]) > 32:
        raise _refuse("nonceStr has more than 32 characters")
    label, _, prepay_id = body["package"].partition("=")
    if label != "prepay_id" or not prepay_id:
        raise _refuse("package must be prepay_id=…")
    prepay = box.store.one("SELECT * FROM prepays WHERE prepay_id = ?", prepay_id)
    if prepay is None:
        raise _refuse("the prepay_id does not exist")
    order = box.store.one(
        "SELECT * FROM orders WHERE mchid = ? AND out_trade_no = ?", prepay["mchid"], prepay["out_trade_no"]
    )
    merchant = registry.merchant_of(box, prepay["mchid"])
    assert order is not None and merchant is not None  # noqa: S101, PT018
    if order["appid"] != body["appid"]:
        raise _refuse("the prepay_id belongs to another appid")
    message = signing.payment_message(body["appid"], body["timeStamp"], body["nonceStr"], body["package"])
    if not signing.verifies(merchant.public_key_pem, message, body["paySign"]):
        raise _refuse("paySign is wrong")
    if prepay["expires_at"] <= box.clock.now():
        raise _refuse("the prepay_id has expired")
    return payable(box, prepay["mchid"], prepay["out_trade_no"])


def _refuse(reason: str) -> Refused:
    return Refused({"errMsg": f"requestPayment:fail ({reason})", "reason": reason})
