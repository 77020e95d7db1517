"""Test reports in the console: how every suite stands, each run with its numbers, and the report itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from fangcun.build.suites import queries
from fangcun.build.suites.models import Suite, SuiteRun
from fangcun.build.suites.services import CHECKS
from fangcun.build.suites.shelf import KINDS, PAGE
from fangcun.doors.console.launch.frame import frame, guard
from fangcun.kernel.errors import NotFound

A_PAGE = 25
ABOUT = {
    Suite.JOURNEYS: gettext_lazy("每个场景在手机上从头走到尾，事件、授权和消息都到。"),
    Suite.COMPAT: gettext_lazy(
        "各种尺寸、字号、深色、弱网和断网下，没有出界、遮挡、空白；用到的接口在最低基础库上都有。"
    ),
    Suite.LOAD: gettext_lazy("很多顾客同时按规划的比例走场景，响应在预算内，并指出最先撑不住的地方。"),
    Suite.SECURITY: gettext_lazy("越权、注入、跨站、权限和依赖都试过。"),
}
# The reports are our own and run no script. Their pictures lie beside them; their styles stand in the page.
SAFE = "; ".join(
    [
        "default-src 'none'",
        "img-src 'self' data:",
        "style-src 'unsafe-inline'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
        # No scripts, even if one got in. The origin stays, since the pictures need the session.
        "sandbox allow-same-origin allow-popups",
    ]
)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every suite as it stands now, and all runs, the newest first."""
    context = frame(request, _("测试报告"))
    chosen = request.GET.get("suite", "")
    suite = Suite(chosen) if chosen in Suite.values else None
    shown = Paginator(queries.runs(suite), A_PAGE).get_page(request.GET.get("page"))
    context |= {
        "states": [_state(one) for one in queries.states()],
        "page": shown,
        "suite": suite,
        "suites": [(one.value, one.label, one is suite) for one in Suite],
    }
    return render(request, "console/launch/reports.html", context)


@require_safe
def one(request: HttpRequest, number: int) -> HttpResponse:
    """One run: how it ended, its numbers, and its report below."""
    context = frame(request, _("测试报告 #{number}").format(number=number))
    run = _found(number)
    context |= {
        "run": run,
        "files": PAGE,
        "check": CHECKS[Suite(run.suite)] if run.decides else "",
        "before": queries.runs(Suite(run.suite)).filter(pk__lt=run.pk, decides=True).first(),
    }
    return render(request, "console/launch/report.html", context)


@require_safe
@xframe_options_sameorigin
def file(request: HttpRequest, number: int, name: str) -> FileResponse:
    """A file of a report, under a policy that lets its styles work and no script."""
    guard(request, "launch.view")
    try:
        found = queries.report_file(_found(number), name)
    except NotFound as missing:
        raise Http404(str(missing)) from None
    answer = FileResponse(found.open("rb"), content_type=KINDS[found.suffix.lower()])
    answer.headers["Content-Security-Policy"] = SAFE
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _found(number: int) -> SuiteRun:
    try:
        return queries.run_of(number)
    except NotFound as missing:
        raise Http404(str(missing)) from None


def _state(state: queries.SuiteState) -> dict[str, Any]:
    run = state.deciding or state.newest
    tone, label = "quiet", _("还没有测")
    if state.deciding is not None:
        tone, label = ("good", _("通过")) if state.deciding.passed else ("bad", _("未通过"))
    elif state.newest is not None:
        label = _("只测过一部分")
    return {
        "suite": state.suite,
        "about": ABOUT[state.suite],
        "command": f"fangcun test {state.suite.value}",
        "run": run,
        "tone": tone,
        "label": label,
    }


PAGES: list[tuple[str, Callable[..., HttpResponseBase], str]] = [
    ("reports/", page, "reports"),
    ("reports/<int:number>/", one, "report"),
    ("reports/<int:number>/files/<path:name>", file, "report_file"),
]
