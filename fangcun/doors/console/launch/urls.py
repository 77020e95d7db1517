"""The addresses of the launch, below `/console/launch/`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.http import HttpResponseBase
from django.urls import URLPattern, path

from fangcun.doors.console.launch import board, builds, checks, flags, papers, releases, reports, rollouts

View = Callable[..., HttpResponseBase]

# Each part of the launch keeps its own list: address below `launch/`, view, name after `launch_`.
PARTS: tuple[Sequence[tuple[str, View, str]], ...] = (
    board.PAGES,
    builds.PAGES,
    checks.PAGES,
    reports.PAGES,
    papers.PAGES,
    releases.PAGES,
    rollouts.PAGES,
    flags.PAGES,
)


def urls(admin_view: Callable[[View], View]) -> list[URLPattern]:
    """Every page of the launch."""
    return [
        path(f"launch/{route}", admin_view(view), name=f"launch_{name}")
        for part in PARTS
        for route, view, name in part
    ]
