"""We分析: events for its bulk import, mapped to WeChat's own `wxdata_*` events where it has one.

Which events correspond comes from WeChat's public lists of recommended events. The exact JSON that We分析's page takes
is not documented publicly and could not be tried; the export says so in `note`, and keeps to plain names, types and
remarks, which can also be copied into the page by hand.
"""

from __future__ import annotations

import json
from typing import Any

from fangcun.blueprint.compiling.tracking import planned_events
from fangcun.blueprint.document import Blueprint
from fangcun.blueprint.exporting.told import told
from fangcun.blueprint.vocabulary import enum_values

# ours -> WeChat's event, and what is fixed there
EVENTS: dict[str, tuple[str, dict[str, str]]] = {
    "goods_exposed": ("wxdata_expose_goods", {}),
    "goods_tapped": ("wxdata_click_goods", {}),
    "goods_viewed": ("wxdata_browse_goods", {}),
    "cart_added": ("wxdata_purchase_goods", {}),
    "order_submitted": ("wxdata_submit_order_content", {}),
    "order_paid": ("wxdata_order_status", {"status": "paid"}),
    "order_refunded": ("wxdata_refund", {}),
    "page_shared": ("wxdata_page_share", {}),
}
_TYPES = {
    "id": "string",
    "text": "string",
    "int": "number",
    "fen": "number",
    "float": "number",
    "bool": "string",
    "time": "number",
}
NOTE = "We分析 的批量导入格式没有公开文档，本文件未经其页面验证；导入前请逐项核对，属性类型一旦提交不能修改。"


def wedata(bp: Blueprint) -> str:
    """Every planned event with its own name, WeChat's name where there is one, and its properties."""
    events: list[dict[str, Any]] = []
    for event in planned_events(bp):
        mapped, fixed = EVENTS.get(event.name, (None, {}))
        events.append(
            {
                "event_id": mapped or event.name,
                "event_name": event.name,
                "source": "wxdata" if mapped else "custom",
                "fixed": fixed,
                "remark": told(bp, event),
                "properties": [
                    {
                        "property_id": name,
                        "type": "string" if enum_values(kind) else _TYPES[kind],
                        "required": name in event.required,
                        "remark": kind,
                    }
                    for name, kind in event.props.items()
                ],
            }
        )
    return json.dumps({"note": NOTE, "events": events}, ensure_ascii=False, indent=2) + "\n"
