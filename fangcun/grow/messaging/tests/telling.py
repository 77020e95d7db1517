"""The news these tests tell."""

from __future__ import annotations

from fangcun.grow.messaging.models import Message
from fangcun.grow.messaging.services import notify
from fangcun.identity.members.models import Account

VALUES = {
    "order_number": "F1",
    "goods": "云南蓝莓 125g 等 2 件",
    "amount": "39.80",
    "time": "2026-11-23T00:05:09+00:00",
}


def tell(account: Account, key: str = "order_paid:F1", purpose: str = "order_paid", **changes) -> Message:
    told = {
        "values": VALUES,
        "link": "/pages-trade/order/order?number=F1",
        "kind": "order",
        "title": "支付成功",
        "body": "我们会尽快发货。",
        **changes,
    }
    return notify(
        member_id=account.member_id, program_id=account.program_id, purpose=purpose, dedupe_key=key, **told
    )
