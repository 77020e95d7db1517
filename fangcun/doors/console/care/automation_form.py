"""An automation's document as the rows of a form, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fangcun.grow.automations.errors import AutomationInvalid

FIELDS = (
    "do", "hours", "until", "check", "segment_of", "rule", "channel", "purpose", "title", "body", "link",
    "fallback", "template", "coupon", "points", "note", "tag",
)  # fmt: skip
BLANK: dict[str, str] = dict.fromkeys(FIELDS, "") | {
    "do": "tell", "check": "not_bought", "channel": "subscribe", "purpose": "member_care", "fallback": "yes",
    "hours": "24", "points": "10",
}  # fmt: skip
DOES = {
    "wait": _("等待"),
    "check": _("只有满足条件才继续"),
    "tell": _("发消息"),
    "text": _("发短信"),
    "coupon": _("送优惠券"),
    "points": _("送积分"),
    "tag": _("打标签"),
}
CHECKS = {
    "not_bought": _("期间没有付款"),
    "bought": _("期间已付款"),
    "segment": _("在人群里"),
    "rule": _("符合规则（JSON）"),
}
CHANNELS = {"subscribe": _("订阅消息"), "in_app": _("站内消息")}
FALLBACKS = {"yes": _("没有授权时发站内消息"), "no": _("没有授权时跳过")}
TRIGGERS = {
    "news": _("发生一件事"),
    "event": _("会员发生埋点事件"),
    "cart": _("购物车久未结算"),
    "birthday": _("会员生日"),
    "date": _("某个日子之后"),
    "segment": _("进入人群"),
}


def document_of(data: QueryDict) -> dict[str, Any]:
    """The document that a form says; what it says wrong is found when it is read. Raises AutomationInvalid."""
    columns = [data.getlist(name) for name in FIELDS]
    rows = [dict(zip(FIELDS, values, strict=True)) for values in zip(*columns, strict=False)]
    return {
        "trigger": _trigger(data),
        "steps": [_step(row, f"steps[{number}]") for number, row in enumerate(rows)],
        "again_days": _number(data.get("again_days", "")) or 0,
        "goal_days": _number(data.get("goal_days", "")) or 7,
    }


def held_out_of(data: QueryDict) -> int:
    """The share of the control group in basis points. Raises AutomationInvalid."""
    text = data.get("held_out", "10").strip()
    try:
        share = round(float(text) * 100)
    except (ValueError, OverflowError):  # infinity is a float too
        share = -1
    if not 0 <= share <= 5_000:
        raise AutomationInvalid(_t("对照组为 0–50%"), place="held_out")
    return share


def filled(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document as the form shows it."""
    trigger = {"kind": "news", **document.get("trigger", {})}
    trigger["existing"] = "yes" if trigger.get("existing") else "no"
    return {
        "trigger": trigger,
        "rows": [_row(step) for step in document.get("steps", [])],
        "again_days": document.get("again_days", 0),
        "goal_days": document.get("goal_days", 7),
    }


def of_data(data: QueryDict) -> dict[str, Any]:
    """A form as it was filled, right or wrong."""
    columns = [data.getlist(name) for name in FIELDS]
    return {
        "trigger": {name: data.get(f"trigger_{name}", "") for name in _TRIGGER_FIELDS},
        "rows": [dict(zip(FIELDS, values, strict=True)) for values in zip(*columns, strict=False)],
        "again_days": data.get("again_days", "0"),
        "goal_days": data.get("goal_days", "7"),
    }


_TRIGGER_FIELDS = ("kind", "news", "event", "where", "hours", "days", "of", "segment", "existing", "at")


def _trigger(data: QueryDict) -> dict[str, Any]:
    said = {name: data.get(f"trigger_{name}", "").strip() for name in _TRIGGER_FIELDS}
    kind = said["kind"]
    days, at = _number(said["days"]), {"at": said["at"]} if said["at"] else {}
    match kind:
        case "news":
            return {"kind": kind, "news": said["news"]}
        case "event":
            return {"kind": kind, "event": said["event"], "where": said["where"]}
        case "cart":
            return {"kind": kind, "hours": _number(said["hours"])}
        case "birthday":
            return {"kind": kind, "days": days or 0, **at}
        case "date":
            existing = said["existing"] == "yes"
            return {"kind": kind, "of": said["of"], "days": days, "existing": existing, **at}
        case "segment":
            segment = _number(said["segment"])
            return {"kind": kind, "segment": segment, "existing": said["existing"] == "yes"}
        case _unknown:
            return {"kind": kind}


def _step(row: Mapping[str, str], place: str) -> dict[str, Any]:
    do = row["do"]
    match do:
        case "wait":
            at = {"at": row["until"]} if row["until"] else {}
            return {"do": do, "hours": _number(row["hours"]) or 0, **at}
        case "check":
            return {"do": do, **_check(row, place)}
        case "tell":
            return {
                "do": do,
                "channel": row["channel"],
                "purpose": row["purpose"] or "member_care",
                "title": row["title"],
                "body": row["body"],
                "link": row["link"].strip(),
                "fallback": row["fallback"] != "no",
            }
        case "text":
            return {"do": do, "template": row["template"]}
        case "coupon":
            return {"do": do, "template_id": _number(row["coupon"])}
        case "points":
            return {"do": do, "points": _number(row["points"]), "note": row["note"]}
        case "tag":
            return {"do": do, "tag": row["tag"]}
        case _unknown:
            return {"do": do}


def _check(row: Mapping[str, str], place: str) -> dict[str, Any]:
    if row["check"] in ("bought", "not_bought"):
        return {"bought": row["check"] == "bought"}
    if row["check"] == "segment":
        return {"rule": {"all": [{"kind": "segment", "segment": _number(row["segment_of"])}]}}
    try:
        return {"rule": json.loads(row["rule"])}
    except (ValueError, RecursionError) as wrong:
        raise AutomationInvalid(_t("规则不是 JSON"), place=place) from wrong


def _row(step: Mapping[str, Any]) -> dict[str, str]:
    row = BLANK | {name: str(value) for name, value in step.items() if name in FIELDS}
    row["until"] = str(step.get("at", ""))
    row["fallback"] = "yes" if step.get("fallback", True) else "no"
    row["coupon"] = str(step.get("template_id", ""))
    if step.get("do") == "check":
        row |= _row_of_check(step)
    return row


def _row_of_check(step: Mapping[str, Any]) -> dict[str, str]:
    if isinstance(bought := step.get("bought"), bool):
        return {"check": "bought" if bought else "not_bought", "rule": ""}
    rule = step.get("rule") or {}
    parts = rule.get("all") if isinstance(rule, dict) and list(rule) == ["all"] else None
    if isinstance(parts, list) and len(parts) == 1 and parts[0].get("kind") == "segment":
        return {"check": "segment", "segment_of": str(parts[0].get("segment", "")), "rule": ""}
    return {"check": "rule", "rule": json.dumps(rule, ensure_ascii=False)}


def _number(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
