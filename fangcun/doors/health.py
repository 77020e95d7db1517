"""Whether this process is up, and whether the whole is ready to serve."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db import connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from fangcun.kernel.models import Heartbeat

WORKER_SILENCE = dt.timedelta(seconds=30)


def healthz(request: HttpRequest) -> HttpResponse:
    """The process is up."""
    return JsonResponse({"status": "ok"})


def _database() -> str:
    for name in connections:
        with connections[name].cursor() as cursor:
            cursor.execute("SELECT 1")
    return "ok"


def _worker() -> str:
    last = Heartbeat.objects.filter(name="worker").values_list("at", flat=True).first()
    if last is None:
        raise RuntimeError("no worker has reported yet; start one with `fangcun worker`")
    if (silence := timezone.now() - last) > WORKER_SILENCE:
        raise RuntimeError(f"no worker has reported for {silence.total_seconds():.0f} s")
    return "ok"


def _storage() -> str:
    from fangcun.gateways.storage import storage_ready

    storage_ready()
    return "ok"


def readyz(request: HttpRequest) -> HttpResponse:
    """Database, worker and storage, each with its own word; 503 when one fails."""
    checks: dict[str, Callable[[], str]] = {"database": _database, "worker": _worker, "storage": _storage}
    parts = {}
    for name, check in checks.items():
        try:
            parts[name] = {"ok": True, "detail": check()}
        except Exception as error:  # the answer itself reports what is wrong
            parts[name] = {"ok": False, "detail": f"{type(error).__name__}: {error}"}
    ready = all(part["ok"] for part in parts.values())
    return JsonResponse({"ready": ready, "parts": parts}, status=200 if ready else 503)
