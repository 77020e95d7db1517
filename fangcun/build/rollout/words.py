"""A decision in words that a shopkeeper understands."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fangcun.build.rollout.judging.judge import BACK, GO, HARM, HOLD, OPEN, SAFE, SILENT, WAIT, WORSE, Reason
from fangcun.build.rollout.judging.metrics import API, COMPLAINT, CRASH, ORDER, PAYMENT, VIEW

METRIC_WORDS: dict[str, str | Promise] = {
    PAYMENT: gettext_lazy("支付成功率"),
    CRASH: gettext_lazy("遇到报错的人"),
    API: gettext_lazy("接口出错率"),
    VIEW: gettext_lazy("浏览商品的人"),
    ORDER: gettext_lazy("浏览后下单的人"),
    COMPLAINT: gettext_lazy("找客服或给差评的人"),
}
METRIC_HINTS: dict[str, str | Promise] = {
    PAYMENT: gettext_lazy("去付款的订单里，5 分钟内付成功的比例"),
    CRASH: gettext_lazy("打开小程序的人里，半小时内遇到脚本报错的比例"),
    API: gettext_lazy("手机发出的请求里，服务器出错或看不懂的比例"),
    VIEW: gettext_lazy("打开小程序的人里，半小时内浏览了商品的比例"),
    ORDER: gettext_lazy("浏览了商品的人里，半小时内提交订单的比例"),
    COMPLAINT: gettext_lazy("打开小程序的人里，找客服或给两星以下评价的比例"),
}
VERDICT_WORDS: dict[str, str | Promise] = {
    GO: gettext_lazy("可以继续"),
    WAIT: gettext_lazy("继续观察"),
    HOLD: gettext_lazy("暂停，请人决定"),
    BACK: gettext_lazy("回退"),
    "start": gettext_lazy("开始放量"),
    "resume": gettext_lazy("恢复放量"),
    "stay": gettext_lazy("豁免后继续观察"),
    "finish": gettext_lazy("直接全量"),
}
STATE_WORDS: dict[str, str | Promise] = {
    HARM: gettext_lazy("明显变差"),
    WORSE: gettext_lazy("疑似变差"),
    SAFE: gettext_lazy("未见异常"),
    OPEN: gettext_lazy("数据还不够"),
    SILENT: gettext_lazy("没有可比的数据"),
}


def said(reason: Reason) -> str:
    """One reason as a sentence."""
    numbers = reason.numbers
    metric = METRIC_WORDS.get(reason.metric, reason.metric)
    match reason.code:
        case "harm" if "running" in numbers and "candidate" in numbers:
            return _(
                "{metric}：新版本 {candidate}，现有版本 {running}，至少差了 {low}，超过允许的 {margin}"
            ).format(
                metric=metric,
                candidate=percent(numbers["candidate"]),
                running=percent(numbers["running"]),
                low=points(numbers["low"]),
                margin=points(numbers["margin"]),
            )
        case "worse":
            return _("{metric}看起来比现有版本差，还不能肯定差多少").format(metric=metric)
        case "open" if "allowed" in numbers:
            return _("{metric}还不能排除变差 {risk}，要排除到 {allowed} 以内才放大").format(
                metric=metric, risk=points(numbers["risk"]), allowed=points(numbers["allowed"])
            )
        case "persons":
            return _("用过新版本的人有 {persons} 个，至少要看 {least} 个").format(**_whole(numbers))
        case "hours":
            return _("这一步才开始 {hours} 小时，至少要看 {least} 小时").format(
                hours=f"{numbers['hours']:.1f}", least=f"{numbers['least']:g}"
            )
        case "patience":
            return _("这一步已经看了 {hours} 小时，数据仍不足以下结论").format(**_whole(numbers))
        case "few_events":
            return _("按请求数应有约 {expected} 人，埋点里只有 {persons} 人：新版本可能丢了数据").format(
                **_whole(numbers)
            )
        case "enough":
            return _("看了 {persons} 人，各项都没有变差的迹象").format(**_whole(numbers))
    return _PLAIN.get(reason.code, gettext_lazy("{metric}还没有数据")).format(metric=metric)  # type: ignore[union-attr]


_PLAIN: dict[str, str | Promise] = {
    "nothing_yet": gettext_lazy("{metric}还没有数据"),
    "silent": gettext_lazy("一天了还没有手机报告这个版本：请确认灰度已经生效"),
    "no_events": gettext_lazy("新版本有请求却没有埋点数据：看不见就不能当作正常"),
    "no_comparison": gettext_lazy("没有收到现有版本的数据，无从比较：请检查对比版本是否填对"),
    "harm": gettext_lazy("{metric}明显变差"),
    "open": gettext_lazy("{metric}的数据还不够"),
}


def percent(rate: float) -> str:
    """A rate as people read it."""
    digits = 2 if rate < 0.1 else 1
    return f"{100 * rate:.{digits}f}%"


def points(difference: float) -> str:
    """A difference of rates in percentage points."""
    number = f"{100 * difference:.2g}" if difference < 0.1 else f"{100 * difference:.0f}"
    return _("{points} 个百分点").format(points=number)


def _whole(numbers: dict[str, float]) -> dict[str, str]:
    return {name: f"{number:.0f}" for name, number in numbers.items()}
