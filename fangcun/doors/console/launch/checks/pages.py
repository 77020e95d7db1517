"""Pages of inspections: the newest, any other, all of them, what is waived, and the rules."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fangcun.build.artifacts.queries import latest_ready
from fangcun.build.checks import queries
from fangcun.build.checks.errors import CheckUnknown
from fangcun.build.checks.models import CheckRun
from fangcun.build.checks.pack import PACK_VERSION, rules
from fangcun.build.checks.report import NotAReport
from fangcun.build.checks.states import RunStatus
from fangcun.doors.console.launch.checks.shown import RUN_TONES, context_of, english, told
from fangcun.doors.console.launch.frame import frame

PAGE = 25


@require_safe
def latest(request: HttpRequest) -> HttpResponse:
    """The inspection that goes on, else the newest that was done; and the way to begin one."""
    context = frame(request, _("检查"))
    run = queries.running() or queries.runs().first()
    return _page(request, context, None if run is None else queries.run_of(run.pk))


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One inspection."""
    return _page(request, frame(request, _("检查")), found(pk))


def found(pk: int) -> CheckRun:
    """An inspection by its number, or the page that says there is none."""
    try:
        return queries.run_of(pk)
    except CheckUnknown as missing:
        raise Http404(str(missing)) from None


def _page(
    request: HttpRequest, context: dict[str, Any], run: CheckRun | None, status: int = 200, **more: Any
) -> HttpResponse:
    context |= {
        "run": run,
        "artifact": latest_ready(),
        "can_walk": find_spec("playwright") is not None,
        **more,
    }
    if run is not None:
        context |= {"tone": RUN_TONES[RunStatus(run.status)], "today": timezone.localdate()}
        try:
            report = queries.open_report(run)
        except NotAReport:  # written by a version whose reports were of another form
            report, context["outdated"] = None, True
        if report is not None:
            before = queries.previous_run(run)
            compared = queries.comparison(run, before)
            context |= context_of(report, compared, pages=request.GET.get("by") == "page")
            context |= {"before": before}
    return render(request, "console/launch/checks.html", context, status=status)


def refused(request: HttpRequest, run: CheckRun, key: str, fields: dict[str, str]) -> HttpResponse:
    """The page again, with the form of a waiver as it was filled and what is wrong with it."""
    filled = {"key": key, "reason": request.POST.get("reason", ""), "until": request.POST.get("until", "")}
    return _page(request, frame(request, _("检查")), run, 400, filled=filled, wrong=fields)


@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that changes while an inspection runs; once it has ended the whole page comes again."""
    context = frame(request, "")
    run = found(pk)
    answer = render(request, "console/launch/check_progress.html", {**context, "run": run})
    if run.status != RunStatus.RUNNING:
        answer["HX-Refresh"] = "true"
    return answer


@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """Every inspection, the newest first."""
    context = frame(request, _("历次检查"))
    page = Paginator(queries.runs(), PAGE).get_page(request.GET.get("page"))
    context |= {"page": page, "rows": [(run, RUN_TONES[RunStatus(run.status)]) for run in page]}
    return render(request, "console/launch/check_history.html", context)


@require_safe
def waivers(request: HttpRequest) -> HttpResponse:
    """What does not count for now, and what counts again because its day is over."""
    context = frame(request, _("豁免"))
    today = timezone.localdate()
    page = Paginator(queries.waivers(), PAGE).get_page(request.GET.get("page"))
    context |= {"page": page, "rows": [(one, told(one.rule), one.until < today) for one in page]}
    return render(request, "console/launch/check_waivers.html", context)


@require_safe
def pack(request: HttpRequest) -> HttpResponse:
    """Every rule with its reason, its fix and where it comes from."""
    context = frame(request, _("检查规则"))
    kinds = {"package": _("看代码包"), "blueprint": _("看蓝图"), "walk": _("走查时看")}
    groups = [
        (kinds[kind], [told(name) for name, rule in rules().items() if rule.kind == kind]) for kind in kinds
    ]
    context |= {"groups": groups, "version": PACK_VERSION, "count": len(rules()), "english": english()}
    return render(request, "console/launch/check_rules.html", context)
