"""Getting in: by a one-time link or a password, and what one sees when locked out."""

from __future__ import annotations

from typing import Any

from axes.helpers import get_cool_off
from django import forms
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect

from fangcun.doors.console.model_admin import actor_of
from fangcun.identity.staff.services import redeem_login_link, set_password
from fangcun.kernel.errors import DomainError


@never_cache
@csrf_protect
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Open the console with a link that works once. It takes a click, so that link previews don't use it up."""
    if request.method != "POST":
        return render(request, "console/enter.html")
    try:
        user = redeem_login_link(token=token, ip=request.META.get("REMOTE_ADDR"))
    except DomainError as refused:
        return render(request, "console/enter.html", {"refused": str(refused)}, status=refused.status)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    if not user.has_usable_password():
        messages.info(request, _("这个登录链接只能使用一次。请在左下角的账号菜单中设置密码，方便下次登录。"))
    return redirect("admin:index")


def locked_out(
    request: HttpRequest, original_response: HttpResponse | None = None, credentials: Any = None
) -> HttpResponse:
    """What somebody sees who typed a wrong password too often: what happened, and when to try again."""
    pause = get_cool_off(request)
    until = timezone.localtime(timezone.now() + pause)
    answer = render(request, "console/locked_out.html", {"until": until}, status=429)
    answer.headers["Retry-After"] = str(int(pause.total_seconds()))
    return answer


def _new_password(label: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, widget=widget, strip=False)


class PasswordForm(forms.Form):
    password = _new_password(gettext_lazy("新密码"))
    again = _new_password(gettext_lazy("再输一次"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            raise ValidationError({"again": _("两次输入不一致")})
        if data.get("password"):
            try:
                validate_password(data["password"], self.user)
            except ValidationError as weak:
                raise ValidationError({"password": weak.messages}) from None
        return data


def own_password(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Set one's own password: who came in by a link needs one for the next time. One stays logged in."""
    if not request.user.is_authenticated:
        raise PermissionDenied
    form = PasswordForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        set_password(request.user, form.cleaned_data["password"], by=actor_of(request))
        update_session_auth_hash(request, request.user)
        messages.success(request, _("密码已设置。在其他设备上需要用新密码重新登录。"))
        return redirect("admin:index")
    return render(request, "console/password.html", {**context, "title": _("设置密码"), "form": form})
