"""Orders of mini programs (JSAPI): place, ask, close."""

import json
import secrets
import sqlite3
from datetime import datetime
from typing import Any

from wechatbox import people
from wechatbox.box import Box
from wechatbox.clock import digits, rfc3339
from wechatbox.pay.body import Flag, Group, Several, Text, Whole
from wechatbox.pay.errors import PayError, bad_param, order_missing
from wechatbox.pay.guard import Question, Reply
from wechatbox.registry import Merchant

PREPAY_LIFETIME_S = 2 * 3600
_DEFAULT_OPEN_S = 7 * 86400
_LONGEST_OPEN_S = 90 * 86400
_SHORTEST_OPEN_S = 60

# Loopback and plain http are let through, because the box lives beside the platform it calls; see the README.
URL = r"https?://[^/?#\s@]+(/[^?#\s]*)?"
ORDER = Group(
    {
        "appid": Text(32, required=True),
        "mchid": Text(32, required=True),
        "description": Text(127, required=True),
        "out_trade_no": Text(32, required=True, least=6, pattern=r"[0-9A-Za-z_\-|*]+"),
        "time_expire": Text(64),
        "attach": Text(128),
        "notify_url": Text(255, required=True, pattern=URL),
        "goods_tag": Text(32),
        "support_fapiao": Flag(),
        "limit_pay": Several(Text(32, among=("no_balance", "no_credit", "no_debit", "balance_only")), 4),
        "amount": Group(
            {"total": Whole(1, required=True), "currency": Text(16, among=("CNY",))}, required=True
        ),
        "payer": Group({"openid": Text(128, required=True)}, required=True),
        "detail": Group(
            {
                "cost_price": Whole(),
                "invoice_id": Text(32),
                "goods_detail": Several(
                    Group(
                        {
                            "merchant_goods_id": Text(32, required=True, least=1),
                            "wechatpay_goods_id": Text(32),
                            "goods_name": Text(256),
                            "quantity": Whole(1, required=True),
                            "unit_price": Whole(required=True),
                        }
                    ),
                    6000,
                ),
            }
        ),
        "scene_info": Group(
            {
                "payer_client_ip": Text(45, required=True),
                "device_id": Text(32),
                "store_info": Group(
                    {
                        "id": Text(32, required=True),
                        "name": Text(256),
                        "area_code": Text(32),
                        "address": Text(512),
                    }
                ),
            }
        ),
        "settle_info": Group({"profit_sharing": Flag()}),
    }
)
_CLOSE = Group({"mchid": Text(32, required=True)})
_STATE_TEXT = {"NOTPAY": "订单未支付", "SUCCESS": "支付成功", "CLOSED": "订单已关闭", "REFUND": "转入退款"}


def place(box: Box, question: Question) -> Reply:
    """``POST /v3/pay/transactions/jsapi``: a prepay_id; the same order again gives a fresh one."""
    body = question.body
    ORDER.check("", body)
    merchant = question.merchant
    own_number(merchant, body["mchid"], "/mchid")
    if body["appid"] not in merchant.appids:
        raise PayError(400, "APPID_MCHID_NOT_MATCH", "appid 和 mchid 不匹配", internal=268445527)
    person = people.person_of(box, body["payer"]["openid"])
    if person is None:
        raise PayError(
            400,
            "PARAM_ERROR",
            "无效的 openid",
            detail={
                "field": "/payer/openid",
                "value": body["payer"]["openid"],
                "issue": "unknown",
                "location": "body",
            },
            internal=268501013,
        )
    if person.appid != body["appid"]:
        raise PayError(500, "OPENID_MISMATCH", "openid 和 appid 不匹配")
    number, content = body["out_trade_no"], json.dumps(body, sort_keys=True, ensure_ascii=False)
    now = box.clock.now()
    order = find(box, merchant.mchid, number)
    if order is None:
        box.store.insert(
            "orders",
            mchid=merchant.mchid,
            out_trade_no=number,
            appid=body["appid"],
            openid=person.openid,
            total=body["amount"]["total"],
            body=content,
            state="NOTPAY",
            created_at=now,
            expires_at=_open_until(body.get("time_expire"), now),
        )
    elif order["state"] == "SUCCESS":
        raise PayError(400, "ORDERPAID", "该订单已支付", internal=268449538)
    elif order["state"] == "CLOSED":
        raise PayError(400, "ORDER_CLOSED", "该订单已关闭", internal=268447914)
    elif order["body"] != content:
        raise PayError(400, "INVALID_REQUEST", "请求重入时，参数与首次请求时不一致", internal=268498688)
    prepay_id = f"wx{digits(now)}{secrets.token_hex(10)}"
    box.store.run(
        "INSERT INTO prepays VALUES (?, ?, ?, ?)", prepay_id, merchant.mchid, number, now + PREPAY_LIFETIME_S
    )
    box.stir()
    return Reply({"prepay_id": prepay_id})


