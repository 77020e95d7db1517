"""The workplace of customer service: who waits, what was said, who the customer is. Pieces of it refresh themselves."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from fangcun.doors.console.conversations import shown
from fangcun.doors.console.model_admin import actor_of
from fangcun.gateways.storage import read_image
from fangcun.grow.conversations import queries
from fangcun.grow.conversations.errors import ConversationGone
from fangcun.grow.conversations.models import Conversation, Entry
from fangcun.grow.conversations.quick_replies import ready_replies
from fangcun.grow.conversations.services import mark_read
from fangcun.grow.conversations.states import ConversationStatus
from fangcun.identity.staff.queries import may, name_of
from fangcun.insight.segments.queries import segments_of
from fangcun.kernel.audit import record
from fangcun.shop.catalog.models import Product

BOX_NAMES = {
    "all": gettext_lazy("全部"),
    "mine": gettext_lazy("我的"),
    "unassigned": gettext_lazy("待分配"),
    "waiting": gettext_lazy("待回复"),
    "resolved": gettext_lazy("已解决"),
}
SMALL = 480  # pixels
UNCHANGED = 204  # htmx leaves the page as it is


def guard(request: HttpRequest, permission: str = "conversations.view") -> None:
    """Raises PermissionDenied for who may not."""
    if not may(request.user, permission):
        raise PermissionDenied


def found_or_404(pk: int) -> Conversation:
    """One conversation; one that is gone is a page that is gone."""
    try:
        return queries.conversation_of(pk)
    except ConversationGone as gone:
        raise Http404 from gone


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The list, and a place to choose a conversation."""
    guard(request)
    return render(request, "console/conversations/workplace.html", _frame(request) | _list(request))


@require_safe
def conversation(request: HttpRequest, pk: int) -> HttpResponse:
    """The list with one conversation open."""
    guard(request)
    one = found_or_404(pk)
    record("conversations.view", by=actor_of(request), object=one)
    one = _seen(request, one)
    before = request.GET.get("before", "")
    before_id = int(before) if before.isdecimal() and len(before) < 19 else None
    context = _frame(request) | _list(request, chosen=pk) | shown.side(request, one)
    context |= thread_context(request, one, before_id=before_id)
    context["title"] = context["who"]
    if context["may_answer"] and isinstance(request.user, User):
        context["replies"] = ready_replies(one, staff_name=name_of(request.user))
        context["colleagues"] = shown.colleagues(request)
    return render(request, "console/conversations/workplace.html", context)


@require_safe
def list_piece(request: HttpRequest) -> HttpResponse:
    """The list, if anything in it changed since `v`."""
    guard(request)
    chosen = request.GET.get("chosen", "")
    chosen_id = int(chosen) if chosen.isdecimal() and len(chosen) < 19 else None
    if request.GET.get("v") == _list_version(chosen_id):  # every open list asks every three seconds
        return HttpResponse(status=UNCHANGED)
    return render(request, "console/conversations/list.html", _list(request, chosen=chosen_id))


@require_safe
def thread_piece(request: HttpRequest, pk: int) -> HttpResponse:
    """What was said, if anything changed since `v`."""
    guard(request)
    if request.GET.get("v") == _with_minute(queries.thread_version(pk) or ""):
        return HttpResponse(status=UNCHANGED)
    one = _seen(request, found_or_404(pk))
    return render(request, "console/conversations/thread.html", thread_context(request, one))


@require_safe
def picture(request: HttpRequest, pk: int, entry: int) -> HttpResponse:
    """The picture of one entry, small with `small`; nobody sees it without a login."""
    guard(request)
    path = Entry.objects.filter(conversation=pk, pk=entry).values_list("picture", flat=True).first()
    if not path:
        raise Http404
    try:
        content = read_image(path, SMALL if "small" in request.GET else None)
    except FileNotFoundError as gone:
        raise Http404 from gone
    return HttpResponse(content, content_type="image/webp")


