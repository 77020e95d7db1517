"""The phone in the browser: the mini program's web build, bare and in a frame, and the front page."""

from __future__ import annotations

import re

from csp.constants import SELF
from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from fangcun.doors.phone.build import BuiltFile, built_file, is_built
from fangcun.identity.programs.queries import main_program

BRAND = "方寸"
PRIVACY_VERSION = "2026-11"
PEOPLE = ("小方", "小圆", "访客")
BOX_PAGES = (("cashier", "收银台"), ("clock", "时钟与故障"), ("notices", "支付通知"), ("inbox", "全部消息"))
_ZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))")


@require_safe
def h5(request: HttpRequest, name: str = "") -> HttpResponse:
    """A file of the mini program's web build; without a build, a page that says how to make one."""
    found = built_file(name or "index.html")
    if found is not None:
        return _file(request, found)
    if is_built() or (name and name != "index.html"):
        return HttpResponse("没有这个文件。", status=404, content_type="text/plain; charset=utf-8")
    return _not_built(request)


def _file(request: HttpRequest, found: BuiltFile) -> HttpResponse:
    if found.etag in request.headers.get("If-None-Match", ""):
        response: HttpResponse = HttpResponseNotModified()
    else:
        zipped = found.worth_zipping and bool(_ZIP.search(request.headers.get("Accept-Encoding", "")))
        response = HttpResponse(found.content(zipped=zipped), content_type=found.content_type)
        if zipped:
            response["Content-Encoding"] = "gzip"
    response["ETag"] = found.etag
    response["Cache-Control"] = found.cache_control
    if found.worth_zipping:
        patch_vary_headers(response, ["Accept-Encoding"])
    return response


def _not_built(request: HttpRequest) -> HttpResponse:
    response = render(request, "phone/not_built.html", {"brand": BRAND}, status=503)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def config(request: HttpRequest) -> JsonResponse:
    """What the web build must know before its first request; one build serves every installation."""
    program = main_program()
    response = JsonResponse(
        {
            "api_base": request.build_absolute_uri("/api/v1"),
            "program": program.appid if program else None,
            "box_url": settings.WECHATBOX_URL or None,
            "privacy_version": PRIVACY_VERSION,
            "brand": program.name if program else BRAND,
        },
        json_dumps_params={"ensure_ascii": False},
    )
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@xframe_options_sameorigin
@csp_replace({"script-src": [SELF], "style-src": [SELF], "frame-src": [SELF], "frame-ancestors": [SELF]})
def phone(request: HttpRequest) -> HttpResponse:
    """The mini program in a drawn phone, with the person who holds it and the messages WeChat brought beside."""
    if not is_built():
        return _not_built(request)
    program = main_program()
    box = settings.WECHATBOX_URL
    context = {
        "brand": program.name if program else BRAND,
        "appid": program.appid if program else "",
        "box_url": box,
        "box_pages": [(f"{box}/{path}", title) for path, title in BOX_PAGES],
        "people": PEOPLE,
    }
    return render(request, "phone/phone.html", context)


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """The site's own address: the demo phone where there is one, else a word on what this is."""
    if settings.WECHATBOX_URL:
        return redirect("phone")
    program = main_program()
    return render(request, "phone/front.html", {"brand": program.name if program else BRAND})
