"""Who was lost at a step of a funnel: a list with the way to each member, to download, to keep as a segment."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fangcun.doors.console.insight.asked import Asked, asked, asked_by
from fangcun.doors.console.insight.downloads import Cell, Table, download
from fangcun.doors.console.insight.funnel import step_names
from fangcun.doors.console.insight.views import frame, guard, persons_of, refusal, ticket_of
from fangcun.doors.console.model_admin import actor_of, tell
from fangcun.identity.members.models import Member
from fangcun.identity.staff.queries import may
from fangcun.insight.analytics.asking import ask
from fangcun.insight.analytics.funnels.dropped import DroppedQuestion
from fangcun.insight.segments.services import make_snapshot
from fangcun.kernel.errors import DomainError

SHOWN = 200


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The page; its list is fetched."""
    context = frame(request) | {"title": _("流失的人"), "query": asked(request).query}
    return render(request, "console/insight/dropped.html", context)


@require_safe
def lost(request: HttpRequest) -> HttpResponse:
    """The list as a piece of a page."""
    guard(request)
    wanted = asked(request)
    try:
        question = _question(wanted)
        found = ask(question, ticket=ticket_of(request))
    except DomainError as refused:
        return refusal(refused, wanted)
    names, number = step_names(question.funnel), question.step
    context = {
        "query": urlencode(question.params()),
        "count": len(found),
        "step": names[number - 1],
        "before": _before(question, names),
        "rows": _rows(found[:SHOWN], may_name=may(request.user, "members.view")),
        "shown": SHOWN,
        "may_change": may(request.user, "insight.change"),
    }
    return render(request, "console/insight/dropped_list.html", context)


@require_safe
def csv(request: HttpRequest) -> HttpResponse:
    """All of them as a file."""
    guard(request)
    try:
        found = ask(_question(asked(request)))
    except DomainError as refused:
        return HttpResponse(str(refused), status=refused.status, content_type="text/plain; charset=utf-8")
    rows: list[list[Cell]] = [
        [_("会员") if person % 2 == 0 else _("未登录的手机"), person // 2] for person in found
    ]
    return download(Table([_("是谁"), _("编号")], rows), "dropped")


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep them as a segment: this list, as it is now."""
    guard(request, "insight.change")
    wanted = asked_by(request.POST.get("query", ""))
    back = f"{reverse('admin:insight_dropped')}?{wanted.query}"
    try:
        question = _question(wanted)
        persons = ask(question)
        step = step_names(question.funnel)[question.step - 1]
        note = _("漏斗里没有走到“%(step)s”的人") % {"step": step}
        name = request.POST.get("name", "")
        kept = make_snapshot(name=name, persons=persons, note=note, by=actor_of(request))
    except DomainError as refused:
        tell(request, refused)
    else:
        said = _("已存为人群“%(name)s”，共 %(n)s 人") % {"name": kept.name, "n": len(persons)}
        messages.success(request, said)
    return redirect(back)


def _question(wanted: Asked) -> DroppedQuestion:
    """Raises QuestionInvalid, SegmentUnknown."""
    question = DroppedQuestion.of(wanted.params)
    among = persons_of(wanted.one("segment"))
    return DroppedQuestion(dataclasses.replace(question.funnel, among=among), question.step)


def _before(question: DroppedQuestion, names: Sequence[str]) -> str:
    """The required step before."""
    if question.funnel.order == "unordered":
        return names[question.step - 2]
    way = question.funnel.way()
    return names[way.required[way.before(question.step) - 1] - 1]


def _rows(persons: Sequence[int], *, may_name: bool) -> list[dict[str, Any]]:
    ids = [person // 2 for person in persons if person % 2 == 0]
    known = Member.objects.in_bulk(ids) if may_name else {}
    return [
        {
            "member": known.get(person // 2) if person % 2 == 0 else None,
            "is_member": person % 2 == 0,
            "number": person // 2,
        }
        for person in persons
    ]
