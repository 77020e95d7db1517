"""From a draft to a revision: what changes with it, what stands in its way, and bringing it onto a newer revision."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fangcun.doors.console.model_admin import actor_of
from fangcun.doors.console.plan.edit_examined import examined
from fangcun.doors.console.plan.edit_frame import draft_page, finding_links, link, needs
from fangcun.doors.console.plan.revisions_words import areas_of, revision_name
from fangcun.identity.staff.queries import may
from fangcun.kernel.errors import DomainError
from fangcun.plan.revisions import queries
from fangcun.plan.revisions.errors import ConflictingRevision, MergeConflict
from fangcun.plan.revisions.models import Draft
from fangcun.plan.revisions.services import publish_draft, rebase_draft


@require_http_methods(["GET", "HEAD", "POST"])
@needs("plan.change")
def publish(request: HttpRequest, draft_id: int) -> HttpResponse:
    """What would change, then publish. Whatever is refused is explained, and the draft stays as it is."""
    draft = queries.draft(draft_id)
    if request.method != "POST":
        return _publish(request, draft)
    if not may(request.user, "plan.publish"):
        raise PermissionDenied
    message, version = request.POST.get("message", ""), request.POST.get("version", "")
    if version != str(draft.version):
        problem = _("%s 刚保存过这份草稿，请先看过现在的改动再发布。") % (draft.saved_by or draft.author)
        return _publish(request, draft, message, problem, status=409)
    try:
        revision = publish_draft(
            draft_id=draft.pk, version=draft.version, message=message, by=actor_of(request)
        )
    except ConflictingRevision:
        return _publish(request, draft, message, status=409)
    except DomainError as refused:
        return _publish(request, draft, message, str(refused), status=refused.status)
    messages.success(request, _("已发布：%s") % revision_name(revision.number))
    return redirect(link("plan_revision", revision.number))


def _publish(
    request: HttpRequest, draft: Draft, message: str = "", problem: str = "", status: int = 200
) -> HttpResponse:
    found, newest = examined(draft.text), queries.newest_number()
    findings = finding_links(draft, found.findings)
    if found.errors:
        findings = [one for one in findings if one[0].severity == "error"]
    conflict = None
    if newest is not None and newest != draft.base:
        since = [] if draft.base is None else queries.differences(draft.base, newest)
        conflict = {
            "base": _("空白") if draft.base is None else revision_name(draft.base),
            "newest": revision_name(newest),
            "areas": areas_of(since),
        }
    changes = queries.draft_differences(draft)
    context: dict[str, Any] = {
        "findings": findings,
        "conflict": conflict,
        "areas": areas_of(changes or []),
        "base_name": _("当前的蓝图") if newest is None else revision_name(newest),
        "is_first": newest is None,
        "message": message,
        "problem": problem,
        "unreadable": changes is None,
    }
    return draft_page(request, "console/plan/edit_publish.html", draft, context, way="publish", status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("plan.change")
def rebase(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Bring a draft onto the newest revision; what both sides changed is asked for, one by one."""
    draft = queries.draft(draft_id)
    if request.method != "POST":
        return _rebase(request, draft)
    choices = {
        name.removeprefix("choice:"): value
        for name, value in request.POST.items()
        if name.startswith("choice:") and value in ("mine", "theirs")
    }
    try:
        rebase_draft(draft_id=draft.pk, version=draft.version, choices=choices, by=actor_of(request))
    except MergeConflict as refused:
        return _rebase(request, draft, choices, str(refused), status=409)
    except DomainError as refused:
        messages.error(request, str(refused))
        return redirect(link("plan_edit_publish", draft.pk))
    messages.success(request, _("已把最新版本合进草稿，请检查后再发布。"))
    return redirect(link("plan_edit_publish", draft.pk))


def _rebase(
    request: HttpRequest,
    draft: Draft,
    choices: dict[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    try:
        merge = queries.rebase_preview(draft)
    except DomainError as refused:
        messages.error(request, str(refused))
        return redirect(link("plan_edit_publish", draft.pk))
    conflicts = [
        {
            "path": one.path,
            "base": _said(one.base),
            "mine": _said(one.mine),
            "theirs": _said(one.theirs),
            "by_hand": one.by_hand,
            "choice": (choices or {}).get(one.path, ""),
        }
        for one in merge.conflicts
    ]
    context = {"taken": merge.taken, "conflicts": conflicts, "problem": problem}
    return draft_page(request, "console/plan/edit_rebase.html", draft, context, way="publish", status=status)


def _said(value: Any) -> str:
    """A value of a conflict as text."""
    if value is None:
        return _("（没有）")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2, default=str)
