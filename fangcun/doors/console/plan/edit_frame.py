"""What all pages of the editor have in common: who may, which draft, its findings, the parts beside the form."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from fangcun.blueprint.findings import Finding
from fangcun.doors.console.plan.edit_examined import Examined, examined
from fangcun.doors.console.plan.edit_labels import label_of
from fangcun.doors.console.plan.edit_targets import sections
from fangcun.identity.staff.queries import may
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.errors import NotFound
from fangcun.plan.revisions.models import Draft

View = Callable[..., HttpResponse]


def needs(permission: str) -> Callable[[View], View]:
    """A page that only who has this permission may open; what is not there is not found."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not may(request.user, permission):
                raise PermissionDenied
            try:
                return view(request, *args, **kwargs)
            except NotFound as missing:
                raise Http404(str(missing)) from missing

        return guarded

    return guard


def link(name: str, *args: Any, **query: str | int | None) -> str:
    """The address of one of the plan's pages, e.g. link("plan_edit_form", 7, path="goals")."""
    given = {key: value for key, value in query.items() if value not in (None, "")}
    return reverse(f"admin:{name}", args=args) + (f"?{urlencode(given)}" if given else "")


def page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page of the console."""
    from fangcun.doors.console.site import console

    rights = {name: may(request.user, f"plan.{name[4:]}") for name in ("may_change", "may_publish")}
    return render(request, template, {**console.each_context(request), **rights, **context}, status=status)


def draft_page(
    request: HttpRequest,
    template: str,
    draft: Draft,
    context: dict[str, Any],
    *,
    path: str = "",
    way: str = "form",
    status: int = 200,
) -> HttpResponse:
    """A page of the editor around a draft. `path` is the part of the blueprint that it shows."""
    found = examined(draft.text)
    line = found.document.place(path).line if path else None
    frame = {
        "title": title_of(draft),
        "draft": draft,
        "draft_title": title_of(draft),
        "base_words": base_words(draft),
        "saved_words": saved_words(draft),
        "errors": found.errors,
        "warnings": found.warnings,
        "way": way,
        "form_link": link("plan_edit_form", draft.pk, path=path),
        "yaml_link": link("plan_edit_text", draft.pk, line=line),
        "look_link": f"/console/plan/?draft={draft.pk}",
        "item_link": link("plan_edit_item", draft.pk),
        "sections": section_links(draft, found, path),
        "others": others(request, draft),
    }
    return page(request, template, {**frame, **context}, status)


def title_of(draft: Draft) -> str:
    """How a draft is called."""
    return draft.note or _("%(author)s 的草稿 %(number)s") % {"author": draft.author, "number": draft.pk}


def base_words(draft: Draft) -> str:
    """What a draft began from."""
    return _("从头写起") if draft.base is None else _("基于第 %s 版") % draft.base


def saved_words(draft: Draft) -> str:
    """Who saved a draft last, and when."""
    when = date_format(timezone.localtime(draft.updated_at), "m-d H:i")
    return _("%(who)s 保存于 %(when)s") % {"who": draft.saved_by or draft.author, "when": when}


def others(request: HttpRequest, draft: Draft) -> str:
    """Who else works on a draft, in a sentence; nothing when it is one's own."""
    from fangcun.doors.console.model_admin import actor_of

    nobody = {"", SYSTEM.name, actor_of(request).name}
    names = [name for name in dict.fromkeys((draft.author, draft.saved_by)) if name not in nobody]
    if not names:
        return ""
    return _("%s 也在编辑这份草稿；改到同一处时会提示，不会互相覆盖。") % "、".join(names)


def section_links(draft: Draft, found: Examined, path: str) -> list[dict[str, Any]]:
    """The parts of a blueprint, each with the number of its findings."""
    here = path.partition(".")[0].partition("[")[0]
    links = []
    for field in sections():
        errors, warnings = found.counts(field.name)
        links.append(
            {
                "name": label_of(field.owner, field.name).name,
                "link": link("plan_edit_form", draft.pk, path=field.name),
                "errors": errors,
                "warnings": warnings,
                "is_here": field.name == here,
            }
        )
    return links


def finding_links(draft: Draft, findings: Iterable[Finding]) -> list[tuple[Finding, str]]:
    """Findings with the way to where they can be mended: a form, or the line when it is no field's."""
    return [
        (
            one,
            link("plan_edit_form", draft.pk, path=one.path)
            if one.path
            else link("plan_edit_text", draft.pk, line=one.line),
        )
        for one in findings
    ]
