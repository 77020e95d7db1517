"""What every page of the launch needs."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from fangcun.identity.staff.queries import may


def frame(request: HttpRequest, title: str) -> dict[str, Any]:
    """The console around a page. Raises PermissionDenied for who may not see it."""
    from fangcun.doors.console.site import console

    guard(request, "launch.view")
    return {
        **console.each_context(request),
        "title": title,
        "may_change": may(request.user, "launch.change"),
        "may_release": may(request.user, "launch.release"),
    }


def guard(request: HttpRequest, permission: str = "launch.change") -> None:
    """Raises PermissionDenied for who may not."""
    if not may(request.user, permission):
        raise PermissionDenied
