"""The pages of forms: one model, or a list of models with what may be done to its entries."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fangcun.doors.console.model_admin import actor_of
from fangcun.doors.console.plan.edit_changes import Changes
from fangcun.doors.console.plan.edit_examined import Examined, examined, is_within
from fangcun.doors.console.plan.edit_frame import draft_page, finding_links, link, needs, page
from fangcun.doors.console.plan.edit_labels import label_of
from fangcun.doors.console.plan.edit_page import groups_of, placed, rows_of
from fangcun.doors.console.plan.edit_references import Known
from fangcun.doors.console.plan.edit_saving import EditRefused, saved, written
from fangcun.doors.console.plan.edit_shapes import Field
from fangcun.doors.console.plan.edit_sheet import Sheet, moved_to, value_of
from fangcun.doors.console.plan.edit_targets import (
    ORDER,
    Target,
    called,
    entries_at,
    input_in,
    lists_of,
    target_of,
    title_of,
)
from fangcun.doors.console.plan.edit_tree import path_of, tokens_of, value_at
from fangcun.kernel.errors import DomainError
from fangcun.plan.revisions import queries
from fangcun.plan.revisions.errors import DraftUnknown
from fangcun.plan.revisions.models import Draft


@require_http_methods(["GET", "HEAD", "POST"])
@needs("plan.change")
def form(request: HttpRequest, draft_id: int) -> HttpResponse:
    """The form of what `path` names; with `new` an empty one for a further entry of the list at `path`."""
    try:
        draft = queries.draft(draft_id)
    except DraftUnknown as gone:
        return _gone(request, gone)
    path = request.GET.get("path", "") or ORDER[0]
    found = examined(draft.text)
    if found.plain is None:
        messages.error(request, _("草稿现在读不成 YAML，表单打不开。请先在这里改好格式。"))
        line = next((one.line for one in found.findings), 1)
        return redirect(link("plan_edit_text", draft.pk, line=line))
    target = target_of(tokens_of(path), found.plain)
    if target is None:
        return redirect(link("plan_edit_text", draft.pk, line=found.document.place(path).line))
    is_new = "new" in request.GET and target.kind == "list"
    if request.method == "POST":
        return _save(request, draft, target, is_new)
    if target.kind == "list" and not is_new:
        return _list(request, draft, target, found)
    seen = {} if is_new else value_of(target, found.plain)
    sheet = Sheet.of(target, Known(found.plain, target.at), seen, is_new=is_new)
    return _form(request, draft, sheet, found)


def _save(request: HttpRequest, draft: Draft, target: Target, is_new: bool) -> HttpResponse:
    try:
        seen = json.loads(request.POST["seen"])
    except (KeyError, ValueError, RecursionError):
        return HttpResponseBadRequest()
    if not isinstance(seen, dict):
        return HttpResponseBadRequest()
    sheets: list[Sheet] = []

    def change(found: Examined) -> Changes | None:
        plain = found.plain or {}
        known, now = Known(plain, target.at), value_of(target, plain)
        sheet = Sheet.of(target, known, seen, is_new=is_new, data=request.POST)
        sheets[:] = [sheet]
        if not sheet.is_valid() or sheet.refuse_taken(plain):
            return None
        if sheet.clashes(now):
            sheets[:] = [sheet.again(known, now)]
            return None
        return sheet.changes(plain, now)

    problems: list[str] = []
    try:
        after = saved(draft.pk, change, by=actor_of(request))
    except DraftUnknown as gone:
        return _gone(request, gone)
    except (DomainError, EditRefused) as refused:
        problems, after = [str(refused)], None
    if after is not None:
        messages.success(request, _("已保存到草稿"))
        return redirect(link("plan_edit_form", draft.pk, path=path_of(moved_to(target, sheets[0]))))
    draft = queries.draft(draft.pk)
    return _form(request, draft, sheets[0], examined(draft.text), problems, status=409 if problems else 422)


def _form(
    request: HttpRequest,
    draft: Draft,
    sheet: Sheet,
    found: Examined,
    problems: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    target, plain = sheet.target, found.plain or {}
    here = [] if sheet.is_new else [one for one in found.findings if is_within(one.path, target.path)]
    sublists = (
        [] if sheet.is_new else [_sublist(draft, target, field, found) for field in lists_of(target.model)]
    )
    here = [one for one in here if not any(is_within(one.path, sub["path"]) for sub in sublists)]
    at, whole = placed(here, target, plain, sheet.names)
    entry = {"what": target.entry} if target.kind == "list" or target.is_entry else {}
    if not sheet.is_new and status == 422 and sheet.form.non_field_errors():
        problems = [*(problems or ()), *sheet.form.non_field_errors()]
    context = {
        "heading": _("添加%(what)s") % entry if sheet.is_new else title_of(target, plain),
        "parent": _parent(draft, target, sheet.is_new),
        "action": link("plan_edit_form", draft.pk, path=target.path, new="1" if sheet.is_new else ""),
        "seen": json.dumps(sheet.seen, ensure_ascii=False),
        "groups": groups_of(sheet.form, at),
        "lists": [rows_of(field, rows, at) for field, rows in sheet.fields],
        "sublists": sublists,
        "whole": whole,
        "only_text": [*(one.label.name for one in sheet.form.hidden_here), *sheet.hidden_rows],
        "suggestions": _suggestions(sheet, plain),
        "here": input_in(target, target.rest, plain, sheet.names) or "",
        "refused": status != 200,
        "problems": problems,
    }
    return draft_page(request, "console/plan/edit_form.html", draft, context, path=target.path, status=status)


def _suggestions(sheet: Sheet, plain: dict[str, Any]) -> list[tuple[str, list[tuple[str, Any]]]]:
    forms = [sheet.form, *(rows.empty_form for _field, rows in sheet.fields)]
    lists = [field.widget.attrs.get("list", "") for one in forms for field in one.fields.values()]
    known = Known(plain, sheet.target.at)
    return [(name, known[name]) for one in dict.fromkeys(lists) if (name := one.removeprefix("known-"))]


def _parent(draft: Draft, target: Target, is_new: bool) -> dict[str, Any] | None:
    if not (is_new or target.is_entry):
        return None
    path = target.path if is_new else target.parent
    return {
        "name": label_of(target.field.owner, target.field.name).name,
        "link": link("plan_edit_form", draft.pk, path=path),
    }


def _list(request: HttpRequest, draft: Draft, target: Target, found: Examined) -> HttpResponse:
    context = {"sublists": [_entries(draft, target, found)]}
    return draft_page(request, "console/plan/edit_list.html", draft, context, path=target.path)


def _sublist(draft: Draft, target: Target, field: Field, found: Examined) -> dict[str, Any]:
    here = target_of((*target.at, field.name), found.plain)
    assert here is not None  # noqa: S101 - a list of the model that was just shown
    return _entries(draft, here, found)


def _entries(draft: Draft, target: Target, found: Examined) -> dict[str, Any]:
    rows = []
    for path, entry in entries_at(target, found.plain):
        errors, warnings = found.counts(path)
        own = path_of(tokens_of(path)[-1:]).strip("[]")
        name = called(entry)
        rows.append(
            {
                "path": path,
                "link": link("plan_edit_form", draft.pk, path=path),
                "name": name or own,
                "id": own,
                "errors": errors,
                "warnings": warnings,
            }
        )
    inside = [path for path, _entry in entries_at(target, found.plain)]
    whole = [
        one
        for one in found.findings
        if is_within(one.path, target.path) and not any(is_within(one.path, path) for path in inside)
    ]
    return {
        "name": target.field.name,
        "path": target.path,
        "label": label_of(target.field.owner, target.field.name),
        "entry": target.entry,
        "entries": rows,
        "whole": whole,
        "add_link": link("plan_edit_form", draft.pk, path=target.path, new="1"),
    }


@require_POST
@needs("plan.change")
def item(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Move an entry up or down its list, or remove it; before it is removed, what points at it is shown."""
    draft = queries.draft(draft_id)
    path, verb = request.POST.get("path", ""), request.POST.get("verb", "")
    target = target_of(tokens_of(path), examined(draft.text).plain)
    if target is None or not target.is_entry or target.rest or verb not in ("up", "down", "remove"):
        messages.error(request, _("这一项已经不在草稿里了"))
        return redirect(link("plan_edit_form", draft.pk, path=path))
    if verb == "remove" and "sure" not in request.POST:
        return _ask(request, draft, target)

    def change(found: Examined) -> Changes | None:
        changes = Changes(found.plain)
        paths = _siblings(target, found)
        if target.path not in paths:
            return None
        if verb == "remove":
            changes.remove(target.at)
        else:
            place = paths.index(target.path) + (1 if verb == "down" else -1)
            if 0 <= place < len(paths):
                changes.move(target.at, place)
        return changes

    try:
        if saved(draft.pk, change, by=actor_of(request)) is None:
            messages.error(request, _("这一项已经不在草稿里了"))
        elif verb == "remove":
            messages.success(request, _("已从草稿移除"))
    except (DomainError, EditRefused) as refused:
        messages.error(request, str(refused))
    return redirect(link("plan_edit_form", draft.pk, path=target.parent))


