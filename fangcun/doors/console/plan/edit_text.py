"""The text of a draft: written by hand, checked while one types, saved by itself."""

from __future__ import annotations

import functools
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fangcun.blueprint.document import Blueprint, json_schema
from fangcun.blueprint.findings import Finding
from fangcun.blueprint.vocabulary import SIMPLE_TYPES
from fangcun.doors.console.model_admin import actor_of
from fangcun.doors.console.plan.edit_examined import examined
from fangcun.doors.console.plan.edit_frame import draft_page, finding_links, link, needs, page, saved_words
from fangcun.doors.console.plan.edit_labels import CHOICES, FIELDS
from fangcun.doors.console.plan.revisions_text import hunks
from fangcun.kernel.errors import DomainError
from fangcun.plan.revisions import queries
from fangcun.plan.revisions.errors import DraftChanged, DraftUnknown
from fangcun.plan.revisions.models import Draft
from fangcun.plan.revisions.services import save_draft


@require_http_methods(["GET", "HEAD", "POST"])
@needs("plan.change")
def text(request: HttpRequest, draft_id: int) -> HttpResponse:
    """The text in an editor; posted from a browser without scripts it is saved."""
    try:
        draft = queries.draft(draft_id)
    except DraftUnknown as gone:
        if request.method != "POST":
            raise
        typed = [("YAML", request.POST.get("text", ""))]
        return page(request, "console/plan/edit_gone.html", {"title": str(gone), "typed": typed}, status=404)
    if request.method != "POST":
        return _text(request, draft, draft.text, draft.version)
    mine = posted(request)
    try:
        draft = save_draft(draft_id=draft_id, text=mine, version=_version(request), by=actor_of(request))
    except DraftChanged as changed:
        theirs, version = changed.details["text"], changed.details["version"]
        messages.error(request, str(changed))
        return _text(
            request, queries.draft(draft_id), mine, version, conflict=hunks(theirs, mine), status=409
        )
    except DomainError as refused:
        messages.error(request, str(refused))
        return _text(request, draft, mine, _version(request), status=refused.status)
    messages.success(request, _("已保存到草稿"))
    return redirect(link("plan_edit_text", draft_id))


def _text(
    request: HttpRequest, draft: Draft, shown: str, version: int, conflict: Any = None, status: int = 200
) -> HttpResponse:
    line = request.GET.get("line", "")
    context = {
        "text": shown,
        "version": version,
        "conflict": conflict,
        "unsaved": shown != draft.text,
        "findings": finding_links(draft, examined(shown).findings),
        "save_link": link("plan_edit_text", draft.pk),
        "setup": {
            "line": int(line) if line.isascii() and line.isdigit() and len(line) < 7 else None,
            "findings": [_told(one) for one in examined(shown).findings],
            "check": link("plan_edit_check", draft.pk),
            "save": link("plan_edit_save", draft.pk),
            "schema": link("plan_edit_schema"),
            "words": _words(),
            "phrases": _phrases(),
        },
    }
    return draft_page(request, "console/plan/edit_yaml.html", draft, context, way="yaml", status=status)


@require_POST
@needs("plan.change")
def check(request: HttpRequest, draft_id: int) -> JsonResponse:
    """What is wrong with a text, as a list; nothing is saved."""
    return JsonResponse([_told(one) for one in examined(posted(request)).findings], safe=False)


@require_POST
@needs("plan.change")
def save(request: HttpRequest, draft_id: int) -> JsonResponse:
    """Save a text; 409 with the newer text when somebody else saved in between."""
    try:
        draft = save_draft(
            draft_id=draft_id, text=posted(request), version=_version(request), by=actor_of(request)
        )
    except DraftChanged as changed:
        details = changed.details
        told = {"problem": str(changed), "text": details["text"], "version": details["version"]}
        return JsonResponse(told, status=changed.status)
    except DomainError as refused:
        return JsonResponse({"problem": str(refused)}, status=refused.status)
    return JsonResponse({"version": draft.version, "saved": saved_words(draft)})


@require_safe
@needs("plan.change")
def schema(request: HttpRequest) -> JsonResponse:
    """The format as a JSON Schema, and what its words mean, for completion."""
    answer = JsonResponse(
        {
            "schema": _schema(),
            "words": {word: str(name) for word, name in CHOICES.items()},
            "labels": _labels(),
            "types": [*SIMPLE_TYPES, '"enum(a, b)"'],
        }
    )
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


@functools.cache
def _schema() -> dict[str, Any]:
    return json_schema()


def _labels() -> dict[str, str]:
    """What a key is called, where it is called the same everywhere."""
    names: dict[str, set[str]] = {}
    for key, label in FIELDS.items():
        names.setdefault(key.partition(".")[2], set()).add(str(label.name))
    top = {key: str(FIELDS[f"{Blueprint.__name__}.{key}"].name) for key in Blueprint.__dataclass_fields__}
    return {
        key: top.get(key) or next(iter(said)) for key, said in names.items() if key in top or len(said) == 1
    }


def posted(request: HttpRequest) -> str:
    """The text that was sent, with the line breaks of YAML: forms send their own."""
    return request.POST.get("text", "").replace("\r\n", "\n")


def _version(request: HttpRequest) -> int:
    version = request.POST.get("version", "")
    return int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0


def _told(finding: Finding) -> dict[str, Any]:
    return {**finding.as_json(), "column": finding.column}


def _words() -> dict[str, str]:
    return {
        "unsaved": _("有未保存的改动"),
        "saving": _("正在保存…"),
        "saved": _("已保存"),
        "failed": _("没有保存，稍后自动重试"),
        "offline": _("网络不通，内容还在这里，稍后自动重试"),
        "compare": _("逐处对照"),
        "mine": _("用我的"),
        "theirs": _("用同事的"),
        "comparing": _("红色是同事的，绿色是您的：逐处接受或拒绝，然后保存"),
        "undoable": _("已换成同事的内容；Ctrl-Z 可以找回您的"),
        "line": _("第 %s 行"),
        "clean": _("没有错误，也没有提醒。"),
    }


def _phrases() -> dict[str, str]:
    """The editor's own words."""
    return {
        "Find": _("查找"),
        "Replace": _("替换为"),
        "next": _("下一个"),
        "previous": _("上一个"),
        "all": _("全部"),
        "match case": _("区分大小写"),
        "regexp": _("正则"),
        "by word": _("整词"),
        "replace": _("替换"),
        "replace all": _("全部替换"),
        "close": _("关闭"),
        "Go to line": _("转到行"),
        "go": _("转到"),
        "current match": _("当前匹配"),
        "on line": _("在行"),
        "replaced match on line $": _("已替换第 $ 行的匹配"),
        "replaced $ matches": _("已替换 $ 处"),
        "No diagnostics": _("没有问题"),
        "Diagnostics": _("问题"),
        "Folded lines": _("折叠的行"),
        "Unfolded lines": _("展开的行"),
        "to": _("到"),
        "folded code": _("折叠的内容"),
        "unfold": _("展开"),
        "Fold line": _("折叠"),
        "Unfold line": _("展开"),
        "Completions": _("补全"),
        "Accept": _("用我的"),
        "Reject": _("用同事的"),
    }
