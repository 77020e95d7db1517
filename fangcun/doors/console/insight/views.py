"""A page that asks, the answer that it fetches, the same answer as a file; how far it is, and stopping it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from fangcun.doors.console.insight.asked import Asked, asked
from fangcun.doors.console.insight.bar import bar
from fangcun.doors.console.insight.downloads import download
from fangcun.doors.console.insight.known import known
from fangcun.doors.console.insight.page import QuestionPage
from fangcun.identity.staff.queries import may
from fangcun.insight.analytics import asking
from fangcun.insight.analytics.names import counted_names
from fangcun.insight.analytics.saved import dashboards
from fangcun.insight.segments import queries as segments
from fangcun.kernel.errors import DomainError, NotFound

LONGEST_TICKET = 40


def frame(request: HttpRequest) -> dict[str, Any]:
    """What every page of the numbers needs. Raises PermissionDenied for who may not see them."""
    from fangcun.doors.console.site import console

    guard(request)
    return {**console.each_context(request), "may_change": may(request.user, "insight.change")}


def guard(request: HttpRequest, permission: str = "insight.view") -> None:
    """Raises PermissionDenied for who may not."""
    if not may(request.user, permission):
        raise PermissionDenied


@contextmanager
def or_404() -> Iterator[None]:
    """Within it, what is not there is a page that is not there."""
    try:
        yield
    except NotFound as gone:
        raise Http404 from gone


def show(request: HttpRequest, page: QuestionPage) -> HttpResponse:
    """The page: its form, and the place for the answer, which a script fetches."""
    context = frame(request)
    offered, ask = known(), asked(request)
    if not ask.params:
        ask = Asked(page.start(offered))
    context |= {
        "title": page.title,
        "page": page,
        "asked": ask,
        "known": offered,
        "bar": bar(ask, offered),
        "dashboards": dashboards() if context["may_change"] else [],
        "form_template": f"console/insight/{page.name}_form.html",
        **page.form(ask, offered),
    }
    return render(request, "console/insight/question.html", context)


def answer(request: HttpRequest, page: QuestionPage) -> HttpResponse:
    """The answer as a piece of a page; a refusal is JSON with its words and the field that it is about."""
    guard(request)
    ask = asked(request)
    try:
        question, found = _asked(request, page, ask)
    except DomainError as refused:
        return refusal(refused, ask)
    context = {
        "page": page,
        "query": urlencode(question.params()),
        "tile": "tile" in request.GET,
        **page.answer(question, found),
    }
    if context["empty"]:
        return render(request, "console/insight/empty.html", context | {"ever": bool(counted_names())})
    return render(request, f"console/insight/{page.name}_answer.html", context)


def csv(request: HttpRequest, page: QuestionPage) -> HttpResponse:
    """The answer as a file."""
    guard(request)
    try:
        question, found = _asked(request, page, asked(request))
    except DomainError as refused:
        return HttpResponse(str(refused), status=refused.status, content_type="text/plain; charset=utf-8")
    return download(page.table(question, found), page.name)


def _asked(request: HttpRequest, page: QuestionPage, ask: Asked) -> tuple[Any, Any]:
    """The question and what was found. Raises QuestionInvalid, SegmentUnknown, Interrupted."""
    question = question_of(page, ask)
    return question, asking.ask(question, ticket=ticket_of(request))


def question_of(page: QuestionPage, ask: Asked) -> Any:
    """The question of an address, for the persons of its segment. Raises QuestionInvalid."""
    question: Any = page.read(ask.params)
    among = persons_of(ask.one("segment"))
    return question if among is None else dataclasses.replace(question, among=among)


def persons_of(segment: str) -> tuple[int, ...] | None:
    """The persons of a segment; None when none is asked for. Raises SegmentUnknown."""
    if not segment:
        return None
    return segments.persons_of(int(segment) if segment.isdecimal() and len(segment) < 19 else -1)


@require_safe
def progress(request: HttpRequest, ticket: str) -> HttpResponse:
    """How far a question of this person is, 0 to 1; null when that is not known."""
    guard(request)
    return JsonResponse({"share": asking.progress(ticket_of(request, ticket))})


@require_POST
def cancel(request: HttpRequest, ticket: str) -> HttpResponseBase:
    """Stop a question that this person asked."""
    guard(request)
    asking.cancel(ticket_of(request, ticket))
    return HttpResponse(status=204)


def ticket_of(request: HttpRequest, ticket: str = "") -> str:
    """The ticket of a question, by default the address's. Nobody sees or stops another person's question."""
    ticket = ticket or request.GET.get("ticket", "")
    return f"{request.user.pk}.{ticket[:LONGEST_TICKET]}" if ticket else ""


def refusal(refused: DomainError, ask: Asked) -> JsonResponse:
    """Why there is no answer, in words, and at which field."""
    told = {"code": refused.code, "message": str(refused), **_field_of(refused, ask)}
    return JsonResponse(told, status=refused.status)


def _field_of(refused: DomainError, ask: Asked) -> dict[str, Any]:
    """The field that a refusal is about, and which one of those with its name; nothing when it can't be told."""
    if (name := refused.details.get("name")) in ask.params:
        return {"field": name, "place": 0}
    part = str(refused.details.get("part", ""))
    for name in ask.params if part else ():
        for place, text in enumerate(ask.all(name)):
            if name.endswith("where") and part in text:
                return {"field": name, "place": place}
    return {}
