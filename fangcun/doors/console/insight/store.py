"""Where events are kept: how many there are, and what is not counted because its file is broken."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fangcun.doors.console.insight.views import frame
from fangcun.insight.tracking.stats import store_stats


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The page."""
    context = frame(request) | {"title": _("事件存储"), "stats": store_stats()}
    return render(request, "console/insight/store.html", context)
