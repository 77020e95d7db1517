"""Refunds: taken on at once, carried out a little later, told by a notice."""

import json
import secrets
import sqlite3
from typing import Any

from wechatbox import people
from wechatbox.box import Box
from wechatbox.clock import rfc3339
from wechatbox.miniprogram import messages
from wechatbox.pay import notices, orders
from wechatbox.pay.body import Group, Several, Text, Whole
from wechatbox.pay.errors import PayError, bad_param
from wechatbox.pay.guard import Question, Reply

SETTLES_AFTER_S = 3
APART_S = 60
MOST_PARTS = 50
OPEN_S = 365 * 86400
_REFUND = Group(
    {
        "transaction_id": Text(32, least=1),
        "out_trade_no": Text(32, least=6),
        "out_refund_no": Text(64, required=True, pattern=r"[0-9A-Za-z_\-|*@]+"),
        "reason": Text(80),
        "notify_url": Text(256, pattern=orders.URL),
        "funds_account": Text(32, among=("AVAILABLE",)),
        "amount": Group(
            {
                "refund": Whole(1, required=True),
                "total": Whole(1, required=True),
                "currency": Text(16, required=True, among=("CNY",)),
                "from": Several(
                    Group(
                        {
                            "account": Text(32, required=True, among=("AVAILABLE", "UNAVAILABLE")),
                            "amount": Whole(1, required=True),
                        }
                    ),
                    10,
                ),
            },
            required=True,
        ),
        "goods_detail": Several(
            Group(
                {
                    "merchant_goods_id": Text(32, required=True),
                    "wechatpay_goods_id": Text(32),
                    "goods_name": Text(256),
                    "unit_price": Whole(required=True),
                    "refund_amount": Whole(required=True),
                    "refund_quantity": Whole(1, required=True),
                }
            ),
            3000,
        ),
    }
)


def create(box: Box, question: Question) -> Reply:
    """``POST /v3/refund/domestic/refunds``: the same out_refund_no again is the same refund."""
    body, mchid = question.body, question.merchant.mchid
    _REFUND.check("", body)
    order = _paid_order(box, mchid, body)
    content = json.dumps(body, sort_keys=True, ensure_ascii=False)
    same = box.store.one(
        "SELECT * FROM refunds WHERE mchid = ? AND out_refund_no = ?", mchid, body["out_refund_no"]
    )
    if same is not None:
        if same["body"] != content:
            raise PayError(400, "INVALID_REQUEST", "请求重入时，参数与首次请求时不一致", internal=268498688)
        return Reply(_shown(box, same))
    _check_limits(box, order, body["amount"])
    if box.faults.strikes("not_enough"):
        raise PayError(403, "NOT_ENOUGH", "基本账户余额不足，请充值后重新发起")
    now = box.clock.now()
    refund_id = f"50{secrets.randbelow(10**27):027d}"
    box.store.insert(
        "refunds",
        refund_id=refund_id,
        mchid=mchid,
        out_refund_no=body["out_refund_no"],
        out_trade_no=order["out_trade_no"],
        amount=body["amount"]["refund"],
        body=content,
        status="PROCESSING",
        result=box.faults.refund_result(),
        created_at=now,
        settle_at=now + SETTLES_AFTER_S,
    )
    created = box.store.one("SELECT * FROM refunds WHERE refund_id = ?", refund_id)
    assert created is not None  # noqa: S101
    return Reply(_shown(box, created))


