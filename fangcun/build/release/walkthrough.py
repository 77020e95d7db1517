"""How an auditor goes through a scenario: each step as a person would say it."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fangcun.blueprint.document import Blueprint, Scenario, Step
from fangcun.blueprint.vocabulary import SYSTEM

# What the planned event of a step says was done; other events leave it at the page.
DEEDS: dict[str, str | Promise] = {
    "cart_added": gettext_lazy("加入购物车"),
    "checked_in": gettext_lazy("签到"),
    "checkout_viewed": gettext_lazy("去结算"),
    "coupon_claimed": gettext_lazy("领取优惠券"),
    "goods_searched": gettext_lazy("搜索商品"),
    "goods_tapped": gettext_lazy("点开一件商品"),
    "goods_viewed": gettext_lazy("查看商品详情"),
    "group_joined": gettext_lazy("参加拼团"),
    "group_opened": gettext_lazy("发起拼团"),
    "group_shared": gettext_lazy("把拼团分享给朋友"),
    "group_viewed": gettext_lazy("查看拼团"),
    "invite_shared": gettext_lazy("分享邀请"),
    "invite_taken": gettext_lazy("接受邀请"),
    "order_cancelled": gettext_lazy("取消订单"),
    "order_completed": gettext_lazy("确认收货"),
    "order_paid": gettext_lazy("支付成功"),
    "order_submitted": gettext_lazy("提交订单"),
    "payment_dismissed": gettext_lazy("关掉收银台，先不付款"),
    "payment_requested": gettext_lazy("打开微信支付"),
}


def walkthroughs(bp: Blueprint) -> list[dict[str, Any]]:
    """Every scenario that is gone through on the phone: [{scenario, name, steps: [{step, words}]}]."""
    return [
        {"scenario": one.id, "name": one.name, "steps": steps}
        for one in bp.scenarios
        if (steps := _steps(bp, one))
    ]


def _steps(bp: Blueprint, scenario: Scenario) -> list[dict[str, str]]:
    return [
        {"step": step.id, "words": _words(bp, step)}
        for step in scenario.steps
        if step.actor != SYSTEM and step.page in bp.pages
    ]


def _words(bp: Blueprint, step: Step) -> str:
    title = bp.pages[step.page].title if step.page in bp.pages else ""
    deed = DEEDS.get(step.event)
    return (
        _("在“%(page)s”%(deed)s") % {"page": title, "deed": deed}
        if deed
        else _("打开“%(page)s”") % {"page": title}
    )
