"""The launch checklist: done by tests, else by a person's word with evidence."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fangcun.build.papers.points import points
from fangcun.build.papers.services import confirm, withdraw
from fangcun.doors.console.launch.frame import guard
from fangcun.doors.console.launch.papers.frame import back, chosen, tabbed, typed
from fangcun.doors.console.model_admin import actor_of, tell
from fangcun.kernel.errors import DomainError


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every point, and who decides it."""
    context = tabbed(request, "checklist", _("资质与环境"))
    found = points(context["program"]) if context["program"] else []
    context |= {
        "points": found,
        "done": sum(one.state == "done" for one in found),
    }
    return render(request, "console/launch/checklist.html", context)


@require_POST
def word(request: HttpRequest) -> HttpResponse:
    """A person's word on a point, or its withdrawal."""
    guard(request)
    program, item = chosen(request), typed(request, "item")
    if program is None:
        raise Http404
    try:
        if request.POST.get("withdraw"):
            withdraw(program=program, item=item, by=actor_of(request))
        else:
            confirm(program=program, item=item, evidence=typed(request, "evidence"), by=actor_of(request))
    except DomainError as refused:
        tell(request, refused)
    else:
        messages.success(request, _("已登记"))
    return back("checklist", program, item if item.isidentifier() else "")
