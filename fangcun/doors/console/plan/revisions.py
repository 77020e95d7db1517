"""What was published: the list, each revision with what it changed, any two side by side, and going back to one."""

from __future__ import annotations

import functools
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fangcun.blueprint.differences import Difference
from fangcun.doors.console.model_admin import actor_of
from fangcun.doors.console.plan.edit_frame import link, needs, page
from fangcun.doors.console.plan.revisions_text import hunks
from fangcun.doors.console.plan.revisions_words import areas_of, changes_in, revision_name
from fangcun.identity.staff.queries import may
from fangcun.kernel.errors import DomainError
from fangcun.plan.revisions import queries
from fangcun.plan.revisions.models import Revision
from fangcun.plan.revisions.services import restore as restore_revision

A_PAGE = 12


@require_safe
@needs("plan.view")
def revisions(request: HttpRequest) -> HttpResponse:
    """All revisions, the newest first, each with how much it changed."""
    current = queries.newest_number()
    rows = queries.history()
    paginator = Paginator(rows, A_PAGE)
    shown = paginator.get_page(request.GET.get("page"))
    older = {one.number + 1: one for one in rows}
    context = {
        "title": _("发布记录"),
        "revisions": [_row(one, older.get(one.number), current) for one in shown.object_list],
        "pages": [
            (number, link("plan_revisions", page=number), number == shown.number)
            for number in paginator.page_range
        ]
        if paginator.num_pages > 1
        else [],
    }
    return page(request, "console/plan/revisions.html", context)


def _row(one: Revision, before: Revision | None, current: int | None) -> dict[str, Any]:
    changes, breaking = _counted(before.number, before.digest, one.number, one.digest) if before else ("", 0)
    return {
        "number": one.number,
        "link": link("plan_revision", one.number),
        "message": one.message,
        "restored": _restored(one),
        "author": one.author,
        "at": one.published_at,
        "is_current": one.number == current,
        "changes": (changes or _("只改了注释或写法")) if before else _("第一版"),
        "breaking": breaking,
    }


@functools.lru_cache(maxsize=1024)
def _counted(before: int, _before_digest: str, after: int, _after_digest: str) -> tuple[str, int]:
    """How much changed between two revisions, remembered: their texts, told by the digests, never change."""
    differences = queries.differences(before, after)
    return changes_in(differences), sum(one.breaking for one in differences)


def _since(number: int) -> list[Difference]:
    return queries.differences(number - 1, number) if number > 1 else []


def _restored(one: Revision) -> str:
    return "" if one.restored_from is None else _("恢复自%s") % revision_name(one.restored_from)


@require_safe
@needs("plan.view")
def revision(request: HttpRequest, number: int) -> HttpResponse:
    """One revision and what it changed."""
    one = queries.revision(number)
    before = queries.revision(number - 1).text if number > 1 else ""
    changes = _since(number)
    is_current = number == queries.newest_number()
    context = {
        "title": revision_name(number),
        "revision": one,
        "author": one.author,
        "restored": _restored(one),
        "is_current": is_current,
        "may_restore": not is_current and may(request.user, "plan.publish"),
        "compared": _("与%s相比") % revision_name(number - 1) if number > 1 else _("第一版"),
        "areas": areas_of(changes),
        "breaking": sum(change.breaking for change in changes),
        "hunks": hunks(before, one.text),
        "is_first": number == 1,
    }
    return page(request, "console/plan/revision.html", context)


@require_safe
@needs("plan.view")
def compare(request: HttpRequest) -> HttpResponse:
    """Any two revisions side by side."""
    numbers = [request.GET.get(name, "") for name in ("before", "after")]
    if not all(number.isascii() and number.isdigit() and len(number) < 9 for number in numbers):
        messages.error(request, _("请选两个版本来比较"))
        return redirect(link("plan_revisions"))
    before, after = (queries.revision(int(number)) for number in numbers)
    changes = queries.differences(before.number, after.number)
    names = {"before": revision_name(before.number), "after": revision_name(after.number)}
    context = {
        "title": _("%(before)s与%(after)s") % names,
        "compared": _("从%(before)s到%(after)s") % names,
        "areas": areas_of(changes),
        "breaking": sum(change.breaking for change in changes),
        "hunks": hunks(before.text, after.text),
    }
    return page(request, "console/plan/revision.html", context)


@require_POST
@needs("plan.publish")
def restore(request: HttpRequest, number: int) -> HttpResponse:
    """Publish an old revision once more, as the newest."""
    try:
        newest = restore_revision(
            number=number, message=request.POST.get("message", ""), by=actor_of(request)
        )
    except DomainError as refused:
        messages.error(request, str(refused))
        return redirect(link("plan_revision", number))
    messages.success(
        request,
        _("已恢复%(old)s，现在是%(new)s")
        % {"old": revision_name(number), "new": revision_name(newest.number)},
    )
    return redirect(link("plan_revision", newest.number))
