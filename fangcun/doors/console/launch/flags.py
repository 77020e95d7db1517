"""Feature flags in the console: what is switched on for whom, who changed it, and the emergency stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from fangcun.build.flags import services
from fangcun.build.flags.errors import FlagUnknown
from fangcun.build.flags.models import Flag
from fangcun.build.flags.queries import flag_of, flags, history_of
from fangcun.build.flags.services import FlagSpec
from fangcun.doors.console.audit_words import action_name
from fangcun.doors.console.forms import RefusableForm
from fangcun.doors.console.launch.frame import frame, guard
from fangcun.doors.console.model_admin import actor_of
from fangcun.identity.programs.models import Program
from fangcun.insight.segments.queries import segments
from fangcun.kernel.errors import DomainError
from fangcun.kernel.models import AuditEntry

PAGE = 25


class FlagForm(RefusableForm):
    """What is switched on, for whom."""

    key = forms.CharField(
        label=_("标识（代码里用）"), max_length=40, widget=UnfoldAdminTextInputWidget(),
        help_text=_("小写字母、数字和下划线，例如 new_checkout"),
    )  # fmt: skip
    name = forms.CharField(label=_("名称"), max_length=60, widget=UnfoldAdminTextInputWidget())
    description = forms.CharField(
        label=_("说明"), max_length=500, required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2})
    )
    is_on = forms.BooleanField(label=_("打开"), required=False, widget=UnfoldBooleanSwitchWidget())
    percent = forms.IntegerField(
        label=_("比例（%）"), min_value=0, max_value=100, widget=UnfoldAdminIntegerFieldWidget(),
        help_text=_("同一个人每次结果相同；调大时已打开的人保持打开"),
    )  # fmt: skip
    program = forms.ModelChoiceField(
        Program.objects.filter(is_active=True), label=_("小程序"), required=False, empty_label=_("全部"),
        widget=UnfoldAdminSelectWidget(),
    )  # fmt: skip
    segment_id = forms.TypedChoiceField(
        label=_("人群"), required=False, coerce=int, empty_value=None, widget=UnfoldAdminSelectWidget()
    )
    min_version = forms.CharField(
        label=_("最低版本"), max_length=32, required=False, widget=UnfoldAdminTextInputWidget()
    )
    max_version = forms.CharField(
        label=_("最高版本"), max_length=32, required=False, widget=UnfoldAdminTextInputWidget()
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["segment_id"].choices = [  # type: ignore[attr-defined]  # a choice field
            ("", _("所有人")), *((one.pk, one.name) for one in segments())
        ]  # fmt: skip

    def spec(self) -> FlagSpec:
        """What was filled in."""
        data = dict(self.cleaned_data)
        program = data.pop("program")
        return FlagSpec(program_id=program.pk if program else None, **data)


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """All flags, and the form of a new one."""
    context = frame(request, _t("开关"))
    form = FlagForm(request.POST or None, initial={"percent": 100})
    if request.method == "POST":
        guard(request)
        if form.is_valid():
            try:
                made = services.create_flag(form.spec(), by=actor_of(request))
            except DomainError as refused:
                form.refuse(refused)
            else:
                return redirect("admin:launch_flag", made.key)
    shown = Paginator(flags(), PAGE).get_page(request.GET.get("page"))
    context |= {"form": form, "page": shown, "rows": [(one, *state_of(one)) for one in shown]}
    return render(request, "console/launch/flags.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, key: str) -> HttpResponse:
    """One flag: how it is set, how it is stopped, and who did what."""
    context = frame(request, "")
    flag = _found(key)
    context["title"] = flag.name
    form = FlagForm(request.POST or None, initial=_filled(flag))
    form.fields["key"].disabled = True
    if request.method == "POST":
        guard(request)
        if form.is_valid():
            try:
                services.change_flag(flag, form.spec(), by=actor_of(request))
            except DomainError as refused:
                form.refuse(refused)
            else:
                messages.success(request, _t("已保存"))
                return redirect("admin:launch_flag", key)
    tone, words = state_of(flag)
    history = Paginator(history_of(flag), PAGE).get_page(request.GET.get("page"))
    context |= {
        "flag": flag,
        "form": form,
        "tone": tone,
        "state": words,
        "stale": flag.is_stale(timezone.now()),
        "page": history,
        "history": [(entry, action_name(entry.action), _changes(entry, form)) for entry in history],
    }
    return render(request, "console/launch/flag.html", context, status=400 if form.errors else 200)


@require_POST
def act(request: HttpRequest, key: str, verb: str) -> HttpResponse:
    """Stop a flag at once, lift the stop, or delete it."""
    guard(request)
    flag, by, because = _found(key), actor_of(request), request.POST.get("because", "")
    try:
        match verb:
            case "kill":
                services.kill_flag(flag, because=because, by=by)
                messages.success(request, _t("已紧急关闭，几秒内对所有人生效"))
            case "restore":
                services.restore_flag(flag, because=because, by=by)
            case "delete":
                services.delete_flag(flag, by=by)
                messages.success(request, _t("已删除"))
                return redirect("admin:launch_flags")
            case _unknown:
                raise Http404
    except DomainError as refused:
        messages.error(request, str(refused))
    return redirect("admin:launch_flag", key)


def state_of(flag: Flag) -> tuple[str, str]:
    """How a flag stands: a colour and words."""
    if flag.killed_at is not None:
        return "bad", _t("已紧急关闭")
    if not flag.is_on or flag.percent == 0:
        return "quiet", _t("关")
    if flag.is_stale(timezone.now()):
        return "warn", _t("全量超过 30 天，可以从代码里删掉了")
    return "good", _t("开") if flag.percent == 100 else _t("对 {percent}% 的人打开").format(
        percent=flag.percent
    )


def _changes(entry: AuditEntry, form: FlagForm) -> list[tuple[str, object]]:
    """What an entry set, in the words of the form; what was left empty is not told."""
    words = {name: str(field.label) for name, field in form.fields.items()} | {"program_id": str(_("小程序"))}
    shown = {True: _t("是"), False: _t("否")}
    return [
        (words.get(name, name), shown.get(value, value) if isinstance(value, bool) else value)
        for name, value in (entry.after or {}).items()
        if value not in (None, "")
    ]


def _filled(flag: Flag) -> dict[str, Any]:
    spec = services.spec_of(flag)
    return {name: getattr(spec, name) for name in spec.__slots__} | {"program": flag.program}


def _found(key: str) -> Flag:
    try:
        return flag_of(key)
    except FlagUnknown as missing:
        raise Http404(str(missing)) from None


PAGES: list[tuple[str, Callable[..., HttpResponseBase], str]] = [
    ("flags/", page, "flags"),
    ("flags/<slug:key>/", one, "flag"),
    ("flags/<slug:key>/do/<slug:verb>", act, "flag_act"),
]
