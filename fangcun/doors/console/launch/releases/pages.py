"""All releases, and one with everything that is known of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from fangcun.build.artifacts.models import Artifact, Environment, Platform, Status
from fangcun.build.checks.pack import rules
from fangcun.build.checks.queries import is_good, latest_run
from fangcun.build.flags.queries import flags
from fangcun.build.release.errors import ReleaseUnknown
from fangcun.build.release.guidance import guide
from fangcun.build.release.kit.keeping import kit_page
from fangcun.build.release.looking import quotas
from fangcun.build.release.models import USUAL_STEPS, Attempt, Release
from fangcun.build.release.nexts import next_of
from fangcun.build.release.queries import (
    attempts_of,
    errand_under_way,
    errands_of,
    failed_errand,
    history_of,
    open_release,
    pass_of,
    release_of,
    releases,
)
from fangcun.build.release.services import new_release
from fangcun.build.release.services.watching import watch_of
from fangcun.build.release.states import Channel, ErrandStatus, ReleaseStatus
from fangcun.build.rollout.queries import looks_of
from fangcun.build.rollout.words import VERDICT_WORDS, said
from fangcun.doors.console.forms import RefusableForm
from fangcun.doors.console.launch.frame import frame, guard
from fangcun.doors.console.launch.releases.line import TONES, line_of
from fangcun.doors.console.model_admin import actor_of
from fangcun.identity.programs.models import Program
from fangcun.identity.programs.queries import main_program
from fangcun.kernel.errors import DomainError, GatewayError

PAGE = 25


class StepsField(forms.Field):
    """Percents with commas between."""

    widget = UnfoldAdminTextInputWidget

    def to_python(self, value: Any) -> list[int]:
        text = str(value or "").replace("，", ",")
        try:
            return [int(one) for one in text.split(",") if one.strip()]
        except ValueError:
            raise forms.ValidationError(_t("例如 1,5,20,50,100")) from None

    def prepare_value(self, value: Any) -> Any:
        return ",".join(map(str, value)) if isinstance(value, list | tuple) else value


class NewForm(RefusableForm):
    """What is released, how, and what is told about it."""

    program = forms.ModelChoiceField(
        Program.objects.filter(is_active=True), label=_("小程序"), widget=UnfoldAdminSelectWidget()
    )
    channel = forms.ChoiceField(label=_("渠道"), choices=Channel, widget=UnfoldAdminSelectWidget())
    artifact = forms.ModelChoiceField(
        Artifact.objects.none(), label=_("构建"), widget=UnfoldAdminSelectWidget(),
        help_text=_("正式环境的微信构建，版本号要比上一次发布的大"),
    )  # fmt: skip
    note = forms.CharField(
        label=_("版本说明"), max_length=100, required=False, widget=UnfoldAdminTextInputWidget()
    )
    value_text = forms.CharField(
        label=_("这次更新的价值"), max_length=500, required=False, widget=UnfoldAdminTextInputWidget(),
        help_text=_("审核会看到；留空则从蓝图的变化得出"),
    )  # fmt: skip
    steps = StepsField(label=_("灰度步骤（%）"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["artifact"]
        field.queryset = fit_artifacts()  # type: ignore[attr-defined]


def fit_artifacts() -> Any:
    """The builds that may be released, the newest first."""
    return Artifact.objects.filter(
        status=Status.READY, platform=Platform.WEIXIN, environment=Environment.RELEASE
    ).defer("manifest", "error")


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The releases there are, and the form that begins one."""
    context = frame(request, pgettext("release", "发布"))
    program = main_program()
    initial = {
        "program": program,
        "channel": Channel.CI,
        "artifact": fit_artifacts().first(),
        "steps": list(USUAL_STEPS),
    }
    form = NewForm(request.POST or None, initial=initial)
    if request.method == "POST":
        guard(request, "launch.release")
        if form.is_valid():
            given = form.cleaned_data
            try:
                made = new_release(**{**given, "artifact": given["artifact"].number}, by=actor_of(request))
            except DomainError as refused:
                form.refuse(refused)
            else:
                return redirect("admin:launch_release", made.pk)
    shown = Paginator(releases(), PAGE).get_page(request.GET.get("page"))
    context |= {
        "form": form,
        "page": shown,
        "rows": [(one, TONES[ReleaseStatus(one.status)]) for one in shown],
        "builds": fit_artifacts().exists(),
        "running": open_release(program.pk) if program else None,
    }
    return render(request, "console/launch/releases.html", context, status=400 if form.errors else 200)


