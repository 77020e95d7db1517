"""Questions about events: the hot rows, for the engine that counts."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Max, QuerySet

from fangcun.insight.tracking.models import Batch


class HotRow(NamedTuple):
    """One batch: its events as JSON text, its phone, who was logged in, and whose phone it is."""

    payload: str
    device_id: int | None
    member_id: int | None
    owner_id: int | None


def hot_rows(
    *, since_ms: int | None = None, until_ms: int | None = None, program_id: int | None = None
) -> list[HotRow]:
    """All batches that touch the span (epoch ms), as of one moment. They may hold events outside it too."""
    rows: QuerySet[Batch] = Batch.objects.all()
    if since_ms is not None:
        rows = rows.filter(last_ts__gte=since_ms)
    if until_ms is not None:
        rows = rows.filter(first_ts__lt=until_ms)
    if program_id is not None:
        rows = rows.filter(program_id=program_id)
    return [
        HotRow(*row)
        for row in rows.values_list("payload", "device_id", "member_id", "device__identity__member_id")
    ]


def newest_batch_id() -> int:
    """Grows whenever anything is counted; 0 when nothing has been."""
    return Batch.objects.aggregate(newest=Max("id"))["newest"] or 0
