"""Interface permissions: what is needed and why, how far each is, a probe, a person's word."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fangcun.build.papers.queries import permissions
from fangcun.build.papers.services import probe_permissions, say_permission
from fangcun.build.papers.states import PermissionState
from fangcun.doors.console.launch.frame import guard
from fangcun.doors.console.launch.papers.frame import back, chosen, tabbed, typed
from fangcun.doors.console.model_admin import actor_of, tell
from fangcun.kernel.errors import DomainError

TONES = {
    PermissionState.GRANTED: "good",
    PermissionState.APPLIED: "info",
    PermissionState.NONE: "quiet",
    PermissionState.REFUSED: "bad",
}


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every interface, the needed ones first."""
    context = tabbed(request, "permissions", _("资质与环境"))
    rows = permissions(context["program"]) if context["program"] else []
    looks = [
        (row, "warn" if row.why and row.state == "none" else TONES[PermissionState(row.state)])
        for row in rows
    ]
    context |= {
        "needed": [entry for entry in looks if entry[0].why],
        "others": [entry for entry in looks if not entry[0].why],
        "states": PermissionState.choices,
    }
    return render(request, "console/launch/permissions.html", context)


@require_POST
def say(request: HttpRequest) -> HttpResponse:
    """A person says how far one is."""
    guard(request)
    program, capability = chosen(request), typed(request, "capability")
    if program is None:
        raise Http404
    try:
        say_permission(
            program=program, capability=capability, state=typed(request, "state"),
            evidence=typed(request, "evidence"), by=actor_of(request),
        )  # fmt: skip
    except DomainError as refused:
        tell(request, refused)
    else:
        messages.success(request, _("已登记"))
    return back("permissions", program, capability if capability.isidentifier() else "")


@require_POST
def probe(request: HttpRequest) -> HttpResponse:
    """Ask WeChat about those that a call can decide."""
    guard(request)
    program = chosen(request)
    if program is None:
        raise Http404
    found = probe_permissions(program=program, by=actor_of(request))
    if found:
        messages.success(request, _("微信对 %s 项给了答复，其余要人工确认") % len(found))
    else:
        messages.warning(request, _("微信没有给出可以判断的答复；先做一次自检，看看凭证和网络"))
    return back("permissions", program)
