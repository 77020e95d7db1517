"""A phone for these tests: what it would send, and what came of it."""

from __future__ import annotations

import json
from typing import Any

from django.utils import timezone

from fangcun.insight.tracking.models import Batch, Device, Seen
from fangcun.insight.tracking.services import Accepted, accept_batch

DAY = 86_400_000


def now_ms() -> int:
    return int(timezone.now().timestamp() * 1000)


def event(key: str = "e1", name: str = "page_viewed", **changes: Any) -> dict[str, Any]:
    return {
        "id": key,
        "name": name,
        "ts": now_ms(),
        "session_id": "s1",
        "page": "pages/home/home",
        "props": {},
        **changes,
    }


def batch(*events: Any, **changes: Any) -> dict[str, Any]:
    return {"batch_id": "b1", "sent_at": now_ms(), "device_id": "d1", "events": list(events), **changes}


def accept(body: Any, member_id: int | None = None) -> Accepted:
    return accept_batch(batch=body, member_id=member_id, program_id=1)


def stored() -> list[dict[str, Any]]:
    return [
        e
        for payload in Batch.objects.order_by("id").values_list("payload", flat=True)
        for e in json.loads(payload)
    ]


def nothing_stored() -> bool:
    return not (Batch.objects.exists() or Device.objects.exists() or Seen.objects.exists())
