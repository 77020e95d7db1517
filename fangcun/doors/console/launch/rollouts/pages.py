"""The pages of rollouts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from fangcun.build.flags.models import Flag
from fangcun.build.rollout import services
from fangcun.build.rollout.errors import RolloutUnknown
from fangcun.build.rollout.models import Rollout
from fangcun.build.rollout.queries import looks_of, rollout_of, rollouts, running_version, versions_lately
from fangcun.build.rollout.services import STEPS
from fangcun.build.rollout.states import RolloutStatus
from fangcun.doors.console.forms import RefusableForm
from fangcun.doors.console.launch.frame import frame, guard
from fangcun.doors.console.launch.rollouts.shown import course, shown
from fangcun.doors.console.model_admin import actor_of
from fangcun.identity.programs.models import Program
from fangcun.identity.programs.queries import main_program
from fangcun.kernel.errors import DomainError

PAGE = 25
TONES = {
    RolloutStatus.RUNNING: "info",
    RolloutStatus.HELD: "warn",
    RolloutStatus.FINISHED: "good",
    RolloutStatus.TURNED_BACK: "bad",
}


class RolloutForm(RefusableForm):
    """A version and how it is given out."""

    program = forms.ModelChoiceField(
        Program.objects.filter(is_active=True), label=_("小程序"), widget=UnfoldAdminSelectWidget()
    )
    version = forms.CharField(label=_("新版本"), max_length=32, widget=UnfoldAdminTextInputWidget())
    against = forms.CharField(
        label=_("现有版本"), max_length=32, required=False, widget=UnfoldAdminTextInputWidget(),
        help_text=_("和它在同一时段比较；第一次发布留空，按常见水平把关；只逐步打开一个功能时，和新版本填同一个"),
    )  # fmt: skip
    steps = forms.CharField(
        label=_("步骤（%）"), max_length=60, widget=UnfoldAdminTextInputWidget(),
        help_text=_("逐步增大，最后是 100；小店可从 5 开始，1% 的人太少"),
    )  # fmt: skip
    flag = forms.ModelChoiceField(
        Flag.objects.order_by("key"), label=_("跟随的开关"), required=False, empty_label=_("不跟随"),
        widget=UnfoldAdminSelectWidget(), help_text=_("开关的比例随步骤变化，回退时关掉"),
    )  # fmt: skip

    def clean_steps(self) -> list[int]:
        """The steps as numbers."""
        words = self.cleaned_data["steps"].replace("，", ",").replace("%", "").replace("、", ",").split(",")
        try:
            return [int(word) for word in words if word.strip()]
        except ValueError:
            raise forms.ValidationError(_t("请写成 5, 20, 50, 100 这样")) from None


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """All rollouts, which versions phones run, and the form of a new one."""
    context = frame(request, _t("放量"))
    program = main_program()
    initial = {
        "program": program,
        "against": running_version(program.pk) if program else "",
        "steps": ", ".join(map(str, STEPS)),
    }
    form = RolloutForm(request.POST or None, initial=initial)
    if request.method == "POST":
        guard(request, "launch.release")
        if form.is_valid():
            data = dict(form.cleaned_data)
            try:
                made = services.start_rollout(program_id=data.pop("program").pk, by=actor_of(request), **data)
            except DomainError as refused:
                form.refuse(refused)
            else:
                return redirect("admin:launch_rollout", made.pk)
    found = Paginator(rollouts(), PAGE).get_page(request.GET.get("page"))
    names = dict(Program.objects.values_list("id", "name"))
    context |= {
        "form": form,
        "page": found,
        "rows": [(one, TONES[RolloutStatus(one.status)]) for one in found],
        "versions": [(row, names.get(row.program_id, "")) for row in versions_lately()[:PAGE]],
    }
    return render(request, "console/launch/rollouts.html", context, status=400 if form.errors else 200)


@require_safe
def one(request: HttpRequest, number: int) -> HttpResponse:
    """One rollout: its steps, each metric of both versions, every decision."""
    context = frame(request, "")
    rollout = _found(number)
    context |= _about(request, rollout) | {
        "title": _t("{version} 放量").format(version=rollout.version),
        "course": course(rollout),
    }
    return render(request, "console/launch/rollout.html", context)


@require_safe
def live(request: HttpRequest, number: int) -> HttpResponse:
    """The part of the page that changes; when the rollout has moved, the whole page comes again."""
    context = frame(request, "")
    rollout = _found(number)
    answer = render(
        request, "console/launch/rollout_live.html", context | _about(request, rollout) | {"again": True}
    )
    if request.GET.get("at") != _mark(rollout):
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
def act(request: HttpRequest, number: int, verb: str) -> HttpResponse:
    """What the staff decide."""
    guard(request, "launch.release")
    rollout, by, because = _found(number), actor_of(request), request.POST.get("because", "")
    try:
        match verb:
            case "hold":
                services.hold(rollout, because=because, by=by)
            case "resume":
                services.resume(rollout, because=because, by=by)
            case "finish":
                services.finish(rollout, because=because, by=by)
            case "overrule":
                services.overrule(rollout, request.POST.get("verdict", ""), because=because, by=by)
            case _unknown:
                raise Http404
    except DomainError as refused:
        messages.error(request, str(refused))
    return redirect("admin:launch_rollout", number)


def _about(request: HttpRequest, rollout: Rollout) -> dict[str, Any]:
    looks = Paginator(looks_of(rollout), PAGE).get_page(request.GET.get("page"))
    return {
        "rollout": rollout,
        "tone": TONES[RolloutStatus(rollout.status)],
        "mark": _mark(rollout),
        "page": looks,
        **shown(rollout, looks),
    }


def _mark(rollout: Rollout) -> str:
    return f"{rollout.status}-{rollout.place}"


def _found(number: int) -> Rollout:
    try:
        return rollout_of(number)
    except RolloutUnknown as missing:
        raise Http404(str(missing)) from None


PAGES: list[tuple[str, Callable[..., HttpResponseBase], str]] = [
    ("rollouts/", page, "rollouts"),
    ("rollouts/<int:number>/", one, "rollout"),
    ("rollouts/<int:number>/live", live, "rollout_live"),
    ("rollouts/<int:number>/do/<slug:verb>", act, "rollout_act"),
]
