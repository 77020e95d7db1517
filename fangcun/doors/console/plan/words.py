"""How the plan's pages write numbers, metrics, actors and dates."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fangcun.blueprint.document import (
    Blueprint,
    ConversionMetric,
    Goal,
    Metric,
    PersonsMetric,
    RatioMetric,
    RepeatMetric,
    RetentionMetric,
    SumMetric,
)
from fangcun.doors.console.plan.edit_labels import CHOICES
from fangcun.kernel.money import yuan

Text = str | Promise

# Actors are the plan's own words; these are the ones that most plans use.
ACTORS: Final[dict[str, Text]] = {
    "system": _("系统"),
    "customer": _("顾客"),
    "clerk": _("店员"),
    "friend": _("朋友"),
    "opener": _("开团人"),
    "invitee": _("受邀人"),
    "member": _("会员"),
    "courier": _("配送员"),
    "operator": _("运营"),
    "author": _("作者"),
    "reader": _("读者"),
}
CHANNELS: Final[dict[str, Text]] = {
    "subscribe": _("订阅消息"),
    "in_app": _("站内消息"),
    "sms": _("短信"),
    "wecom": _("企业微信"),
}
ICONS: Final[dict[str, str]] = {
    "phone": "call",
    "address": "home_pin",
    "location": "location_on",
    "album": "photo_library",
    "camera": "photo_camera",
    "share": "share",
    "payment": "payments",
}


def word(value: str) -> str:
    """One of the blueprint's fixed words as people read it; another text stays as it is."""
    return str(CHOICES.get(value, value))


def actor_name(actor: str) -> str:
    """Who an actor is, in words where the house has some."""
    return str(ACTORS.get(actor, actor))


def channel_name(channel: str) -> str:
    """The way on which a message goes."""
    return str(CHANNELS.get(channel, channel))


def unit_of(metric: Metric, bp: Blueprint) -> str:
    """In what a metric is counted: `percent` (a share from 0 to 1), `yuan` (kept in fen) or `number`."""
    if isinstance(metric, ConversionMetric | RepeatMetric | RetentionMetric):
        return "percent"
    if isinstance(metric, RatioMetric):
        of, to = unit_of(metric.of, bp), unit_of(metric.to, bp)
        return of if of != to else "percent"
    if isinstance(metric, SumMetric):
        kinds = (
            one.props.get(metric.prop)
            for scenario in bp.scenarios
            for one in scenario.moments
            if one.event == metric.event
        )
        return "yuan" if "fen" in kinds else "number"
    return "number"


def goal_unit(goal: Goal, bp: Blueprint) -> str:
    """In what a goal is counted; a ratio that goes far beyond one, such as orders per person, is no share."""
    unit = unit_of(goal.metric, bp)
    if isinstance(goal.metric, RatioMetric) and max(goal.baseline, goal.target) > 1.5:
        return "number" if unit == "percent" else unit
    return unit


def amount(value: float | None, unit: str) -> str:
    """A value of a metric as people read it: 12%, ¥30,000, 1,200; a dash for none."""
    if value is None:
        return "—"
    if unit == "percent":
        return f"{value * 100:.1f}".rstrip("0").rstrip(".") + "%"
    if unit == "yuan":
        whole = round(value)
        return f"¥{whole / 100:,.0f}" if whole == 0 or abs(whole) >= 10_000 else f"¥{yuan(whole)}"
    return f"{value:,.0f}" if value == round(value) or abs(value) >= 100 else f"{value:,.1f}"


def metric_words(metric: Metric, bp: Blueprint) -> str:
    """How a number is counted, as one says it."""
    if isinstance(metric, RatioMetric):
        parts = {"of": _counted(metric.of), "to": _counted(metric.to)}
        said = _t("%(of)s ÷ %(to)s") % parts
    elif isinstance(metric, ConversionMetric):
        names = {scenario.id: scenario.name for scenario in bp.scenarios}
        said = _t("开始“%(scenario)s”后走到最后一步的占比") % {
            "scenario": names.get(metric.scenario, metric.scenario)
        }
    elif isinstance(metric, RepeatMetric):
        said = _t("%(days)s 天内有过 %(event)s 的人中，至少两次的占比") % {
            "days": metric.window_days,
            "event": metric.event,
        }
    elif isinstance(metric, RetentionMetric):
        said = _t("首次来访后第 %(day)s 天又来的占比") % {"day": metric.day}
    else:
        said = _counted(metric)
    spans = {"day": _t("最近 24 小时"), "week": _t("最近 7 天"), "month": _t("最近 30 天")}
    return f"{spans[metric.per]} · {said}" if metric.per else said


def _counted(metric: Metric) -> str:
    where = ""
    if metric.where:
        pairs = (
            f"{name}={'/'.join(map(str, value)) if isinstance(value, tuple) else value}"
            for name, value in metric.where.items()
        )
        where = f"（{'，'.join(pairs)}）"
    if isinstance(metric, SumMetric):
        return _t("%(event)s 的 %(prop)s 之和") % {"event": f"{metric.event}{where}", "prop": metric.prop}
    if isinstance(metric, PersonsMetric):
        return _t("有过 %(event)s 的人数") % {"event": f"{metric.event}{where}"}
    return _t("%(event)s 的次数") % {"event": f"{getattr(metric, 'event', '')}{where}"}