@require_safe
def products_piece(request: HttpRequest, pk: int) -> HttpResponse:
    """Products to send as a card."""
    guard(request, "conversations.answer")
    words = request.GET.get("q", "").replace("\0", "").strip()
    rows = Product.objects.filter(on_sale=True).exclude(cover="").order_by("-sold", "-id")
    products = list(rows.filter(title__icontains=words)[:6]) if words else []
    context = {"products": products, "words": words, "one": found_or_404(pk), "may_answer": True}
    return render(request, "console/conversations/products.html", context)


@require_safe
def segments_piece(request: HttpRequest, pk: int) -> HttpResponse:
    """In which segments the customer is now."""
    guard(request)
    guard(request, "members.view")
    member = queries.member_of(found_or_404(pk))
    found = segments_of(member.pk * 2) if member else []
    return render(request, "console/conversations/segments.html", {"segments": found})


def thread_context(
    request: HttpRequest, one: Conversation, *, before_id: int | None = None
) -> dict[str, Any]:
    """What the thread shows of one conversation: the latest, or what was said before one entry."""
    member = queries.member_of(one)
    entries = queries.entries_of(one, before_id=before_id)
    may_answer = may(request.user, "conversations.answer")
    mine = one.assignee_id == request.user.pk
    allowance = queries.allowance(one)
    return {
        "one": one,
        "who": shown.called(one, member),
        "member": member,
        "bubbles": shown.bubbles(entries),
        "older": entries[0].pk if len(entries) == queries.MOST_SHOWN else None,
        "is_old": before_id is not None,
        "last_entry": entries[-1].pk if entries else 0,
        "allowance": allowance,
        "thread_version": _with_minute(f"{one.touched_at.timestamp():.6f}"),
        "mine": mine,
        "may_answer": may_answer,
        "tone": shown.TONES[ConversationStatus(one.status)],
    }


def _frame(request: HttpRequest) -> dict[str, Any]:
    from fangcun.doors.console.site import console

    return {
        **console.each_context(request),
        "title": _("客服会话"),
        "may_answer": may(request.user, "conversations.answer"),
        "may_change": may(request.user, "conversations.change"),
    }


def _list(request: HttpRequest, *, chosen: int | None = None) -> dict[str, Any]:
    box, search = request.GET.get("box", "all"), request.GET.get("q", "").strip()
    box = box if box in queries.BOXES else "all"
    staff_id = int(request.user.pk or 0)
    version = _list_version(chosen)  # before what it stands for, so that no change is missed
    numbers = queries.counts(staff_id=staff_id)
    page = Paginator(queries.listed(box, staff_id=staff_id, search=search), queries.PAGE).get_page(
        request.GET.get("p", "1")
    )
    kept = {"box": box, **({"q": search} if search else {})}
    return {
        "boxes": [
            {"name": name, "link": urlencode({"box": key}), "chosen": key == box, "count": numbers.get(key)}
            for key, name in BOX_NAMES.items()
        ],
        "box": box,
        "search": search,
        "kept": urlencode(kept),
        "page": page,
        "rows": [shown.row(one) for one in page],
        "chosen": chosen,
        "list_query": urlencode({**kept, "p": page.number, "chosen": chosen or "", "v": version}),
    }


def _list_version(chosen: int | None) -> str:
    return f"{_with_minute(queries.list_version())}.{chosen or 0}"


def _with_minute(version: str) -> str:
    """Times such as "3 分钟" are drawn anew once a minute."""
    return f"{version}.{timezone.now():%H%M}"


def _seen(request: HttpRequest, one: Conversation) -> Conversation:
    """The conversation as it is once who may answer has seen it."""
    if not one.unread or not may(request.user, "conversations.answer"):
        return one
    mark_read(conversation_id=one.pk, by=actor_of(request))
    return found_or_404(one.pk)