def ask(box: Box, question: Question) -> Reply:
    """``GET /v3/refund/domestic/refunds/{out_refund_no}``: the refund as it stands."""
    settle_due(box)
    refund = box.store.one(
        "SELECT * FROM refunds WHERE mchid = ? AND out_refund_no = ?",
        question.merchant.mchid,
        question.path["out_refund_no"],
    )
    if refund is None:
        raise PayError(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
    return Reply(_shown(box, refund))


def settle_due(box: Box) -> None:
    """Carry out refunds whose moment has come, and tell the merchant."""
    now = box.clock.now()
    for refund in box.store.all("SELECT * FROM refunds WHERE status = 'PROCESSING' AND settle_at <= ?", now):
        result = refund["result"]
        box.store.run(
            "UPDATE refunds SET status = ?, success_at = ? WHERE refund_id = ?",
            result,
            now if result == "SUCCESS" else None,
            refund["refund_id"],
        )
        order = orders.find(box, refund["mchid"], refund["out_trade_no"])
        assert order is not None  # noqa: S101
        url = json.loads(refund["body"]).get("notify_url")
        if url:
            notices.announce(
                box,
                event_type=f"REFUND.{result}",
                url=url,
                resource=_notice(refund, order, result, now),
                out_refund_no=refund["out_refund_no"],
            )
        payer = people.person_of(box, order["openid"])
        if result == "SUCCESS" and payer is not None:
            told = {
                "退款金额": {"value": f"¥{refund['amount'] / 100:.2f}"},
                "退款方式": {"value": "退回零钱"},
            }
            messages.put(box, payer, "payment", "退款到账通知", told)


def _paid_order(box: Box, mchid: str, body: dict[str, Any]) -> sqlite3.Row:
    if "transaction_id" not in body and "out_trade_no" not in body:
        raise bad_param("/out_trade_no", None, "either transaction_id or out_trade_no is required")
    order = (
        orders.find_transaction(box, mchid, body["transaction_id"])
        if "transaction_id" in body
        else orders.find(box, mchid, body["out_trade_no"])
    )
    if order is None or order["state"] != "SUCCESS":
        raise PayError(404, "RESOURCE_NOT_EXISTS", "订单不存在或未支付")
    if body.get("out_trade_no", order["out_trade_no"]) != order["out_trade_no"]:
        raise bad_param("/out_trade_no", body["out_trade_no"], "is not the order of transaction_id")
    return order


def _check_limits(box: Box, order: sqlite3.Row, amount: dict[str, Any]) -> None:
    now = box.clock.now()
    if amount["total"] != order["total"]:
        raise PayError(400, "INVALID_REQUEST", "订单金额与原订单不一致")
    if sum(part["amount"] for part in amount.get("from", [])) not in (0, amount["refund"]):
        raise bad_param("/amount/from", amount["from"], "must add up to the refund")
    if now - order["success_at"] > OPEN_S:
        raise PayError(400, "INVALID_REQUEST", "订单已超过可退款的最大期限（一年）")
    made = box.store.one(
        "SELECT count(*) AS parts, max(created_at) AS latest,"
        " coalesce(sum(amount) FILTER (WHERE status != 'CLOSED'), 0) AS amount"
        " FROM refunds WHERE mchid = ? AND out_trade_no = ?",
        order["mchid"],
        order["out_trade_no"],
    )
    assert made is not None  # noqa: S101
    if made["amount"] + amount["refund"] > order["total"]:
        raise PayError(400, "INVALID_REQUEST", "申请退款总金额超过订单金额")
    if made["parts"] >= MOST_PARTS:
        raise PayError(400, "INVALID_REQUEST", f"一笔订单最多退款 {MOST_PARTS} 次")
    if made["latest"] is not None and now - made["latest"] < APART_S:
        raise PayError(429, "FREQUENCY_LIMITED", "同一订单两次退款需间隔一分钟", internal=268447840)


def _shown(box: Box, refund: sqlite3.Row) -> dict[str, Any]:
    order = orders.find(box, refund["mchid"], refund["out_trade_no"])
    assert order is not None  # noqa: S101
    body = json.loads(refund["body"])
    shown: dict[str, Any] = {
        "refund_id": refund["refund_id"],
        "out_refund_no": refund["out_refund_no"],
        "transaction_id": order["transaction_id"],
        "out_trade_no": order["out_trade_no"],
        "channel": "ORIGINAL",
        "user_received_account": "支付用户零钱",
        "create_time": rfc3339(refund["created_at"]),
        "status": refund["status"],
        "funds_account": body.get("funds_account", "AVAILABLE"),
        "amount": {
            "total": order["total"],
            "refund": refund["amount"],
            "from": body["amount"].get("from", []),
            "payer_total": order["total"],
            "payer_refund": refund["amount"],
            "settlement_refund": refund["amount"],
            "settlement_total": order["total"],
            "discount_refund": 0,
            "currency": "CNY",
        },
        "promotion_detail": [],
    }
    if refund["success_at"] is not None:
        shown["success_time"] = rfc3339(refund["success_at"])
    return shown


def _notice(refund: sqlite3.Row, order: sqlite3.Row, result: str, now: float) -> dict[str, Any]:
    told: dict[str, Any] = {
        "mchid": refund["mchid"],
        "transaction_id": order["transaction_id"],
        "out_trade_no": refund["out_trade_no"],
        "refund_id": refund["refund_id"],
        "out_refund_no": refund["out_refund_no"],
        "refund_status": result,
        "user_received_account": "支付用户零钱",
        "amount": {
            "total": order["total"],
            "refund": refund["amount"],
            "payer_total": order["total"],
            "payer_refund": refund["amount"],
        },
    }
    return {**told, "success_time": rfc3339(now)} if result == "SUCCESS" else told
