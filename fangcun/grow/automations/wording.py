"""An automation in plain sentences, as the list and the editor show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from fangcun.grow.automations.document import (
    Check,
    Document,
    GiveCoupon,
    GivePoints,
    SendText,
    Step,
    Tag,
    Tell,
    Trigger,
    Wait,
)
from fangcun.grow.messaging.queries import text_template
from fangcun.insight.segments.models import Segment
from fangcun.insight.segments.queries import sentence_of
from fangcun.kernel.errors import DomainError


def news_words() -> dict[str, str]:
    """What each news is called."""
    return {
        "registered": _("新会员注册"),
        "order_paid": _("订单支付成功"),
        "order_completed": _("订单完成"),
        "order_cancelled": _("订单取消"),
        "order_refunded": _("订单退款"),
        "tier_rose": _("会员升级"),
    }


def date_words() -> dict[str, str]:
    """What each date of a member is called."""
    return {"registered": _("注册"), "first_paid": _("首次购买"), "last_paid": _("最近一次购买")}


def sentence(document: Document) -> str:
    """All of it in one sentence: "当 …，等 2 小时，如果 …，发 …"."""
    parts = [trigger_words(document.trigger), *map(step_words, document.steps)]
    return _("，").join(parts) + _("。")


def trigger_words(trigger: Trigger) -> str:
    """When somebody enters."""
    return _TRIGGERS[trigger.kind](trigger)


def step_words(step: Step) -> str:
    """What one step does."""
    return _STEPS[type(step)](step)


def _segment(trigger: Trigger) -> str:
    name = Segment.objects.filter(pk=trigger.segment).values_list("name", flat=True).first()
    words = _("当会员进入人群“{name}”时").format(name=name or trigger.segment)
    return words + (_("（已在其中的也算）") if trigger.existing else "")


def _birthday(trigger: Trigger) -> str:
    if not trigger.days:
        return _("在会员生日当天 {at}").format(at=f"{trigger.at:%H:%M}")
    return _("在会员生日前 {days} 天 {at}").format(days=trigger.days, at=f"{trigger.at:%H:%M}")


def _date(trigger: Trigger) -> str:
    words = _("在{of}满 {days} 天时（{at}）").format(
        of=date_words()[trigger.of], days=trigger.days, at=f"{trigger.at:%H:%M}"
    )
    return words + (_("，早已超过的也算") if trigger.existing else "")


def _event(trigger: Trigger) -> str:
    words = _("当会员发生事件 {event} 时").format(event=trigger.event)
    return words + (f"（{trigger.where}）" if trigger.where else "")


_TRIGGERS: Mapping[str, Callable[[Trigger], str]] = {
    "news": lambda one: _("当{news}时").format(news=news_words()[one.news]),
    "event": _event,
    "cart": lambda one: _("当购物车里的商品 {hours} 小时没有结算时").format(hours=one.hours),
    "birthday": _birthday,
    "date": _date,
    "segment": _segment,
}


def _wait(step: Wait) -> str:
    if step.hours and step.hours % 24 == 0:
        words = _("等 {days} 天").format(days=step.hours // 24)
    else:
        words = _("等 {hours} 小时").format(hours=step.hours) if step.hours else ""
    at = _("到 {at}").format(at=f"{step.at:%H:%M}") if step.at else ""
    return words + at if words else _("等") + at


def _check(step: Check) -> str:
    if step.bought is not None:
        return _("如果期间已付款") if step.bought else _("如果期间没有付款")
    try:
        return _("如果 {rule}").format(rule=sentence_of(step.rule or {}))
    except DomainError as broken:
        return _("如果 {rule}").format(rule=str(broken))


def _tell(step: Tell) -> str:
    if step.channel == "in_app":
        return _("发站内消息“{title}”").format(title=step.title)
    words = _("发订阅消息“{title}”").format(title=step.title)
    return words + (_("（没有授权则发站内消息）") if step.fallback else _("（没有授权则跳过）"))


def _text(step: SendText) -> str:
    wording = text_template(step.template)
    return _("发短信“{title}”").format(title=wording.title if wording else step.template)


def _coupon(step: GiveCoupon) -> str:
    return _("送优惠券（券模板 {id}）").format(id=step.template_id)


_STEPS: Mapping[type, Callable[[Any], str]] = {
    Wait: _wait,
    Check: _check,
    Tell: _tell,
    SendText: _text,
    GiveCoupon: _coupon,
    GivePoints: lambda step: _("送 {points} 积分").format(points=step.points),
    Tag: lambda step: _("打上标签“{tag}”").format(tag=step.tag),
}
