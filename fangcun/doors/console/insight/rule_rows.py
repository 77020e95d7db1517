"""A segment's rule as the rows of a form, and back. What rows can't say is written as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fangcun.insight.segments.errors import RuleInvalid

FIELDS = ("kind", "event", "where", "op", "n", "days", "choice")
BLANK = {"kind": "event", "event": "", "where": "", "op": ">=", "n": "1", "days": "30", "choice": ""}
KINDS = {
    "event": _("做过某事的次数"),
    "sum": _("付款金额合计（分）"),
    "last": _("最后一次在最近几天内"),
    "first": _("第一次在最近几天内"),
    "is_member": _("是会员"),
    "registered": _("最近几天内成为会员"),
    "stage": _("生命周期"),
    "rfm": _("RFM 分组"),
    "segment": _("在另一个人群里"),
}
OPS = {">=": _("至少"), ">": _("多于"), "==": _("正好"), "<": _("少于"), "<=": _("至多")}
MATCHES = {"all": _("满足下面所有条件"), "any": _("满足下面任一条件"), "none": _("下面的条件都不满足")}


def rule_of(data: QueryDict) -> dict[str, Any]:
    """The rule that a form says. Raises RuleInvalid."""
    if written := data.get("json", "").strip():
        try:
            rule = json.loads(written)
        except (ValueError, RecursionError) as wrong:
            raise RuleInvalid(_t("这段文字不是 JSON")) from wrong
        if not isinstance(rule, dict):
            raise RuleInvalid(_t("规则应是一个 JSON 对象"))
        return rule
    columns = [data.getlist(name) for name in FIELDS]
    rows = [dict(zip(FIELDS, values, strict=True)) for values in zip(*columns, strict=False)]
    match = data.get("match", "all")
    return {match if match in MATCHES else "all": [_condition(row) for row in rows]}


def rows_of(rule: Mapping[str, Any]) -> tuple[str, list[dict[str, Any]]] | None:
    """How a rule's rows match and what they say; None when rows can't say it."""
    if len(rule) != 1:
        return None
    ((match, conditions),) = rule.items()
    if not isinstance(conditions, list):
        return None
    rows = [_row(one) for one in conditions]
    sound = [row for row in rows if row is not None]
    if match not in MATCHES or len(sound) != len(rows):
        return None
    again = [_condition(row) for row in sound]
    return (match, sound) if again == list(conditions) else None


def _condition(row: Mapping[str, str]) -> dict[str, Any]:
    kind, days = row["kind"], _number(row["days"])
    span = {} if days is None else {"days": days}
    happened = {"event": row["event"].strip(), "where": row["where"].strip()}
    match kind:
        case "sum":
            what = {"kind": "sum", "event": happened["event"] or "order_paid", "prop": "amount"}
            return {**what, "where": happened["where"], "op": row["op"], "value": _number(row["n"]), **span}
        case "last" | "first":
            return {"kind": kind, **happened, "within": days}
        case "is_member":
            return {"kind": "member", "fact": "is_member", "is": True}
        case "registered":
            return {"kind": "member", "fact": "registered", "days": days}
        case "stage":
            return {"kind": "stage", "stages": [row["choice"]]}
        case "rfm":
            return {"kind": "rfm", "groups": [row["choice"]]}
        case "segment":
            return {"kind": "segment", "segment": _number(row["choice"])}
        case _event:
            return {"kind": "event", **happened, "op": row["op"], "n": _number(row["n"]), **span}


def _row(condition: Any) -> dict[str, str] | None:
    if not isinstance(condition, Mapping):
        return None
    kind = str(condition.get("kind", ""))
    if kind == "member":
        kind = str(condition.get("fact", ""))
    if kind not in KINDS:
        return None
    days = condition.get("days", condition.get("within", ""))
    chosen = condition.get("stages") or condition.get("groups") or [condition.get("segment", "")]
    return {
        "kind": kind,
        "event": str(condition.get("event", "")),
        "where": str(condition.get("where", "")),
        "op": str(condition.get("op", ">=")),
        "n": str(condition.get("n", condition.get("value", "1"))),
        "days": str(days),
        "choice": str(chosen[0]),
    }


def _number(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