def _siblings(target: Target, found: Examined) -> list[str]:
    above = target_of(target.at[:-1], found.plain)
    return [path for path, _entry in entries_at(above, found.plain)] if above else []


def _ask(request: HttpRequest, draft: Draft, target: Target) -> HttpResponse:
    found = examined(draft.text)
    changes = Changes(found.plain)
    changes.remove(target.at)
    try:
        after = examined(written(draft.text, changes))
    except EditRefused as refused:
        messages.error(request, str(refused))
        return redirect(link("plan_edit_form", draft.pk, path=target.path))
    before = {(one.rule, one.path, one.message) for one in found.findings}
    pointed = [
        one.message
        for one in after.findings
        if one.rule == "unknown-reference" and (one.rule, one.path, one.message) not in before
    ]
    context = {
        "name": called(value_at(found.plain, target.at)) or path_of(target.at[-1:]),
        "path": target.path,
        "pointed": pointed,
        "back": link("plan_edit_form", draft.pk, path=target.parent),
    }
    return draft_page(request, "console/plan/edit_remove.html", draft, context, path=target.path)


@require_safe
@needs("plan.change")
def findings(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Everything that is wrong with a draft, each with the way to its field."""
    draft = queries.draft(draft_id)
    context = {"findings": finding_links(draft, examined(draft.text).findings)}
    return draft_page(request, "console/plan/edit_findings.html", draft, context)


def _gone(request: HttpRequest, gone: DraftUnknown) -> HttpResponse:
    """The draft was published or thrown away meanwhile: what was typed is shown, so that it isn't lost."""
    if request.method != "POST":
        raise Http404
    hidden = ("csrfmiddlewaretoken", "seen")
    typed = [(name, value) for name, value in request.POST.items() if value and name not in hidden]
    context = {"title": str(gone), "typed": typed}
    return page(request, "console/plan/edit_gone.html", context, status=404)
