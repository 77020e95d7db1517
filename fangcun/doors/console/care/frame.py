"""What every page of care has in common."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from fangcun.identity.staff.queries import may

PAGE = 25


def frame(request: HttpRequest) -> dict[str, Any]:
    """What a page needs. Raises PermissionDenied for who may not see messages."""
    from fangcun.doors.console.site import console

    guard(request, "messages.view")
    return {**console.each_context(request), "may_change": may(request.user, "messages.change")}


def guard(request: HttpRequest, permission: str = "messages.change") -> None:
    """Raises PermissionDenied for who may not."""
    if not may(request.user, permission):
        raise PermissionDenied


def page_of(request: HttpRequest) -> int:
    """Which page is asked for; the first when it is no number."""
    text = request.GET.get("p", "1")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 7 else 1


def pager(request: HttpRequest, count: int) -> dict[str, Any]:
    """The links to the pages before and after, with what else the address says."""
    page, last = page_of(request), max(1, -(-count // PAGE))

    def link(number: int) -> str:
        query = request.GET.copy()
        query["p"] = str(number)
        return f"?{query.urlencode()}"

    return {
        "page": page,
        "pages": last,
        "count": count,
        "before": link(page - 1) if page > 1 else "",
        "after": link(page + 1) if page < last else "",
    }
