"""What a difference is, and the words in which it is told."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

AREAS = {
    "enterprise": "企业",
    "programs": "小程序",
    "goals": "目标",
    "competitors": "竞品",
    "features": "功能",
    "pages": "页面",
    "navigation": "导航",
    "scenarios": "场景",
    "content": "内容",
    "team": "团队",
    "schedule": "排期",
    "contingencies": "预案",
    "qualifications": "资质",
    "brand": "品牌",
    "launch": "上线材料",
    "budgets": "预算",
    "scoreboard": "记分牌",
    "events": "事件",
    "funnels": "漏斗",
    "consents": "消息授权",
    "dates": "日期",
    "map": "页面地图",
    "theme": "主题",
    "acceptance": "验收",
    "dossier": "提审材料",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One change. `before` and `after` are plain values, None where there is none; `text` is a sentence."""

    area: str
    change: str
    subject: str
    text: str
    breaking: bool = False
    before: Any = None
    after: Any = None

    def as_json(self) -> dict[str, Any]:
        """Everything as plain JSON."""
        return asdict(self)


def title(name: str, value: Any) -> str:
    """How an entry is called: by its name where it has one, else by its id."""
    for key in ("name", "title", "statement", "text", "when"):
        if isinstance(found := getattr(value, key, None), str) and found:
            return f"“{found}”"
    return f" {name}"


def gap(text: str) -> str:
    """A space between a text that ends in Latin letters or digits and the Chinese that follows."""
    return " " if text and text[-1].isascii() and text[-1].isalnum() else ""


def word(value: Any) -> str:
    """A value as it is told."""
    if value is None or value in ("", ()):
        return "空"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return number(value)
    if dataclasses.is_dataclass(value) or isinstance(value, dict):
        parts = plain(value).items()
        return (
            "{"
            + ", ".join(f"{key}: {inner}" for key, inner in parts if inner not in (None, "", [], {}))
            + "}"
        )
    if isinstance(value, tuple):
        return "、".join(map(word, value))
    return str(value)


def number(value: float | None) -> str:
    return "—" if value is None else f"{value:.12g}"


def plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, dt.date) else value
