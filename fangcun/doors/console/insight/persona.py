"""What a segment is like: a page, and the picture that it fetches."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_safe

from fangcun.doors.console.insight.asked import asked
from fangcun.doors.console.insight.segments import found, words_of
from fangcun.doors.console.insight.views import frame, guard, ticket_of
from fangcun.insight.analytics.spans import span_of
from fangcun.insight.segments.persona import Persona, persona
from fangcun.kernel.errors import DomainError

WEEKDAYS = (_l("周一"), _l("周二"), _l("周三"), _l("周四"), _l("周五"), _l("周六"), _l("周日"))
DAYS = ("7", "30", "90", "180")
SHOWN_LIFTS = 30


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of one segment; what it is like is fetched."""
    context = frame(request)
    segment = found(pk)
    context |= {
        "title": segment.name,
        "segment": segment,
        "words": words_of(segment),
        "days": asked(request).one("days") or "30",
        "spans": DAYS,
    }
    return render(request, "console/insight/persona.html", context)


@require_safe
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """What the segment is like, as a piece of the page."""
    guard(request)
    segment = found(pk)
    try:
        span = span_of(asked(request).params)
        picture = persona(segment.pk, span, ticket=ticket_of(request, request.GET.get("ticket", "")))
    except DomainError as refused:
        return JsonResponse({"code": refused.code, "message": str(refused)}, status=refused.status)
    return render(request, "console/insight/persona_answer.html", _picture(picture))


def _picture(found: Persona) -> dict[str, Any]:
    lists = [
        (_("来源"), found.sources),
        (_("微信场景"), found.scenes),
        (_("渠道"), found.channels),
        (_("活动"), found.campaigns),
        (_("页面"), found.pages),
        (_("行为"), found.events),
        (_("生命周期"), found.stages),
        (_("RFM 分组"), found.rfm),
    ]
    return {
        "persona": found,
        "hours": _bars([f"{hour:02d}" for hour in range(24)], found.hours, _("事件数")),
        "weekdays": _bars([str(day) for day in WEEKDAYS], found.weekdays, _("事件数")),
        "trend": {
            "days": [day.isoformat() for day, _size in found.trend],
            "lines": [{"name": _("人数"), "values": [size for _day, size in found.trend]}],
        },
        "lists": [(title, slices) for title, slices in lists if slices],
        "bought": [(_("买过的分类"), found.categories), (_("买过的商品"), found.products)],
        "lifts": found.lifts[:SHOWN_LIFTS],
        "worths": [(_("这个人群"), found.worth), (_("所有人"), found.worth_all)],
    }


def _bars(names: list[str], values: Any, what: str) -> dict[str, Any]:
    return {"names": names, "bars": [{"name": what, "values": list(values)}]}
