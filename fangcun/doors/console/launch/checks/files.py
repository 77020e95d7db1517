"""Reports and pictures of inspections as files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from fangcun.build.checks.comparing import Comparison
from fangcun.build.checks.models import CheckRun
from fangcun.build.checks.queries import comparison, open_report, pictures_of, previous_run
from fangcun.build.checks.report import Report
from fangcun.build.checks.telling import as_html, as_json, as_sarif
from fangcun.doors.console.launch.checks.pages import found
from fangcun.doors.console.launch.frame import guard

Tell = Callable[[CheckRun, Report, Comparison | None], str]
KINDS: Final[dict[str, tuple[str, Tell]]] = {
    "html": (
        "text/html",
        lambda run, report, compared: as_html(report, pictures=pictures_of(run), compared=compared),
    ),
    "json": ("application/json", lambda _run, report, _compared: as_json(report)),
    "sarif": ("application/sarif+json", lambda _run, report, compared: as_sarif(report, compared=compared)),
}
PICTURES: Final = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}


@require_safe
def report(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The report of an inspection as a file: html, json or sarif."""
    guard(request, "launch.view")
    run = found(pk)
    said = open_report(run)
    if said is None or kind not in KINDS:
        raise Http404
    content, tell = KINDS[kind]
    text = tell(run, said, comparison(run, previous_run(run)))
    answer = HttpResponse(text, content_type=f"{content}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="check-{run.pk}.{kind}"'
    return answer


@require_safe
def picture(request: HttpRequest, pk: int, name: str) -> FileResponse:
    """A screenshot that a walk took."""
    guard(request, "launch.view")
    folder = pictures_of(found(pk)).resolve()
    file = (folder / name).resolve()
    kind = PICTURES.get(file.suffix.lower())
    if kind is None or not file.is_relative_to(folder) or not file.is_file():
        raise Http404
    return FileResponse(file.open("rb"), content_type=kind)