def ask_by_number(box: Box, question: Question) -> Reply:
    """``GET /v3/pay/transactions/out-trade-no/{out_trade_no}``: the order as it stands."""
    own_number(question.merchant, question.query.get("mchid"), "mchid", "query")
    order = find(box, question.merchant.mchid, question.path["out_trade_no"])
    if order is None:
        raise order_missing()
    return Reply(transaction(box, order))


def ask_by_transaction(box: Box, question: Question) -> Reply:
    """``GET /v3/pay/transactions/id/{transaction_id}``: the paid order as it stands."""
    own_number(question.merchant, question.query.get("mchid"), "mchid", "query")
    order = find_transaction(box, question.merchant.mchid, question.path["transaction_id"])
    if order is None:
        raise order_missing()
    return Reply(transaction(box, order))


def close(box: Box, question: Question) -> Reply:
    """``POST …/close``: an unpaid order can no longer be paid. 204 without a body."""
    _CLOSE.check("", question.body)
    own_number(question.merchant, question.body["mchid"], "/mchid")
    order = find(box, question.merchant.mchid, question.path["out_trade_no"])
    if order is None:
        raise order_missing()
    if order["state"] == "SUCCESS":
        raise PayError(400, "ORDERPAID", "该订单已支付，不能关闭", internal=268449538)
    if order["state"] == "CLOSED":
        raise PayError(400, "ORDER_CLOSED", "该订单已关闭", internal=268447914)
    box.store.run(
        "UPDATE orders SET state = 'CLOSED', closed_at = ? WHERE mchid = ? AND out_trade_no = ?",
        box.clock.now(),
        order["mchid"],
        order["out_trade_no"],
    )
    return Reply(None, status=204)


def find(box: Box, mchid: str, out_trade_no: str) -> sqlite3.Row | None:
    """The merchant's order, closed first if its time is over."""
    close_expired(box)
    return box.store.one("SELECT * FROM orders WHERE mchid = ? AND out_trade_no = ?", mchid, out_trade_no)


def find_transaction(box: Box, mchid: str, transaction_id: str) -> sqlite3.Row | None:
    """The merchant's paid order by WeChat Pay's number."""
    return box.store.one("SELECT * FROM orders WHERE mchid = ? AND transaction_id = ?", mchid, transaction_id)


def close_expired(box: Box) -> None:
    """Orders past their time_expire are closed."""
    now = box.clock.now()
    box.store.run(
        "UPDATE orders SET state = 'CLOSED', closed_at = ? WHERE state = 'NOTPAY' AND expires_at <= ?",
        now,
        now,
    )


def trade_state(box: Box, order: sqlite3.Row) -> str:
    """NOTPAY, SUCCESS, CLOSED, or REFUND as soon as any refund was taken on."""
    refunds = box.store.number(
        "SELECT count(*) FROM refunds WHERE mchid = ? AND out_trade_no = ? AND status != 'CLOSED'",
        order["mchid"],
        order["out_trade_no"],
    )
    return "REFUND" if refunds else str(order["state"])


def transaction(box: Box, order: sqlite3.Row) -> dict[str, Any]:
    """The order the way queries and notices show it; what only payment brings is absent before it."""
    body = json.loads(order["body"])
    state = trade_state(box, order)
    shown: dict[str, Any] = {
        "appid": order["appid"],
        "mchid": order["mchid"],
        "out_trade_no": order["out_trade_no"],
        "trade_state": state,
        "trade_state_desc": _STATE_TEXT[state],
        "promotion_detail": [],
        "scene_info": {"device_id": body.get("scene_info", {}).get("device_id", "")},
        "amount": {"total": order["total"], "currency": "CNY", "payer_currency": "CNY"},
    }
    if order["transaction_id"] is None:
        return shown
    shown["amount"]["payer_total"] = order["total"]
    return {
        **shown,
        "transaction_id": order["transaction_id"],
        "trade_type": "JSAPI",
        "bank_type": "OTHERS",
        "attach": body.get("attach", ""),
        "success_time": rfc3339(order["success_at"]),
        "payer": {"openid": order["openid"]},
    }


def own_number(merchant: Merchant, mchid: str | None, field: str, location: str = "body") -> None:
    """Raises PayError unless the number in the request is the one of the merchant who signed it."""
    if mchid is None:
        raise bad_param(field, None, "is required", location)
    if mchid != merchant.mchid:
        raise bad_param(field, mchid, "is not the merchant of the Authorization header", location)


def _open_until(time_expire: str | None, now: float) -> float:
    if time_expire is None:
        return now + _DEFAULT_OPEN_S
    try:
        wanted = datetime.fromisoformat(time_expire)
    except ValueError as error:
        raise bad_param("/time_expire", time_expire, "must be like 2018-06-08T10:34:56+08:00") from error
    if wanted.tzinfo is None or "T" not in time_expire:
        raise bad_param("/time_expire", time_expire, "must be like 2018-06-08T10:34:56+08:00")
    return min(max(wanted.timestamp(), now + _SHORTEST_OPEN_S), now + _LONGEST_OPEN_S)
