"""We分析 (WeChat's own analytics): custom events to create there, and ours that are reported as its `wxdata_*` events.

Confirmed by its public pages: an id begins with a letter and holds letters, digits and underscores; id and name are
unique; a property's type can't be changed later; `wxdata_*` events exist already, get no new name and keep their
properties. Not confirmed, and said so in `note`: the JSON that its page imports (no public description), the names
and values of `wxdata_*` properties (taken from how published mini programs call `wx.reportEvent`), and whether
`wxdata_click_goods` and `wxdata_submit_order_content` still exist (the newest list leaves them out).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from fangcun.blueprint.compiling.tracking import PlannedEvent, automatic_events, planned_events
from fangcun.blueprint.document import Blueprint
from fangcun.blueprint.exporting.told import told
from fangcun.blueprint.vocabulary import enum_values


@dataclass(frozen=True, slots=True)
class Counterpart:
    """WeChat's event for one of ours: its name, what our properties are called there, and what always stands there."""

    name: str
    properties: dict[str, str]
    fixed: dict[str, Any] = field(default_factory=dict)


_GOODS = {"product_id": "spu_id", "sku_id": "sku_id", "price_amount": "price_current"}
_ORDER = {"order_number": "order_id", "total_amount": "order_amt"}
COUNTERPARTS = {
    "goods_exposed": Counterpart("wxdata_expose_goods", _GOODS),
    "goods_tapped": Counterpart("wxdata_click_goods", _GOODS),
    "goods_viewed": Counterpart("wxdata_browse_goods", _GOODS),
    "cart_added": Counterpart(
        "wxdata_purchase_goods", {**_GOODS, "quantity": "action_num"}, {"action_type": 0}
    ),
    "order_submitted": Counterpart("wxdata_submit_order_content", _ORDER),
    "order_paid": Counterpart("wxdata_order_status", {**_ORDER, "amount": "pay_amt"}, {"order_status": 11}),
    "order_refunded": Counterpart("wxdata_refund", {**_ORDER, "amount": "refund_amt"}),
    "page_shared": Counterpart("wxdata_page_share", {}),
}
# We分析 counts these by itself.
BUILT_IN = ("app_launched", "app_shown", "app_hidden", "page_viewed", "page_left", "page_favorited")
_TYPES = {
    "id": "string",
    "text": "string",
    "int": "number",
    "fen": "number",
    "float": "number",
    "bool": "string",
    "time": "number",
}
NOTE = (
    "We分析 的批量导入格式没有公开文档，本文件未经其页面验证；导入前请逐项核对，属性类型一旦提交不能修改。"
    "source 为 wxdata 的是微信已有的经营事件，不必新建，按 property_id 上报；其属性名和取值来自公开的用法，金额以分计。"
    "wxdata_click_goods 与 wxdata_submit_order_content 不在最新的经营事件清单里，页面上没有时按自定义事件新建。"
)


def wedata(bp: Blueprint) -> str:
    """Every event with its own name, WeChat's name where there is one, and its properties."""
    events = [
        _entry(bp, event)
        for event in [*planned_events(bp), *automatic_events()]
        if event.name not in BUILT_IN
    ]
    made = {"note": NOTE, "built_in": list(BUILT_IN), "events": events}
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"


def _entry(bp: Blueprint, event: PlannedEvent) -> dict[str, Any]:
    theirs = COUNTERPARTS.get(event.name)
    names = theirs.properties if theirs else {}
    return {
        "event_id": theirs.name if theirs else event.name,
        "event_name": event.name,
        "source": "wxdata" if theirs else "custom",
        "fixed": theirs.fixed if theirs else {},
        "remark": told(bp, event),
        "properties": [
            {
                "property_id": names.get(name, name),
                "property_name": name,
                "type": "string" if enum_values(kind) else _TYPES[kind],
                "required": name in event.required,
                "remark": kind,
            }
            for name, kind in event.props.items()
        ],
    }
