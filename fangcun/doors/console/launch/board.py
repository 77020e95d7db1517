"""The launch board: what blocks the launch now, at one glance."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fangcun.build.board.queries import board
from fangcun.build.papers.queries import active_programs
from fangcun.doors.console.launch.frame import frame

SHOWN = 8  # blockers of one part; the rest is counted


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every part with what blocks it; green when nothing does."""
    context = frame(request, _("上线看板"))
    programs = active_programs()
    asked = request.GET.get("program")
    program = next((one for one in programs if str(one.pk) == asked), programs[0] if programs else None)
    found = board(program)
    context |= {
        "programs": programs,
        "program": program,
        "board": found,
        "first": next(iter(found.blockers), None),
        "cards": [
            (part, part.blockers[:SHOWN], len(part.blockers) - SHOWN, part.notes[:SHOWN])
            for part in found.parts
        ],
    }
    return render(request, "console/launch/board.html", context)


PAGES: list[tuple[str, Callable[..., HttpResponseBase], str]] = [("", page, "board")]
