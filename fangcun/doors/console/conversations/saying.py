"""Sending what was written at the console: a text, a picture, a link. What fails leaves the text where it was."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from fangcun.doors.console.conversations.pages import found_or_404, guard, thread_context
from fangcun.doors.console.model_admin import actor_of
from fangcun.gateways.storage import store_image
from fangcun.grow.conversations.pictures import folder_of
from fangcun.grow.conversations.services import say_link, say_picture, say_text
from fangcun.kernel.errors import DomainError


@require_POST
def say(request: HttpRequest, pk: int) -> HttpResponse:
    """Send; the thread as it is then, or why not, as a text that the page shows beside what was written."""
    guard(request, "conversations.answer")
    one, by = found_or_404(pk), actor_of(request)
    text, key = request.POST.get("text", ""), request.POST.get("key", "")[:60]
    upload = request.FILES.get("picture")
    try:
        if upload is not None:
            path = store_image(upload.read(), folder=folder_of(one.pk)).path
            say_picture(conversation_id=one.pk, picture=path, by=by, key=f"{key}:picture" if key else "")
        if url := request.POST.get("url", "").strip():
            title = request.POST.get("title", "")
            say_link(conversation_id=one.pk, title=title, description=text, url=url, by=by, key=key)
        elif text.strip() or upload is None:
            say_text(conversation_id=one.pk, text=text, by=by, key=key)
    except DomainError as refused:
        return refusal(refused)
    return render(request, "console/conversations/thread.html", thread_context(request, found_or_404(pk)))


def refusal(refused: DomainError) -> HttpResponse:
    """Why not, in words."""
    return HttpResponse(str(refused), status=refused.status, content_type="text/plain; charset=utf-8")
