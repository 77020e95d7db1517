"""From hot rows to files: what has been counted moves out of the database, once, and stays counted all the while."""

from __future__ import annotations

import datetime as dt
import time

from django.db import router, transaction
from django.db.models import Sum
from django.db.models.functions import Length
from django.utils import timezone

from fangcun.identity.members.models import Member
from fangcun.insight.tracking.errors import StoreChanged
from fangcun.insight.tracking.filing import drop_files, list_files, write_day_files
from fangcun.insight.tracking.hot import lay_out
from fangcun.insight.tracking.models import Batch
from fangcun.insight.tracking.queries import HotRow
from fangcun.insight.tracking.reading import person_of
from fangcun.insight.tracking.storage import connected, only_writer

PIECE = 10_000
FITS = 64 << 20  # characters of JSON
# Hot rows are read quickly; files of a few events are not. So a little is left to gather.
RIPE = dt.timedelta(seconds=60)
ENOUGH = 50_000
_CHUNK = 5_000


def seal(*, limit: int | None = None, within_s: float | None = None) -> int:
    """Put hot batches into files, a durable one for each UTC day they touch; how many events that were.

    Stops after `limit` batches or `within_s` seconds, if given; 0 while another process seals. May be killed at any
    moment: an event is in a batch or in a listed file, never in both and never in neither.
    """
    with only_writer(wait=False) as mine:
        if not mine:
            return 0
        began, batches, events = time.monotonic(), 0, 0
        while within_s is None or time.monotonic() - began < within_s:
            piece = PIECE if limit is None else min(PIECE, limit - batches)
            if piece <= 0 or (done := _seal_some(piece)) is None:
                break
            batches += piece
            events += done
        return events


def seal_what_is_ripe(*, within_s: float) -> int:
    """Seal when events have waited for a minute, or many have gathered; how many events were sealed."""
    oldest = Batch.objects.order_by("id").values_list("received_at", flat=True).first()
    if oldest is None:
        return 0
    ripe = oldest <= timezone.now() - RIPE or (Batch.objects.aggregate(n=Sum("count"))["n"] or 0) >= ENOUGH
    return seal(within_s=within_s) if ripe else 0


def _seal_some(most: int) -> int | None:
    """Seal the oldest batches; how many events they held, None when there is no batch."""
    known_at = timezone.now()
    merged = dict(Member.objects.filter(merged_into__isnull=False).values_list("id", "merged_into_id"))
    found = Batch.objects.filter(id__lte=_last_of_a_piece(most)).order_by("id")
    ids, counts, rows = [], [], []
    for pk, count, payload, device, member, owner, program in found.values_list(
        "id", "count", "payload", "device_id", "member_id", "device__identity__member_id", "program_id"
    ):
        ids.append(pk)
        counts.append(count)
        rows.append(HotRow(payload, device, member, owner, program))
    if not ids:
        return None
    with connected(threads=1) as connection:
        lay_out(connection, rows, [person_of(row, merged) for row in rows])
        written = write_day_files(connection, "hot", known_at=known_at)
    if (number := sum(file.count for file in written)) != sum(counts):
        drop_files(written)
        raise OSError(f"{sum(counts)} events became {number}")
    try:
        with transaction.atomic(using=router.db_for_write(Batch)):
            list_files(written)
            # By their keys: batches with smaller ones may have been committed since.
            deleted = sum(
                Batch.objects.filter(id__in=ids[start : start + _CHUNK]).delete()[0]
                for start in range(0, len(ids), _CHUNK)
            )
            if deleted != len(ids):
                raise StoreChanged
    except StoreChanged:
        # Somebody else sealed them, who also lists them.
        drop_files(written)
        return 0
    return number


def _last_of_a_piece(most: int) -> int:
    """The key up to which so many batches reach, or as many as fit into memory; 0 when there is none."""
    last, size = 0, 0
    for pk, length in Batch.objects.order_by("id").values_list("id", Length("payload"))[:most]:
        last, size = pk, size + length
        if size >= FITS:
            break
    return last
