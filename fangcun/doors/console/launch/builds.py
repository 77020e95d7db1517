"""Builds in the console: begin one, watch it, look into it, take it away."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from fangcun.blueprint.document import Budgets
from fangcun.build.artifacts.errors import ArtifactNotFound
from fangcun.build.artifacts.manifest import zip_package
from fangcun.build.artifacts.models import Artifact, Environment, Platform, Status
from fangcun.build.artifacts.queries import artifact as artifact_by
from fangcun.build.artifacts.queries import differences, folder_of, log_of, next_version
from fangcun.build.artifacts.services import begin_build, cancel_build, delete_artifact
from fangcun.build.artifacts.tasks import build
from fangcun.build.artifacts.weighing import KB, LIMIT_KB, MAIN
from fangcun.doors.console.forms import RefusableForm
from fangcun.doors.console.launch.frame import frame, guard
from fangcun.doors.console.model_admin import actor_of
from fangcun.identity.programs.models import Program
from fangcun.identity.programs.queries import main_program
from fangcun.kernel.errors import DomainError
from fangcun.plan.revisions.queries import current_blueprint, newest_number

PAGE = 25
TONES = {
    Status.BUILDING: "info",
    Status.READY: "good",
    Status.FAILED: "bad",
    Status.CANCELLED: "quiet",
}


class BuildForm(RefusableForm):
    """What to build."""

    program = forms.ModelChoiceField(
        Program.objects.filter(is_active=True), label=_("小程序"), widget=UnfoldAdminSelectWidget()
    )
    platform = forms.ChoiceField(label=_("平台"), choices=Platform, widget=UnfoldAdminSelectWidget())
    environment = forms.ChoiceField(label=_("环境"), choices=Environment, widget=UnfoldAdminSelectWidget())
    version = forms.CharField(label=_("版本号"), max_length=32, widget=UnfoldAdminTextInputWidget())
    api_base = forms.CharField(
        label=_("服务器地址"), max_length=200, widget=UnfoldAdminTextInputWidget(),
        help_text=_("手机从这里取数据；正式版要用已登记的 https 域名"),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The builds there are, and the form that begins one."""
    context = frame(request, _t("构建"))
    initial = {
        "program": main_program(),
        "platform": Platform.WEIXIN,
        "environment": Environment.TRIAL,
        "version": next_version(),
        "api_base": f"{settings.PUBLIC_URL}/api/v1",
    }
    form = BuildForm(request.POST or None, initial=initial)
    if request.method == "POST":
        guard(request)
        if form.is_valid():
            try:
                made = begin_build(by=actor_of(request), **form.cleaned_data)
            except DomainError as refused:
                form.refuse(refused)
            else:
                build.enqueue(number=made.number)
                return redirect("admin:launch_build", made.number)
    shown = Paginator(Artifact.objects.defer("error"), PAGE).get_page(request.GET.get("page"))
    context |= {
        "form": form,
        "page": shown,
        "rows": [(one, TONES[Status(one.status)]) for one in shown],
        "published": newest_number(),
    }
    return render(request, "console/launch/builds.html", context, status=400 if form.errors else 200)


@require_safe
def one(request: HttpRequest, number: int) -> HttpResponse:
    """One build: how far it is, or what came out."""
    context = frame(request, _t("构建 #{number}").format(number=number))
    made = _found(number)
    context |= {"one": made, "tone": TONES[Status(made.status)], "log": log_of(made)}
    if made.status == Status.READY:
        context |= _inside(made)
    return render(request, "console/launch/build.html", context)


@require_safe
def progress(request: HttpRequest, number: int) -> HttpResponse:
    """The part of the page that changes while it is built; once it has ended the whole page comes again."""
    context = frame(request, "")
    made = _found(number)
    answer = render(request, "console/launch/build_progress.html", {**context, "one": made})
    if made.status != Status.BUILDING:
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    guard(request)
    cancel_build(number=_found(number).number, by=actor_of(request))
    return redirect("admin:launch_build", number)


@require_POST
def delete(request: HttpRequest, number: int) -> HttpResponse:
    guard(request)
    try:
        delete_artifact(number=_found(number).number, by=actor_of(request))
    except DomainError as refused:
        messages.error(request, str(refused))
        return redirect("admin:launch_build", number)
    messages.success(request, _t("构建 #{number} 已删除").format(number=number))
    return redirect("admin:launch_builds")


@require_safe
def package(request: HttpRequest, number: int) -> HttpResponse | FileResponse:
    """The package as a ZIP file, the same bytes each time."""
    guard(request, "launch.view")
    made = _found(number)
    if made.status != Status.READY:
        return redirect("admin:launch_build", number)
    with tempfile.TemporaryDirectory() as scratch:
        held = zip_package(folder_of(made), Path(scratch, "package.zip")).open("rb")
    return FileResponse(
        held, as_attachment=True, filename=f"{made.platform}-{made.version}-{made.number}.zip"
    )


@require_safe
def manifest(request: HttpRequest, number: int) -> HttpResponse:
    """The manifest as a program reads it."""
    guard(request, "launch.view")
    found = _found(number).manifest
    return JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 2, "sort_keys": True})


def _found(number: int) -> Artifact:
    try:
        return artifact_by(number)
    except ArtifactNotFound as missing:
        raise Http404(str(missing)) from None


def _inside(made: Artifact) -> dict[str, Any]:
    plan = current_blueprint()
    budgets = plan.budgets if plan else Budgets()
    packages = [
        (
            name,
            size,
            limit := KB * ((budgets.main_kb if name == MAIN else budgets.package_kb) or LIMIT_KB),
            min(100, round(100 * size / limit)),
        )
        for name, size in made.manifest["packages"].items()
    ]
    titles = {page.path: page.title for page in plan.pages.values()} if plan else {}
    pages = sorted(
        ((titles.get(path, ""), path, size) for path, size in made.manifest["pages"].items()),
        key=lambda entry: -entry[2],
    )
    before = (
        Artifact.objects.filter(
            platform=made.platform, environment=made.environment, status=Status.READY, number__lt=made.number
        )
        .order_by("-number")
        .first()
    )
    changes = differences(before, made) if before else None
    return {
        "packages": packages,
        "pages": pages,
        "before": before,
        "growth": made.size - before.size if before else 0,
        "changes": changes,
        "tools": made.manifest["tools"].items(),
    }


PAGES: list[tuple[str, Callable[..., HttpResponseBase], str]] = [
    ("builds/", page, "builds"),
    ("builds/<int:number>/", one, "build"),
    ("builds/<int:number>/progress/", progress, "build_progress"),
    ("builds/<int:number>/cancel/", cancel, "build_cancel"),
    ("builds/<int:number>/delete/", delete, "build_delete"),
    ("builds/<int:number>/package.zip", package, "build_package"),
    ("builds/<int:number>/manifest.json", manifest, "build_manifest"),
]
