"""Saved questions and dashboards: looking at them, keeping, naming, arranging and removing them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fangcun.doors.console.insight.asked import asked_by
from fangcun.doors.console.insight.page import QuestionPage
from fangcun.doors.console.insight.pages import PAGES
from fangcun.doors.console.insight.views import frame, guard, or_404
from fangcun.doors.console.model_admin import actor_of, tell
from fangcun.insight.analytics import services
from fangcun.insight.analytics.models import SavedQuestion
from fangcun.insight.analytics.saved import dashboard_of, dashboards, on_dashboard, saved_questions
from fangcun.kernel.actors import Actor
from fangcun.kernel.errors import DomainError, NotFound

BY_KIND = {page.name: page for page in PAGES}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """All dashboards and saved questions."""
    context = frame(request) | {
        "title": _("看板"),
        "dashboards": dashboards(),
        "questions": [_line(one) for one in saved_questions()],
        "kinds": PAGES,
    }
    return render(request, "console/insight/boards.html", context)


@require_safe
def dashboard(request: HttpRequest, pk: int) -> HttpResponse:
    """One dashboard; each question on it fetches its own answer."""
    context = frame(request)
    with or_404():
        board = dashboard_of(pk)
    tiles = on_dashboard(board)
    here = {one.pk for one in tiles}
    context |= {
        "title": board.name,
        "board": board,
        "tiles": [_line(one) for one in tiles],
        "others": [one for one in saved_questions() if one.pk not in here] if context["may_change"] else [],
    }
    return render(request, "console/insight/dashboard.html", context)


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep a question, and put it on a dashboard when one is named; back to where it was asked."""
    guard(request, "insight.change")
    page = _page(request.POST.get("kind", ""))
    query, by = request.POST.get("query", "").replace("\0", ""), actor_of(request)
    try:
        kept = services.save_question(name=_name(request.POST), kind=page.name, query=query, by=by)
        messages.success(request, _("已保存“%(name)s”") % {"name": kept.name})
        if wanted := request.POST.get("dashboard", ""):
            board = _whole(wanted)
            if wanted == "new":
                name = request.POST.get("board", "").strip() or _("我的看板")
                board = services.make_dashboard(name=name, by=by).pk
            services.put_on(dashboard_id=board, question_id=kept.pk, by=by)
            return redirect("admin:insight_dashboard", board)
    except DomainError as refused:
        tell(request, refused)
    return redirect(f"{page.address}?{query}" if query else page.address)


@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """A new dashboard."""
    guard(request, "insight.change")
    try:
        board = services.make_dashboard(name=_name(request.POST), by=actor_of(request))
    except DomainError as refused:
        tell(request, refused)
        return redirect("admin:insight_boards")
    return redirect("admin:insight_dashboard", board.pk)


@require_POST
def change_question(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Rename or delete a saved question."""
    guard(request, "insight.change")
    by = actor_of(request)
    try:
        match verb:
            case "rename":
                services.rename_question(question_id=pk, name=_name(request.POST), by=by)
                messages.success(request, _("已改名"))
            case "delete":
                services.delete_question(question_id=pk, by=by)
                messages.success(request, _("已删除"))
            case _unknown:
                raise Http404
    except DomainError as refused:
        tell(request, refused)
    return redirect("admin:insight_boards")


@require_POST
def change_dashboard(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Rename or delete a dashboard, put a question on it, take one off, move one."""
    guard(request, "insight.change")
    try:
        _change(pk, verb, request.POST, actor_of(request))
    except NotFound as gone:
        tell(request, gone)
        return redirect("admin:insight_boards")
    except DomainError as refused:
        tell(request, refused)
    return redirect(reverse("admin:insight_boards") if verb == "delete" else _address(pk))


def _change(pk: int, verb: str, data: QueryDict, by: Actor) -> None:
    question = _whole(data.get("question", ""))
    match verb:
        case "rename":
            services.rename_dashboard(dashboard_id=pk, name=_name(data), by=by)
        case "delete":
            services.delete_dashboard(dashboard_id=pk, by=by)
        case "put":
            services.put_on(dashboard_id=pk, question_id=question, by=by)
        case "take":
            services.take_off(dashboard_id=pk, question_id=question, by=by)
        case "back" | "forward":
            places = 1 if verb == "back" else -1
            services.move(dashboard_id=pk, question_id=question, places=places, by=by)
        case _unknown:
            raise Http404


def _line(one: SavedQuestion) -> dict[str, Any]:
    """A saved question with its page; without, where its kind is no longer asked."""
    page = BY_KIND.get(one.kind)
    query = asked_by(one.query).query
    return {
        "one": one,
        "page": page,
        "link": f"{page.address}?{query}" if page else "",
        "answer": f"{page.answer_address}?{query}&tile=1" if page else "",
    }


def _page(kind: str) -> QuestionPage:
    if kind not in BY_KIND:
        raise Http404
    return BY_KIND[kind]


def _address(pk: int) -> str:
    return reverse("admin:insight_dashboard", args=[pk])


def _name(data: QueryDict) -> str:
    return data.get("name", "")


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1
