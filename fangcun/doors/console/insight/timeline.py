"""What one member did, one event after another."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fangcun.doors.console.insight.asked import asked
from fangcun.doors.console.insight.views import frame, guard
from fangcun.doors.console.model_admin import actor_of
from fangcun.identity.members.models import Member
from fangcun.insight.segments.timeline import facts_of, timeline
from fangcun.kernel.audit import record
from fangcun.kernel.errors import DomainError


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of one member, for who may see both numbers and members; each look is noted."""
    context = frame(request)
    guard(request, "members.view")
    member = Member.objects.filter(pk=pk).first()
    if member is None:
        raise Http404
    try:
        found = timeline(2 * pk, before=asked(request).one("before"))
    except DomainError as refused:
        raise Http404 from refused
    record("members.view", by=actor_of(request), object=member)
    context |= {"title": _("行为时间线"), "member": member, "facts": facts_of(2 * pk), "timeline": found}
    return render(request, "console/insight/timeline.html", context)
