"""What is handed in with a release: the dossier and the reviewer's kit."""

from __future__ import annotations

import json

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fangcun.build.release.dossier import fill
from fangcun.build.release.guards import submit_guards
from fangcun.build.release.kit.keeping import PICTURES, kit_folder, kit_page, kit_zip
from fangcun.build.release.looking import screenshot
from fangcun.build.release.models import Attempt
from fangcun.doors.console.launch.frame import frame, guard
from fangcun.doors.console.launch.releases.pages import found
from fangcun.kernel.errors import DomainError, GatewayError

PICTURE_KINDS = {b"\x89PNG": "image/png", b"\xff\xd8": "image/jpeg", b"GIF8": "image/gif"}
POLICY = "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; frame-ancestors 'self'"


@require_safe
def dossier(request: HttpRequest, number: int) -> HttpResponse:
    """The dossier as it would be handed in now; `?format=json` for a program."""
    context = frame(request, _("提审材料"))
    release = found(number)
    told = fill(release)
    if request.GET.get("format") == "json":
        text = json.dumps(told.as_json(), ensure_ascii=False, indent=2)
        return HttpResponse(
            text,
            content_type="application/json; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="dossier-{number}.json"'},
        )
    context |= {"one": release, "dossier": told, "guards": submit_guards(release, told)}
    return render(request, "console/launch/release_dossier.html", context)


@require_safe
def kit(request: HttpRequest, number: int) -> HttpResponse:
    """The reviewer's kit as the page that is handed in; it runs nothing."""
    guard(request, "launch.view")
    found(number)
    page = kit_page(number)
    if not page.exists():
        raise Http404
    text = page.read_text().replace(f'src="{PICTURES}/', 'src="kit/')
    return HttpResponse(text, headers={"Content-Security-Policy": POLICY})


@require_safe
def kit_file(request: HttpRequest, number: int) -> HttpResponseBase:
    """The reviewer's kit as one file."""
    guard(request, "launch.view")
    found(number)
    path = kit_zip(number)
    if not path.exists():
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"review-kit-{number}.zip")


@require_safe
def kit_picture(request: HttpRequest, number: int, name: str) -> HttpResponseBase:
    """One picture of the kit."""
    guard(request, "launch.view")
    found(number)
    folder = kit_folder(number) / PICTURES
    path = folder / name
    if path.parent != folder or path.suffix not in (".png", ".jpg") or not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"))


@require_safe
def shot(request: HttpRequest, number: int, attempt: int, place: int) -> HttpResponse:
    """A picture that the auditor added to a refusal; fetched from WeChat the first time."""
    guard(request, "launch.view")
    kept = Attempt.objects.filter(release=found(number), number=attempt).first()
    if kept is None:
        raise Http404
    try:
        picture = screenshot(kept, place)
    except (KeyError, DomainError, GatewayError) as gone:
        raise Http404 from gone
    kind = next((kind for start, kind in PICTURE_KINDS.items() if picture.startswith(start)), "")
    if not kind:
        raise Http404
    return HttpResponse(picture, content_type=kind, headers={"Content-Security-Policy": POLICY})
