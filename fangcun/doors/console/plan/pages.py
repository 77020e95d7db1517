"""The pages on which a plan is looked at: one table says which there are, one view draws them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from fangcun.blueprint.document import Blueprint
from fangcun.doors.console.plan import features
from fangcun.doors.console.plan.content import content
from fangcun.doors.console.plan.findings import findings
from fangcun.doors.console.plan.goals import goals
from fangcun.doors.console.plan.launch import qualifications
from fangcun.doors.console.plan.scenarios import every_scenario, scenarios
from fangcun.doors.console.plan.schedule import schedule
from fangcun.doors.console.plan.schedule_verbs import act
from fangcun.doors.console.plan.shown import Shown, shown
from fangcun.doors.console.plan.sitemap import programs, sitemap
from fangcun.doors.console.plan.team import team
from fangcun.doors.console.plan.tracking import tracking
from fangcun.identity.staff.queries import may

Build = Callable[[Shown, Blueprint, HttpRequest], dict[str, Any]]
View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Page:
    """A tab of the plan: its part of the address, what it is called, and what fills its template.

    `paper` fills it for the printed dossier, where that differs.
    """

    name: str
    title: Promise
    build: Build
    paper: Build | None = None

    @property
    def address(self) -> str:
        return reverse(f"admin:plan_{self.name}")


PAGES: tuple[Page, ...] = (
    Page("goals", _("目标"), lambda shown, bp, _request: goals(shown, bp)),
    Page("competitors", _("竞品"), lambda _shown, bp, _request: features.competitors(bp)),
    Page("features", _("功能"), lambda _shown, bp, _request: features.features(bp)),
    Page("scenarios", _("场景"), scenarios, every_scenario),
    Page("sitemap", _("页面"), lambda _shown, bp, _request: {"map": sitemap(bp), "programs": programs(bp)}),
    Page("tracking", _("埋点"), lambda shown, bp, _request: tracking(shown, bp)),
    Page("content", _("内容"), lambda shown, bp, _request: content(shown, bp)),
    Page("team", _("团队"), lambda shown, bp, _request: team(bp, shown.planned)),
    Page(
        "schedule",
        _("排期"),
        lambda shown, bp, _request: schedule(shown, bp),
        lambda shown, bp, _request: schedule(shown, bp, room=500),
    ),
    Page("launch", _("资质"), lambda shown, bp, _request: qualifications(shown, bp)),
    Page("findings", _("问题"), lambda shown, _bp, _request: findings(shown)),
)
FIRST = PAGES[0]


def frame(request: HttpRequest, document: Shown | None, name: str = "") -> dict[str, Any]:
    """What stands around every page of the plan: tabs, the document's origin, the ways to change it."""
    from fangcun.doors.console.site import console

    query = document.query if document else ""
    return {
        **console.each_context(request),
        "shown": document,
        "bp": document.bp if document else None,
        "query": query,
        "ask": f"{query}&" if query else "?",
        "tabs": [
            {
                "label": page.title,
                "link": page.address + query,
                "chosen": page.name == name,
                "count": document.errors if page.name == "findings" and document else 0,
            }
            for page in PAGES
        ],
        "may_change": may(request.user, "plan.change"),
    }


def show(request: HttpRequest, page: Page) -> HttpResponse:
    """One page of the plan."""
    document = _document(request)
    context = {**frame(request, document, page.name), "title": page.title}
    if document is None:
        return render(request, "console/plan/empty.html", context)
    if document.bp is None:
        return render(request, "console/plan/unreadable.html", {**context, **findings(document)})
    context.update(page.build(document, document.bp, request))
    return render(request, f"console/plan/{page.name}.html", context)


@require_safe
def dossier(request: HttpRequest) -> HttpResponse:
    """Everything on one page that a printer takes, for a meeting."""
    document = _document(request)
    context = {**frame(request, document), "title": _("规划材料"), "printing": True}
    if document is None or document.bp is None:
        return render(request, "console/plan/empty.html", context)
    sections = []
    for page in PAGES:
        part = {**context, **(page.paper or page.build)(document, document.bp, request)}
        sections.append((page, render_to_string(f"console/plan/part_{page.name}.html", part, request)))
    return render(request, "console/plan/print.html", {**context, "sections": sections})


def _document(request: HttpRequest) -> Shown | None:
    if not may(request.user, "plan.view"):
        raise PermissionDenied
    return shown(request)


def _view(page: Page) -> View:
    @require_safe
    def view(request: HttpRequest) -> HttpResponse:
        return show(request, page)

    return view


def urls(admin_view: Callable[[View], View]) -> list[URLPattern]:
    """The addresses of the plan's pages below `/console/`."""
    return [
        *(
            path(
                "plan/" if page is FIRST else f"plan/{page.name}/",
                admin_view(_view(page)),
                name=f"plan_{page.name}",
            )
            for page in PAGES
        ),
        path("plan/print/", admin_view(dossier), name="plan_print"),
        path("plan/schedule/<slug:verb>/", admin_view(act), name="plan_schedule_verb"),
    ]
