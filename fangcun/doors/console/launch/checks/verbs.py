"""What people do with inspections: begin one, stop it, waive a finding, let it count again."""

from __future__ import annotations

import dataclasses
import datetime as dt

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fangcun.build.artifacts.errors import ArtifactNotFound
from fangcun.build.artifacts.models import Artifact
from fangcun.build.artifacts.queries import artifact as artifact_by
from fangcun.build.artifacts.queries import latest_ready
from fangcun.build.checks import services
from fangcun.build.checks.declaring import hosts_of
from fangcun.build.checks.errors import FindingUnknown, WaiverInvalid, WaiverUnknown
from fangcun.build.checks.queries import waiver_of
from fangcun.build.checks.subject import NOTHING, Declared
from fangcun.build.papers.queries import domains_of
from fangcun.doors.console.launch.checks.pages import found, refused
from fangcun.doors.console.launch.frame import guard
from fangcun.doors.console.model_admin import actor_of, tell
from fangcun.kernel.errors import DomainError


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Inspect a build; the newest when none is named."""
    guard(request)
    number = request.POST.get("artifact", "")
    try:
        artifact = artifact_by(int(number)) if number.isascii() and number.isdigit() else latest_ready()
    except ArtifactNotFound as missing:
        raise Http404(str(missing)) from None
    try:
        run = services.start_check(
            artifact=artifact,
            walks=bool(request.POST.get("walks")),
            declared=_declared(artifact),
            by=actor_of(request),
        )
    except DomainError as refusal:
        tell(request, refusal)
        return redirect("admin:launch_checks")
    return redirect("admin:launch_check", run.pk)


def _declared(artifact: Artifact | None) -> Declared:
    if artifact is None:
        return NOTHING
    known = dataclasses.replace(NOTHING, environment=artifact.environment)
    domains = domains_of(artifact.program, artifact.environment) if artifact.program else None
    return known if domains is None else dataclasses.replace(known, domains=hosts_of(domains))


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop an inspection."""
    guard(request)
    try:
        services.cancel_check(run=found(pk), by=actor_of(request))
    except DomainError as refusal:
        tell(request, refusal)
    return redirect("admin:launch_check", pk)


@require_POST
def waive(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a finding not count until a day."""
    guard(request)
    run, key = found(pk), request.POST.get("key", "")
    try:
        made = services.waive(
            run=run,
            key=key,
            reason=request.POST.get("reason", ""),
            until=_day(request.POST.get("until", "")),
            by=actor_of(request),
        )
    except WaiverInvalid as refusal:
        return refused(request, run, key, refusal.details["fields"])
    except FindingUnknown as missing:
        raise Http404(str(missing)) from None
    messages.success(request, _("已豁免，至 %(until)s") % {"until": made.until.isoformat()})
    return redirect("admin:launch_check", pk)


@require_POST
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a finding count again."""
    guard(request)
    try:
        services.unwaive(waiver=waiver_of(pk), by=actor_of(request))
    except WaiverUnknown as missing:
        raise Http404(str(missing)) from None
    messages.success(request, _("豁免已撤销，问题重新计入"))
    return redirect("admin:launch_check_waivers")


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
