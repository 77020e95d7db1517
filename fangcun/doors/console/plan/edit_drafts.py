"""Drafts: which there are, how one begins and how one ends without being published."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fangcun.doors.console.model_admin import actor_of
from fangcun.doors.console.plan.edit_examined import examined
from fangcun.doors.console.plan.edit_frame import base_words, link, needs, page, saved_words, title_of
from fangcun.kernel.errors import DomainError
from fangcun.plan.revisions import queries
from fangcun.plan.revisions.models import Draft
from fangcun.plan.revisions.samples import sample_text
from fangcun.plan.revisions.services import discard_draft, start_draft

SAMPLE, BLANK, CURRENT = "sample", "blank", "current"


@require_safe
@needs("plan.change")
def drafts(request: HttpRequest) -> HttpResponse:
    """All drafts, one's own first. With a path it leads on to the draft that shows it."""
    rows = queries.drafts()
    me = actor_of(request)
    rows.sort(key=lambda draft: draft.author != me.name)
    if (asked := _asked(request, rows)) is not None:
        return redirect(asked)
    texts = dict(Draft.objects.filter(pk__in=[draft.pk for draft in rows]).values_list("pk", "text"))
    path = request.GET.get("path", "")
    context = {
        "title": _("编辑蓝图"),
        "drafts": [_row(draft, texts.get(draft.pk, ""), path) for draft in rows],
        "starts": _starts(),
        "path": path,
    }
    return page(request, "console/plan/edit_drafts.html", context)


def _asked(request: HttpRequest, rows: list[Draft]) -> str | None:
    """The page that a finding or another page leads to, when it is clear which draft is meant."""
    path, line = request.GET.get("path", ""), request.GET.get("line", "")
    ids = {str(draft.pk): draft for draft in rows}
    draft = ids.get(request.GET.get("draft", "")) or (rows[0] if len(rows) == 1 and (path or line) else None)
    if draft is None:
        return None
    if not path and line.isdigit():
        return link("plan_edit_text", draft.pk, line=line)
    return link("plan_edit_form", draft.pk, path=path)


def _row(draft: Draft, text: str, path: str) -> dict[str, Any]:
    found = examined(text)
    return {
        "title": title_of(draft),
        "base_words": base_words(draft),
        "saved_words": saved_words(draft),
        "link": link("plan_edit_form", draft.pk, path=path),
        "discard_link": link("plan_edit_discard", draft.pk),
        "errors": found.errors,
        "warnings": found.warnings,
    }


def _starts() -> list[dict[str, Any]]:
    starts = []
    if (newest := queries.newest_number()) is not None:
        hint = _("在已发布的内容上修改")
        starts.append(
            {"source": CURRENT, "icon": "edit_document", "name": _("从第 %s 版开始") % newest, "hint": hint}
        )
    return [
        *starts,
        {
            "source": SAMPLE,
            "icon": "nutrition",
            "name": _("从样例开始"),
            "hint": _("一家生鲜店的完整蓝图，改成自己的"),
        },
        {
            "source": BLANK,
            "icon": "note_add",
            "name": _("从空白开始"),
            "hint": _("只有各部分的标题，逐项填写"),
        },
    ]


@require_POST
@needs("plan.change")
def start(request: HttpRequest) -> HttpResponse:
    """Begin a draft and open it."""
    texts = {SAMPLE: "fresh-grocery", BLANK: "blank"}
    source = request.POST.get("source", "")
    text = sample_text(texts[source]) if source in texts else None
    draft = start_draft(text=text, note=request.POST.get("note", ""), by=actor_of(request))
    return redirect(link("plan_edit_form", draft.pk, path=request.POST.get("path", "")))


@require_POST
@needs("plan.change")
def discard(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Throw a draft away."""
    try:
        discard_draft(draft_id=draft_id, by=actor_of(request))
    except DomainError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("草稿已放弃"))
    return redirect(link("plan_edit"))
