"""The front page: how the shop does today, where customers are lost, what needs a person."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fangcun.build.papers.queries import reminder_count
from fangcun.grow.conversations.queries import waiting_count
from fangcun.grow.messaging.queries import undelivered_count
from fangcun.identity.staff.queries import may
from fangcun.insight.analytics.queries import funnel, trend
from fangcun.insight.tracking.stats import store_problems
from fangcun.kernel.money import yuan
from fangcun.kernel.queries import dead_jobs
from fangcun.shop.catalog.queries import sold_out_count
from fangcun.shop.orders.queries import Sales, sales_by_day, waiting_counts
from fangcun.shop.payments.queries import abnormal_refunds

RANGES = {"7": 7, "14": 14, "30": 30}
FUNNEL_STEPS = {
    "goods_viewed": gettext_lazy("浏览商品"),
    "cart_added": gettext_lazy("加入购物车"),
    "order_submitted": gettext_lazy("提交订单"),
    "order_paid": gettext_lazy("支付成功"),
}


def context(request: HttpRequest) -> dict[str, Any]:
    """Today against yesterday, and what needs attention."""
    if not may(request.user, "insight.view"):
        return {"attention": attention(request), "cards": []}
    today = timezone.localdate()
    days = trend(first=today - dt.timedelta(days=1), last=today)
    sales = sales_by_day(first=today - dt.timedelta(days=1), last=today)
    visitors = [day.visitors for day in days]
    conversion = [day.conversion for day in days]
    return {
        "cards": [
            _card(_("访客"), str(visitors[1]), visitors, _("打开过小程序的人，按人去重")),
            _card(
                _("支付订单"), str(sales[1].orders), [day.orders for day in sales], _("今天付款成功的订单")
            ),
            _card(
                _("支付金额"),
                f"¥{yuan(sales[1].amount)}",
                [day.amount for day in sales],
                _("今天实收，不扣除之后的退款"),
            ),
            _card(
                _("支付转化率"),
                "—" if conversion[1] is None else f"{conversion[1]:.1%}",
                [share or 0 for share in conversion],
                _("今天的访客中付款的人的占比"),
            ),
        ],
        "attention": attention(request),
        "ranges": list(RANGES),
        "numbers_url": reverse("admin:overview-numbers"),
    }


def _card(title: str, value: str, pair: list[Any], explained: str) -> dict[str, Any]:
    before, now = pair
    change = None if not before else (now - before) / before
    return {
        "title": title,
        "value": value,
        "explained": explained,
        "change": "" if change is None else f"{change:+.0%}",
        "tone": "quiet" if not change else "up" if change > 0 else "down",
    }


def attention(request: HttpRequest) -> list[dict[str, Any]]:
    """What waits for a person, each with the place where it is settled."""
    late = timezone.now() - dt.timedelta(hours=24)
    waiting = waiting_counts(late_before=late)
    entries = [
        (
            "orders.ship",
            waiting.to_ship,
            _("待发货订单"),
            "/console/orders/order/?status__exact=paid",
            "info",
        ),
        (
            "orders.ship",
            waiting.late,
            _("付款超过 24 小时未发货"),
            f"/console/orders/order/?status__exact=paid&paid_at__lt={quote(late.isoformat())}",
            "bad",
        ),
        (
            "payments.view",
            abnormal_refunds(),
            _("退款异常，需要处理"),
            "/console/payments/refund/?status__exact=abnormal",
            "bad",
        ),
        (
            "stock.view",
            sold_out_count(),
            _("在售商品已售罄"),
            "/console/catalog/product/?on_sale__exact=1&stock=out",
            "warn",
        ),
        (
            "conversations.view",
            waiting_count(),
            _("客户在等客服回复"),
            "/console/conversations/?box=waiting",
            "warn",
        ),
        (
            "messages.view",
            undelivered_count(),
            _("订阅消息发送失败（7 天内）"),
            "/console/messaging/delivery/?status__in=failed,unknown",
            "warn",
        ),
        (
            "insight.view",
            len(store_problems()),
            _("封存文件没有计入分析"),
            "/console/insight/store/",
            "bad",
        ),
        (
            "launch.view",
            reminder_count(),
            _("资质要到期或赶不上上线"),
            "/console/launch/papers/#reminders",
            "warn",
        ),
        ("audit.view", dead_jobs(), _("后台任务已放弃"), "/console/kernel/job/?dead__exact=1", "bad"),
    ]
    return [
        {"count": count, "text": text, "link": link, "tone": tone}
        for permission, count, text, link, tone in entries
        if count and may(request.user, permission)
    ]


def numbers(request: HttpRequest) -> HttpResponse:
    """The charts' numbers for the last 7, 14 or 30 days."""
    if not may(request.user, "insight.view"):
        return JsonResponse({"code": "forbidden"}, status=403)
    length = RANGES.get(request.GET.get("days", ""), 14)
    last = timezone.localdate()
    first = last - dt.timedelta(days=length - 1)
    since = dt.datetime.combine(first, dt.time.min, tzinfo=timezone.get_default_timezone())
    steps = funnel(list(FUNNEL_STEPS), since=since)
    days = trend(first=first, last=last)
    sales: list[Sales] = sales_by_day(first=first, last=last)
    return JsonResponse(
        {
            "funnel": [
                {"name": str(FUNNEL_STEPS[step.event]), "persons": step.persons, "median_ms": step.median_ms}
                for step in steps
            ],
            "days": [day.date.isoformat() for day in days],
            "visitors": [day.visitors for day in days],
            "conversion": [day.conversion for day in days],
            "orders": [day.orders for day in sales],
            "amount": [day.amount for day in sales],
            "labels": {
                "visitors": _("访客"),
                "orders": _("支付订单"),
                "amount": _("支付金额（元）"),
                "persons": _("人"),
                "rate": _("上一步转化"),
                "total": _("总转化"),
                "median": _("中位用时"),
            },
        }
    )
