"""What every page of loyalty needs."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from fangcun.identity.staff.queries import may


def frame(request: HttpRequest, title: str) -> dict[str, Any]:
    """The console around a page. Raises PermissionDenied for who may not see it."""
    from fangcun.doors.console.site import console

    guard(request, "grow.view")
    return {
        **console.each_context(request),
        "title": title,
        "may_change": may(request.user, "grow.change"),
        "may_see_members": may(request.user, "members.view"),
    }


def guard(request: HttpRequest, permission: str = "grow.change") -> None:
    """Raises PermissionDenied for who may not."""
    if not may(request.user, permission):
        raise PermissionDenied
