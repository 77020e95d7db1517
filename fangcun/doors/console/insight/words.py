"""How the pages of the numbers speak: events and properties by their names, counts, shares and times."""

from __future__ import annotations

from typing import Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from fangcun.doors.console.words import money
from fangcun.insight.analytics.visits import scene_name

EVENTS: dict[str, str | Promise] = {
    "app_launched": _("启动小程序"),
    "app_shown": _("打开小程序"),
    "app_hidden": _("离开小程序"),
    "page_viewed": _("浏览页面"),
    "page_left": _("离开页面"),
    "page_shared": _("分享页面"),
    "page_favorited": _("收藏页面"),
    "element_tapped": _("点击元素"),
    "user_logged_in": _("登录"),
    "goods_tapped": _("点击商品"),
    "goods_viewed": _("浏览商品"),
    "goods_searched": _("搜索商品"),
    "goods_bought": _("买下商品"),
    "cart_added": _("加入购物车"),
    "checkout_viewed": _("查看结算单"),
    "order_submitted": _("提交订单"),
    "order_paid": _("支付成功"),
    "order_shipped": _("订单发货"),
    "order_completed": _("订单完成"),
    "order_cancelled": _("订单取消"),
    "order_refunded": _("订单退款"),
    "payment_requested": _("打开收银台"),
    "payment_dismissed": _("放弃支付"),
    "consent_answered": _("回答订阅授权"),
    "message_sent": _("发出消息"),
    "group_opened": _("开团"),
    "group_joined": _("参团"),
    "group_result_sent": _("告知拼团结果"),
    "experiment_exposed": _("进入实验"),
}

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
    return str(EVENTS.get(name, name))


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
    return scene_name(group.value) if by == "scene" else group.value


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
