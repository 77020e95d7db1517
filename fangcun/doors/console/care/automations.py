"""Automations in the console: writing them, switching them on and off, seeing what they did."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fangcun.doors.console.care import automation_form as form
from fangcun.doors.console.care.frame import PAGE, frame, guard, page_of, pager
from fangcun.doors.console.model_admin import actor_of, tell
from fangcun.grow.automations import services
from fangcun.grow.automations.document import DOES, MOST_STEPS, PURPOSES, read_document
from fangcun.grow.automations.errors import AutomationUnknown
from fangcun.grow.automations.models import HELD_OUT, Automation
from fangcun.grow.automations.queries import Preview, automation_of, automations, preview, runs_of
from fangcun.grow.automations.queries import document_of as read_of
from fangcun.grow.automations.ready import READY
from fangcun.grow.automations.results import acts_of, result_of, states_of
from fangcun.grow.automations.states import AutomationStatus, Outcome, RunStatus
from fangcun.grow.automations.wording import date_words, news_words, sentence, step_words, trigger_words
from fangcun.grow.messaging.models import TextTemplate
from fangcun.insight.segments.queries import segments
from fangcun.kernel.actors import Actor
from fangcun.kernel.errors import DomainError
from fangcun.shop.offers.queries import template_choices

TONES = {
    AutomationStatus.DRAFT: "quiet",
    AutomationStatus.RUNNING: "good",
    AutomationStatus.PAUSED: "warn",
    AutomationStatus.ENDED: "quiet",
}
START: dict[str, Any] = {
    "trigger": {"kind": "cart", "hours": 2},
    "steps": [
        {"do": "check", "bought": False},
        {"do": "tell", "channel": "subscribe", "title": "", "body": "", "link": "/pages/cart/cart"},
    ],
    "again_days": 7,
    "goal_days": 7,
}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """All automations, and those that wait ready."""
    found = automations()
    used = {one.ready for one in found if one.ready and one.status != AutomationStatus.ENDED}
    context = frame(request) | {
        "title": _("自动化"),
        "lines": [(one, TONES[AutomationStatus(one.status)], _sentence(one)) for one in found],
        "ready": [one for key, one in READY.items() if key not in used],
    }
    return render(request, "console/care/automations.html", context)


@require_safe
def write(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """The form of a new automation, or of one to change."""
    guard(request)
    automation = _found(pk) if pk else None
    document = read_of(automation)[0].document if automation else START
    return _form(request, automation, form.filled(document))


@require_POST
def save(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """Make an automation or change it; a refusal leaves the form as it was filled."""
    guard(request)
    automation, by = (_found(pk) if pk else None), actor_of(request)
    try:
        name, document = request.POST.get("name", ""), form.document_of(request.POST)
        held_out = form.held_out_of(request.POST)
        if automation is None:
            kept = services.make_automation(name=name, document=document, held_out=held_out, by=by)
        else:
            kept = services.change_automation(
                automation_id=pk, name=name, document=document, held_out=held_out, by=by
            )
    except DomainError as refused:
        return _form(request, automation, form.of_data(request.POST), refused=refused)
    messages.success(request, _("已保存“%(name)s”") % {"name": kept.name})
    return redirect("admin:care_automation", kept.pk)


@require_POST
def who(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """The form again, with who would enter if it ran now. Nothing is written."""
    guard(request)
    automation = _found(pk) if pk else None
    try:
        document = form.document_of(request.POST)
        salt = automation.salt if automation else secrets.token_hex(8)
        held_out = form.held_out_of(request.POST)
        read_document(document)
        seen = preview(document, salt=salt, held_out=held_out, now=timezone.now())
    except DomainError as refused:
        return _form(request, automation, form.of_data(request.POST), refused=refused)
    return _form(request, automation, form.of_data(request.POST), seen=seen)


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One automation: what it does, what it did, and every member's way."""
    context = frame(request)
    automation = _found(pk)
    version, document = read_of(automation)
    status = request.GET.get("status", "")
    runs = runs_of(automation, status=status)
    page = page_of(request)
    states = states_of(automation)
    context |= {
        "title": automation.name,
        "automation": automation,
        "tone": TONES[AutomationStatus(automation.status)],
        "version": version,
        "sentence": sentence(document),
        "trigger": trigger_words(document.trigger),
        "steps": _steps(automation, document.steps),
        "again_days": document.again_days,
        "result": result_of(automation, timezone.now()),
        "entered": sum(states.values()),
        "waiting": states.get(RunStatus.WAITING, 0),
        "tabs": [(value, label, states.get(value, 0), value == status) for value, label in RunStatus.choices],
        "status": status,
        "runs": runs[(page - 1) * PAGE : page * PAGE],
        "pager": pager(request, states.get(status, 0) if status else sum(states.values())),
    }
    return render(request, "console/care/automation.html", context)


