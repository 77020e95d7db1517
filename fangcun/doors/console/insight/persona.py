"""What a segment is like: a page, and the picture that it fetches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fangcun.doors.console.insight.asked import asked
from fangcun.doors.console.insight.grids import Grid, grid
from fangcun.doors.console.insight.segments import found, words_of
from fangcun.doors.console.insight.views import frame, guard, refusal, ticket_of
from fangcun.doors.console.insight.words import (
    WEEKDAYS,
    count,
    decimal,
    event_label,
    property_label,
    share,
    value_label,
    yuan,
)
from fangcun.insight.analytics.spans import span_of
from fangcun.insight.segments.persona import Bought, Lift, Persona, Slice, persona
from fangcun.kernel.errors import DomainError

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
    segment, ask = found(pk), asked(request)
    try:
        picture = persona(segment.pk, span_of(ask.params), ticket=ticket_of(request))
    except DomainError as refused:
        return refusal(refused, ask)
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
    bought = [(_("买过的分类"), found.categories), (_("买过的商品"), found.products)]
    return {
        "persona": found,
        "hours": _bars([f"{hour:02d}" for hour in range(24)], found.hours, _("事件数")),
        "weekdays": _bars([str(day) for day in WEEKDAYS], found.weekdays, _("事件数")),
        "trend": {
            "days": [day.isoformat() for day, _size in found.trend],
            "lines": [{"name": _("人数"), "values": [size for _day, size in found.trend]}],
        },
        "lists": [
            *((title, _slices(title, slices)) for title, slices in lists if slices),
            *((title, _goods(title, goods)) for title, goods in bought if goods),
        ],
        "lifts": _lifts(found.lifts[:SHOWN_LIFTS]) if found.lifts else None,
        "worths": grid(
            [""],
            [_("付款人数"), _("订单"), _("金额"), _("每单"), _("每位付款的人")],
            (
                [
                    name, count(worth.buyers), count(worth.orders), yuan(worth.amount_fen),
                    yuan(worth.per_order_fen), yuan(worth.per_buyer_fen),
                ]
                for name, worth in ((_("这个人群"), found.worth), (_("所有人"), found.worth_all))
            ),
        ),
    }  # fmt: skip


def _slices(title: str, slices: Sequence[Slice]) -> Grid:
    return grid(
        [title],
        [_("人数"), _("这个人群"), _("所有人")],
        ([one.label, count(one.persons), share(one.share), share(one.share_all)] for one in slices),
    )


def _goods(title: str, goods: Sequence[Bought]) -> Grid:
    return grid(
        [title],
        [_("人数"), _("数量"), _("金额")],
        ([one.label, count(one.persons), count(one.quantity), yuan(one.amount_fen)] for one in goods),
    )


def _lifts(lifts: Sequence[Lift]) -> Grid:
    return grid(
        [_("特点")],
        [_("人数"), _("这个人群"), _("所有人"), _("倍数"), _("至少")],
        (
            [
                f"{event_label(one.event)} · {property_label(one.prop)} = {value_label(one.value, one.prop)}"
                if one.prop
                else event_label(one.event),
                count(one.persons),
                share(one.share),
                share(one.share_all),
                decimal(one.lift),
                decimal(one.low),
            ]
            for one in lifts
        ),
    )


def _bars(names: list[str], values: Any, what: str) -> dict[str, Any]:
    return {"names": names, "bars": [{"name": what, "values": list(values)}]}
