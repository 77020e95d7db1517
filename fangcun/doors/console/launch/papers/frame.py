"""What the pages of papers and environments have in common: their tabs, and which mini program they are about."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from fangcun.build.papers.queries import active_programs
from fangcun.build.papers.states import Stage
from fangcun.doors.console.launch.frame import frame
from fangcun.identity.programs.models import Program

LONGEST = 300


def tabbed(request: HttpRequest, name: str, title: str) -> dict[str, Any]:
    """The frame with its tabs and the chosen mini program. Raises PermissionDenied for who may not see it."""
    context = frame(request, title)
    programs = active_programs()
    program = chosen(request, programs)
    tabs = [
        ("papers", _("资质")),
        ("permissions", _("接口权限")),
        ("environments", _("环境")),
        ("selftest", _("自检")),
        ("checklist", _("清单")),
    ]
    query = f"?program={program.pk}" if program is not None and len(programs) > 1 else ""
    context |= {
        "programs": programs,
        "program": program,
        "tabs": [(reverse(f"admin:launch_{one}") + query, label, one == name) for one, label in tabs],
    }
    return context


def chosen(request: HttpRequest, programs: list[Program] | None = None) -> Program | None:
    """The mini program that the address or the form names, else the main one; None while there is none."""
    programs = active_programs() if programs is None else programs
    wanted = request.POST.get("program") or request.GET.get("program", "")
    return next((one for one in programs if str(one.pk) == wanted), programs[0] if programs else None)


def stage_of(request: HttpRequest) -> str:
    """The environment that the address or the form names, else the one that is released."""
    wanted = request.POST.get("environment") or request.GET.get("environment", "")
    return wanted if wanted in Stage.values else Stage.RELEASE


def back(name: str, program: Program | None, anchor: str = "", **more: str) -> HttpResponseRedirect:
    """To a page again, about the same mini program."""
    facts = {"program": str(program.pk)} if program is not None else {}
    query = "&".join(f"{key}={value}" for key, value in {**facts, **more}.items())
    return redirect(
        reverse(f"admin:launch_{name}") + (f"?{query}" if query else "") + (f"#{anchor}" if anchor else "")
    )


def typed(request: HttpRequest, name: str) -> str:
    """What was typed, without the character that PostgreSQL can't keep."""
    return request.POST.get(name, "").replace("\0", "").strip()[:LONGEST]