VERBS: dict[str, Callable[..., Automation]] = {
    "start": services.start_automation,
    "pause": services.pause_automation,
    "end": services.end_automation,
}


@require_POST
def verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Switch an automation on, hold it, or end it."""
    guard(request)
    if verb not in VERBS:
        raise Http404
    _do(request, lambda by: VERBS[verb](automation_id=pk, by=by))
    return redirect("admin:care_automation", pk)


@require_POST
def use(request: HttpRequest, key: str) -> HttpResponse:
    """Switch on one of the ready automations."""
    guard(request)
    if key not in READY:
        raise Http404
    kept = _do(request, lambda by: services.use_ready(key=key, by=by))
    return redirect("admin:care_automation", kept.pk) if kept else redirect("admin:care_automations")


def _do(request: HttpRequest, act: Callable[[Actor], Automation]) -> Automation | None:
    try:
        done = act(actor_of(request))
    except AutomationUnknown as gone:
        raise Http404 from gone
    except DomainError as refused:
        tell(request, refused)
        return None
    said = _("“%(name)s”：%(status)s")
    messages.success(request, said % {"name": done.name, "status": done.get_status_display()})
    return done


def _found(pk: int) -> Automation:
    try:
        return automation_of(pk)
    except AutomationUnknown as gone:
        raise Http404 from gone


def _sentence(automation: Automation) -> str:
    try:
        return sentence(read_of(automation)[1])
    except DomainError as broken:
        return str(broken)


def _steps(automation: Automation, steps: tuple[Any, ...]) -> list[dict[str, Any]]:
    """The steps in words, with how often each did what it says and why it did not."""
    done: dict[int, int] = {}
    skipped: dict[int, list[tuple[str, int]]] = {}
    for step, _act, outcome, reason, n in acts_of(automation):
        if outcome == Outcome.DONE:
            done[step] = done.get(step, 0) + n
        else:
            skipped.setdefault(step, []).append((reason, n))
    return [
        {
            "words": step_words(step),
            "do": DOES[type(step)],
            "done": done.get(number, 0),
            "skipped": skipped.get(number, []),
        }
        for number, step in enumerate(steps)
    ]


def _form(
    request: HttpRequest,
    automation: Automation | None,
    filled: dict[str, Any],
    *,
    refused: DomainError | None = None,
    seen: Preview | None = None,
) -> HttpResponse:
    data = request.POST
    share = (automation.held_out if automation else HELD_OUT) / 100
    place = str(refused.details.get("place", "")) if refused else ""
    step = int(place[6:-1]) + 1 if place.startswith("steps[") else 0
    context = frame(request) | {
        "title": automation.name if automation else _("新建自动化"),
        "automation": automation,
        "name": data.get("name", automation.name if automation else ""),
        "held_out": data.get("held_out", f"{share:g}"),
        "refused": refused,
        "wrong_step": step,
        "seen": seen,
        "blank": form.BLANK,
        "most": MOST_STEPS,
        "triggers": form.TRIGGERS.items(),
        "news": news_words().items(),
        "dates": date_words().items(),
        "does": form.DOES.items(),
        "checks": form.CHECKS.items(),
        "channels": form.CHANNELS.items(),
        "fallbacks": form.FALLBACKS.items(),
        "purposes": [(one.value, one.label) for one in PURPOSES],
        "texts": list(TextTemplate.objects.filter(is_active=True).values_list("code", "title")),
        "coupons": [(str(pk), title) for pk, title in template_choices()],
        "segments": [(str(one.pk), one.name) for one in segments()],
        **filled,
    }
    status = refused.status if refused else 200
    return render(request, "console/care/automation_form.html", context, status=status)
