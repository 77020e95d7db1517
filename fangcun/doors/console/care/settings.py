"""How often and when customers are written to unasked, and by whom texts are sent."""

from __future__ import annotations

from django import forms
from django.conf import settings as platform
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from fangcun.doors.console.care.frame import frame, guard
from fangcun.doors.console.forms import RefusableForm, SecretField
from fangcun.doors.console.model_admin import actor_of
from fangcun.grow.messaging.models import TextProvider
from fangcun.grow.messaging.queries import text_settings
from fangcun.grow.messaging.reaching import pace
from fangcun.grow.messaging.services import set_pace, set_texting
from fangcun.grow.messaging.texting import reply_secret
from fangcun.kernel.errors import DomainError


def _line(label: object, **options: object) -> forms.CharField:
    return forms.CharField(label=label, widget=UnfoldAdminTextInputWidget, **options)  # type: ignore[arg-type]


class PaceForm(RefusableForm):
    """When nobody is disturbed, and how often anybody is at most."""

    quiet_from = forms.TimeField(label=_("免打扰开始"), widget=UnfoldAdminTextInputWidget)
    quiet_until = forms.TimeField(label=_("免打扰结束"), widget=UnfoldAdminTextInputWidget)
    a_day = forms.IntegerField(label=_("每人每天最多（条）"), widget=UnfoldAdminTextInputWidget)
    a_week = forms.IntegerField(label=_("每人每周最多（条）"), widget=UnfoldAdminTextInputWidget)


class TextingForm(RefusableForm):
    """By whom texts are sent."""

    provider = forms.ChoiceField(
        label=_("服务商"), choices=TextProvider.choices, widget=UnfoldAdminSelectWidget
    )
    sign_name = _line(_("短信签名"), required=False, max_length=30)
    key_id = _line("AccessKey ID / SecretId", required=False, max_length=128)
    secret = SecretField(label="AccessKey Secret / SecretKey")
    application = _line("SdkAppId", required=False, max_length=30, help_text=_("只有腾讯云需要"))
    region = _line(_("地域"), required=False, max_length=30, help_text=_("腾讯云，默认 ap-guangzhou"))


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """Both on one page; each is saved by its own button."""
    context = frame(request)
    if request.method == "POST":
        guard(request)
    which = request.POST.get("which", "")
    shop, texting = pace(), text_settings()
    quiet = PaceForm(
        request.POST if which == "pace" else None,
        initial={
            "quiet_from": f"{shop.quiet_from:%H:%M}",
            "quiet_until": f"{shop.quiet_until:%H:%M}",
            "a_day": shop.a_day,
            "a_week": shop.a_week,
        },
    )
    names = ("provider", "sign_name", "key_id", "application", "region")
    sending = TextingForm(
        request.POST if which == "texting" else None, initial={name: getattr(texting, name) for name in names}
    )
    if which == "pace" and _saved(request, quiet):
        return redirect("admin:care_settings")
    if which == "texting" and _saved(request, sending):
        return redirect("admin:care_settings")
    context |= {
        "title": _t("短信与打扰上限"),
        "pace": quiet,
        "texting": sending,
        "has_secret": bool(texting.secret),
        "replies": [
            (label, f"{platform.PUBLIC_URL}/callbacks/sms/{value}/{reply_secret(value)}")
            for value, label in TextProvider.choices
            if value != TextProvider.INBOX
        ]
        if context["may_change"]
        else [],
    }
    return render(request, "console/care/settings.html", context)


def _saved(request: HttpRequest, form: RefusableForm) -> bool:
    if not form.is_valid():
        return False
    by, data = actor_of(request), form.cleaned_data
    try:
        if isinstance(form, PaceForm):
            set_pace(
                quiet_from=data["quiet_from"],
                quiet_until=data["quiet_until"],
                a_day=data["a_day"],
                a_week=data["a_week"],
                by=by,
            )
        else:
            set_texting(**data, by=by)
    except DomainError as refused:
        form.refuse(refused)
        return False
    messages.success(request, _t("已保存"))
    return True
