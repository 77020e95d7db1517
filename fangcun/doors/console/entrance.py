"""Getting in by a one-time link."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect

from fangcun.identity.staff.services import redeem_login_link
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
        messages.info(request, _("这个登录链接只能使用一次。请在右上角账号菜单中设置密码，方便下次登录。"))
    return redirect("admin:index")
