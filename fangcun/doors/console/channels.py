"""The page of the channels' numbers: what each brought and cost over some days."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.admin import site
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.doors.console.insight.downloads import Table, download
from fangcun.doors.console.model_admin import actor_of
from fangcun.grow.links.channels import save_attribution
from fangcun.grow.links.numbers import ChannelNumbers, ChannelReport, channel_report
from fangcun.identity.programs.models import Program
from fangcun.identity.staff.queries import may
from fangcun.kernel.errors import DomainError
from fangcun.kernel.money import yuan

USUAL_DAYS = 30
LONGEST_DAYS = 731
PRESETS = (7, 30, 90)


def report(request: HttpRequest) -> HttpResponse:
    """Every channel with its numbers, and what no channel brought."""
    _need(request, "grow.view")
    found, program = _asked(request)
    today = timezone.localdate()
    context = {
        **site.each_context(request),
        "title": _("渠道"),
        "report": found,
        "presets": [(days, today - dt.timedelta(days=days - 1), today) for days in PRESETS],
        "programs": Program.objects.all() if Program.objects.count() > 1 else [],
        "program": program,
        "today": today,
        "may_change": may(request.user, "grow.change"),
        "address": request.GET.urlencode(),
    }
    return render(request, "console/channels.html", context)


def report_csv(request: HttpRequest) -> HttpResponse:
    """The same as a CSV file."""
    _need(request, "grow.view")
    found, _program = _asked(request)
    head = [
        _("渠道"), _("渠道代码"), _("类型"), _("扫码"), _("访问次数"), _("访客数"), _("新会员"), _("订单"), _("成交额"),
        _("成本"), _("每单成本"), _("每位新会员成本"),
    ]  # fmt: skip
    rows = [*found.rows, found.direct]
    return download(Table(head, [_cells(row) for row in rows]), "channels")


def attribution(request: HttpRequest) -> HttpResponse:
    """Credit channels for another number of days."""
    _need(request, "grow.change")
    days = request.POST.get("days", "")
    try:
        save_attribution(
            days=int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0, by=actor_of(request)
        )
    except DomainError as refused:
        fields = refused.details.get("fields", {})
        messages.error(request, str(fields.get("days", refused)))
    else:
        messages.success(request, _("归因天数已保存，以往的数字也按新的天数计算"))
    return redirect("admin:links_report")


def _asked(request: HttpRequest) -> tuple[ChannelReport, int | None]:
    today = timezone.localdate()
    last = min(_day(request.GET.get("to", ""), today), today)
    first = _day(request.GET.get("from", ""), last - dt.timedelta(days=USUAL_DAYS - 1))
    first = max(min(first, last), last - dt.timedelta(days=LONGEST_DAYS - 1))
    given = request.GET.get("program", "")
    known = (
        Program.objects.filter(pk=int(given)).first()
        if given.isascii() and given.isdigit() and len(given) < 19
        else None
    )
    program = known.pk if known else None
    return channel_report(first=first, last=last, program_id=program), program


def _day(text: str, usual: dt.date) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return usual


def _cells(row: ChannelNumbers) -> list[Any]:
    channel = row.channel
    return [
        channel.name if channel else _("没有渠道"),
        channel.code if channel else "",
        str(channel.get_kind_display()) if channel else "",
        row.scans,
        row.visits,
        row.visitors,
        row.new_members,
        row.orders,
        yuan(row.revenue_amount),
        yuan(row.cost_amount),
        None if row.cost_per_order_amount is None else yuan(row.cost_per_order_amount),
        None if row.cost_per_member_amount is None else yuan(row.cost_per_member_amount),
    ]


def _need(request: HttpRequest, permission: str) -> None:
    if not may(request.user, permission):
        raise PermissionDenied
