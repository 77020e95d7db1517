"""The self-tester: started here, run by a worker, its findings appear one by one."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fangcun.build.papers.models import SelfTest
from fangcun.build.papers.queries import latest_test, self_test
from fangcun.build.papers.services import start_self_test
from fangcun.build.papers.states import Stage
from fangcun.build.papers.testing import Result
from fangcun.doors.console.launch.frame import guard
from fangcun.doors.console.launch.papers.frame import back, chosen, stage_of, tabbed
from fangcun.doors.console.model_admin import actor_of

TONES = {"ok": "good", "failed": "bad", "undecided": "warn"}


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The newest test of an environment, and the button that begins one."""
    context = tabbed(request, "selftest", _("资质与环境"))
    program, stage = context["program"], stage_of(request)
    test = latest_test(program, stage) if program else None
    context |= {"stage": stage, "stages": Stage.choices, **_shown(test)}
    return render(request, "console/launch/selftest.html", context)


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Begin a test."""
    guard(request)
    program, stage = chosen(request), stage_of(request)
    if program is None:
        raise Http404
    start_self_test(program=program, environment=stage, by=actor_of(request))
    return back("selftest", program, environment=stage)


@require_safe
def results(request: HttpRequest, pk: int) -> HttpResponse:
    """What is found so far; asked for again until the test is done."""
    guard(request, "launch.view")
    test = self_test(pk)
    if test is None:
        raise Http404
    return render(request, "console/launch/selftest_results.html", _shown(test))


def _shown(test: SelfTest | None) -> dict[str, Any]:
    if test is None:
        return {"test": None}
    found = [Result.from_json(kept) for kept in test.results]
    names = {"ok": _("正常"), "failed": _("有问题"), "undecided": _("无法判断")}
    # What is wrong stands first: it is what somebody came for.
    rank = {"failed": 0, "undecided": 1, "ok": 2}
    rows = sorted(found, key=lambda one: rank[one.state]) if test.finished_at else found
    return {
        "test": test,
        "rows": [(one, names[one.state], TONES[one.state]) for one in rows],
        "failed": sum(one.state == "failed" for one in found),
        "undecided": sum(one.state == "undecided" for one in found),
        "passed": sum(one.state == "ok" for one in found),
    }
