"""What people tell the schedule: a stage begins or ends, an acceptance holds, something went wrong."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fangcun.doors.console.model_admin import actor_of, tell
from fangcun.identity.staff.queries import may
from fangcun.kernel.actors import Actor
from fangcun.kernel.errors import DomainError
from fangcun.plan.schedule import services
from fangcun.plan.schedule.errors import StageDateWrong

LONGEST = 1000


@require_POST
def act(request: HttpRequest, verb: str) -> HttpResponse:
    """Do one verb of the schedule and come back to the stage it was about."""
    if not may(request.user, "plan.change"):
        raise PermissionDenied
    try:
        done = _do(verb, request.POST, actor_of(request))
    except DomainError as refused:
        tell(request, refused)
    else:
        messages.success(request, done)
    stage = request.POST.get("stage", "")
    anchor = f"#stage-{stage}" if stage.isidentifier() else "#contingencies"
    return redirect(reverse("admin:plan_schedule") + anchor)


def _do(verb: str, data: QueryDict, by: Actor) -> str:
    """Call the verb; what to say afterwards. Raises DomainError, and Http404 for a verb that there is not."""
    stage, item = _text(data, "stage"), _text(data, "item")
    match verb:
        case "start":
            services.start_stage(stage=stage, on=_date(data), by=by)
            return _("已登记开始")
        case "percent":
            services.report_percent(stage=stage, percent=_whole(data, "percent"), by=by)
            return _("进度已更新")
        case "finish":
            services.finish_stage(stage=stage, on=_date(data), by=by)
            return _("已登记完成")
        case "reopen":
            services.reopen_stage(stage=stage, by=by)
            return _("阶段已重新打开")
        case "tick":
            link, evidence = _text(data, "link"), _text(data, "evidence")
            services.tick(stage=stage, item=item, evidence=evidence, link=link, by=by)
            return _("已通过验收")
        case "untick":
            services.untick(stage=stage, item=item, by=by)
            return _("已撤销验收")
        case "audit":
            passed = data.get("passed") == "yes"
            services.record_audit(passed=passed, note=_text(data, "note"), by=by)
            return _("已登记审核通过") if passed else _("已登记审核被拒，预案的余量算进了排期")
        case "report":
            services.report_condition(when=_text(data, "when"), note=_text(data, "note"), by=by)
            return _("已登记，预案的余量算进了排期")
        case "end":
            services.end_condition(condition_id=_whole(data, "condition"), by=by)
            return _("已登记结束")
    raise Http404


def _text(data: QueryDict, name: str) -> str:
    """What was typed, without the character that PostgreSQL can't keep."""
    return str(data.get(name, "")).replace("\0", "").strip()[:LONGEST]


def _date(data: QueryDict) -> dt.date | None:
    text = _text(data, "on")
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise StageDateWrong from None


def _whole(data: QueryDict, name: str) -> int:
    text = _text(data, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
