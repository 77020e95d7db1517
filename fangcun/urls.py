"""Where each door hangs."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from fangcun.doors.health import healthz, readyz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz),
    path("readyz", readyz),
]
