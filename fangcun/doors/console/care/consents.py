"""The consent ledger and the planner: what was agreed to, what is left, where to ask next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fangcun.doors.console.care.frame import PAGE, frame, guard, page_of, pager
from fangcun.doors.console.model_admin import actor_of, tell
from fangcun.grow.automations.queries import audience, running, told_by
from fangcun.grow.messaging.ledger import by_template, members_asked
from fangcun.grow.messaging.models import Moment, Purpose, Template
from fangcun.grow.messaging.planning import Advice, advise, usually_told
from fangcun.grow.messaging.queries import asking_plan
from fangcun.grow.messaging.services import ask_at
from fangcun.identity.programs.models import Program
from fangcun.kernel.errors import DomainError
from fangcun.plan.revisions.queries import compiled, current_blueprint

LONGEST_SEARCH = 40


@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """What was asked, answered, used and is left: by template and by member."""
    context = frame(request)
    search = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    lines = by_template()
    templates = {line.template.pk: line.template for line in lines}
    members, count = members_asked(search=search, page=page_of(request), size=PAGE)
    moments = dict(Moment.choices)
    context |= {
        "title": _("授权账本"),
        "lines": [
            (line, [(moments.get(moment, _("只有微信告知")), one) for moment, one in line.moments.items()])
            for line in lines
        ],
        "members": [
            (line.member, [(templates[pk].title, one) for pk, one in line.by_template.items()])
            for line in members
        ],
        "search": search,
        "pager": pager(request, count),
    }
    return render(request, "console/care/ledger.html", context)


@dataclass(frozen=True, slots=True)
class Line:
    """One need of the planner: what wants to tell, and what stands in its way. `trouble` stands for no advice."""

    source: str
    link: str
    advice: Advice | None
    purpose: str
    chances: tuple[tuple[str, Any], ...] = ()
    best: str = ""
    trouble: str = ""


@require_safe
def planner(request: HttpRequest) -> HttpResponse:
    """For every scenario of the plan and every running automation: are there consents enough, and where to ask."""
    context = frame(request)
    programs = list(Program.objects.filter(is_active=True).order_by("id"))
    wanted = request.GET.get("program", "")
    program = next((one for one in programs if str(one.pk) == wanted), programs[0] if programs else None)
    plan = asking_plan()
    context |= {
        "title": _("授权规划"),
        "programs": programs,
        "program": program,
        "scenarios": _of_plan(program) if program else [],
        "automations": _of_automations(program) if program else [],
        "unknown": plan.unknown if plan else [],
        "planned": current_blueprint() is not None,
    }
    return render(request, "console/care/planner.html", context)


@require_POST
def ask_there(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a template's consent at one moment more, or at one less."""
    guard(request)
    template = Template.objects.filter(pk=pk, is_active=True).first()
    if template is None:
        raise Http404
    moment = request.POST.get("moment", "")
    wanted = {*template.moments} ^ {moment}
    try:
        ask_at(template=template, moments=sorted(wanted), by=actor_of(request))
    except DomainError as refused:
        tell(request, refused)
    else:
        where = dict(Moment.choices)[moment]
        said = (
            _("从现在起在“%(where)s”请求“%(what)s”")
            if moment in wanted
            else _("不再在“%(where)s”请求“%(what)s”")
        )
        messages.success(request, said % {"where": where, "what": template.title})
    return redirect("admin:care_planner")


def _of_plan(program: Program) -> list[Line]:
    blueprint = current_blueprint()
    if blueprint is None:
        return []
    names = {one.id: str(one.name) for one in blueprint.scenarios}
    needs: dict[str, dict[str, None]] = {}
    for one in compiled("consents.json") or ():
        needs.setdefault(one["template"], {})[names.get(one["scenario"], one["scenario"])] = None
    lines = []
    for purpose, scenarios in needs.items():
        source = "、".join(scenarios)
        if purpose not in Purpose.values:
            trouble = _("规划里的“{purpose}”没有对应的消息用途").format(purpose=purpose)
            lines.append(Line(source, "admin:plan_scenarios", None, purpose, trouble=trouble))
            continue
        advice = advise(program, purpose, usually_told(program, purpose))
        lines.append(_line(source, "admin:plan_scenarios", advice))
    return lines


def _of_automations(program: Program) -> list[Line]:
    lines = []
    for one in running():
        for purpose in sorted(told_by(one)):
            try:
                members = audience(one, timezone.now())
            except DomainError as refused:
                lines.append(Line(one.name, "", None, purpose, trouble=str(refused)))
                continue
            lines.append(_line(one.name, "admin:care_automations", advise(program, purpose, members)))
    return lines


def _line(source: str, link: str, advice: Advice) -> Line:
    moments = dict(Moment.choices)
    chances = tuple((str(moments.get(one.moment, one.moment)), one) for one in advice.chances)
    best = str(moments.get(advice.best.moment, "")) if advice.best else ""
    return Line(source, link, advice, str(dict(Purpose.choices)[advice.purpose]), chances, best)