@require_safe
def one(request: HttpRequest, number: int) -> HttpResponse:
    """One release: its line, the next step, what is under way, what was said and done."""
    context = frame(request, _t("发布 #{number}").format(number=number))
    release = found(number)
    history = history_of(release)
    attempts = attempts_of(release)
    known = rules()
    context |= {
        "one": release,
        "tone": TONES[ReleaseStatus(release.status)],
        "line": line_of(release, {step.target for step in history}),
        "attempts": attempts,
        "attempt": attempts[0],
        "refusals": [_refusal(one, known) for one in attempts if one.items.all()],
        "history": [
            (step, ReleaseStatus(step.target).label, TONES[ReleaseStatus(step.target)]) for step in history
        ],
        "errands": errands_of(release),
        "has_kit": kit_page(number).exists(),
        "builds": fit_artifacts().exclude(pk=release.artifact_id)[:10],
        "run": (run := latest_run(release.artifact)),
        "run_good": run is not None and is_good(run),
        "flags": flags(),
        "review_pass": pass_of(release),
        **_watch(release),
        **_now(release),
    }
    return render(request, "console/launch/release.html", context)


def _watch(release: Release) -> dict[str, Any]:
    """The watch over the version's health, with what was decided last and why."""
    watch = watch_of(release)
    look = looks_of(watch).first() if watch is not None else None
    found = look.found if look is not None else None
    return {
        "watch": watch,
        "look": look,
        "verdict": VERDICT_WORDS.get(look.verdict, look.verdict) if look is not None else "",
        "reasons": [said(reason) for reason in found.reasons] if found is not None else [],
    }


def _now(release: Release) -> dict[str, Any]:
    errand = errand_under_way(release)
    by_hand = errand is not None and errand.status == ErrandStatus.BY_HAND
    failed = failed_errand(release)
    return {
        "next": next_of(release),
        "errand": errand,
        "guide": guide(errand) if errand is not None and by_hand else None,
        "failed": failed if failed is not None and errand is None else None,
        "stamp": _stamp(release),
        "is_busy": _is_busy(release),
    }


@require_safe
def live(request: HttpRequest, number: int) -> HttpResponse:
    """What is under way, again; the whole page when the release moved on."""
    guard(request, "launch.view")
    release = found(number)
    if request.GET.get("v") != _stamp(release):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "console/launch/release_errand.html", {"one": release, **_now(release)})


@require_safe
def quota(request: HttpRequest, number: int) -> HttpResponse:
    """How much is left of what WeChat counts; asked of WeChat when the page is open."""
    guard(request, "launch.view")
    found(number)
    try:
        context: dict[str, Any] = {"left": quotas(number)}
    except GatewayError as trouble:
        context = {"trouble": str(trouble)}
    return render(request, "console/launch/release_quota.html", context)


def found(number: int) -> Release:
    """A release of that number, or nothing is there."""
    try:
        return release_of(number)
    except ReleaseUnknown as missing:
        raise Http404 from missing


def _is_busy(release: Release) -> bool:
    """Whether the page should look again by itself."""
    if errand_under_way(release) is not None:
        return True
    waits = (ReleaseStatus.UPLOADED, ReleaseStatus.SUBMITTED, ReleaseStatus.ROLLING_OUT)
    return release.status in waits


def _stamp(release: Release) -> str:
    errand = errand_under_way(release) or failed_errand(release)
    attempt = Attempt.objects.get(release=release, number=release.attempt)
    parts = (
        release.status,
        release.attempt,
        release.percent,
        release.held,
        errand.pk if errand else 0,
        errand.status if errand else "",
        attempt.privacy is not None,
        attempt.declared_at is not None,
        attempt.delayed_at is not None,
    )
    return "-".join(str(part) for part in parts)


def _refusal(attempt: Attempt, known: Any) -> dict[str, Any]:
    items = list(attempt.items.all())
    return {
        "attempt": attempt,
        "items": [(item, [known[rule] for rule in item.rules if rule in known]) for item in items],
        "open": sum(item.settled_at is None for item in items),
    }
