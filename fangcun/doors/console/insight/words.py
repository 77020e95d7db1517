"""How the pages of the numbers speak: events and properties by their names, counts, shares and times."""

from __future__ import annotations

from typing import Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from fangcun.doors.console.words import money
from fangcun.insight.analytics.visits import scene_name
from fangcun.insight.segments.titles import TITLES

PROPERTIES: dict[str, str | Promise] = {
    "amount": _("金额（分）"),
    "campaign": _("活动"),
    "category": _("分类"),
    "channel": _("渠道"),
    "city": _("城市"),
    "duration_ms": _("时长（毫秒）"),
    "element": _("元素"),
    "from": _("来自页面"),
    "group_id": _("拼团编号"),
    "keyword": _("搜索词"),
    "medium": _("媒介"),
    "network": _("网络"),
    "order_number": _("订单号"),
    "os": _("系统"),
    "page": _("页面"),
    "parent_share_id": _("上一级分享"),
    "platform": _("平台"),
    "price_amount": _("价格（分）"),
    "product_id": _("商品编号"),
    "quantity": _("数量"),
    "root_id": _("分享源头"),
    "scene": _("微信场景"),
    "share_id": _("分享编号"),
    "sku_id": _("规格编号"),
    "source": _("来源"),
}

WEEKDAYS = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))

# A unit as the name of a choice, and as one counts it.
UNITS: dict[str, str | Promise] = {"day": _("日"), "week": _("周"), "month": _("月")}
COUNTED: dict[str, str | Promise] = {"day": _("天"), "week": _("周"), "month": _("个月")}


def event_label(name: str) -> str:
    """An event as people read it; one without a name of its own keeps the plan's."""
    return str(TITLES.get(name, name))


def events_label(names: str) -> str:
    """A step as people read it: "a|b" is either of two events."""
    return _t(" 或 ").join(event_label(name) for name in names.split("|"))


def property_label(name: str) -> str:
    """A property as people read it."""
    return str(PROPERTIES.get(name, name))


class Group(Protocol):
    """A group of any breakdown."""

    @property
    def value(self) -> str | None: ...
    @property
    def other(self) -> bool: ...


def group_label(group: Group, by: str) -> str:
    """A group of a breakdown: its value, a scene by its name; those beyond the largest; those without the property."""
    if group.other:
        return _t("其他")
    if group.value is None:
        return _t("（没有这个属性）")
    return value_label(group.value, by)


def value_label(value: str, prop: str) -> str:
    """A property's value as people read it."""
    return scene_name(value) if prop == "scene" else value


def count(number: float | None) -> str:
    """A count: 12,345; a dash for none."""
    return "—" if number is None else f"{number:,.0f}"


def decimal(number: float | None, places: int = 2) -> str:
    """A number that is no count, so many places long; a dash for none."""
    return "—" if number is None else f"{number:.{places}f}"


def share(part: float | None) -> str:
    """A share of one as a percentage: 12.3%; a dash for none."""
    return "—" if part is None else f"{part:.1%}"


def duration(ms: float | None) -> str:
    """How long something took, in the unit one would say; a dash for none."""
    if ms is None:
        return "—"
    seconds = ms / 1000
    if seconds < 60:
        return ngettext("%(n)s 秒", "%(n)s 秒", round(seconds)) % {"n": _brief(seconds)}
    if seconds < 3600:
        return ngettext("%(n)s 分钟", "%(n)s 分钟", round(seconds / 60)) % {"n": _brief(seconds / 60)}
    if seconds < 86_400:
        return ngettext("%(n)s 小时", "%(n)s 小时", round(seconds / 3600)) % {"n": _brief(seconds / 3600)}
    return ngettext("%(n)s 天", "%(n)s 天", round(seconds / 86_400)) % {"n": _brief(seconds / 86_400)}


def _brief(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def yuan(fen: float | None) -> str:
    """An amount as the console writes it; part of a fen is rounded."""
    return money(None if fen is None else round(fen))
