"""Events become rows: those that are new count or are set aside, all in one transaction.

By hand: this is the hottest write of the platform, and the ORM takes longer for it than the disk. What can be made
ready before the transaction is, since SQLite lets nobody else write meanwhile.
"""

# ruff: noqa: S608 - the text holds names of ours

from __future__ import annotations

import datetime as dt
import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connections, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from fangcun.insight.tracking.counting import (
    Origin,
    Tallies,
    add_to_tallies,
    set_aside,
    summed_up,
    tallies_of,
)
from fangcun.insight.tracking.models import SERVER, Batch, Device, Identity
from fangcun.insight.tracking.plans import judge
from fangcun.insight.tracking.remembering import keyed, remember

_DEVICE = f"""
INSERT INTO {Device._meta.db_table} ("key", first_seen_at, seen_at) VALUES (%s, %s, %s)
ON CONFLICT ("key") DO UPDATE SET seen_at = excluded.seen_at RETURNING id
"""
_LINK = f"""
INSERT INTO {Identity._meta.db_table} (device_id, member_id, linked_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING
"""
_BATCH = f"""
INSERT INTO {Batch._meta.db_table}
    (received_at, device_id, member_id, program_id, payload, count, first_ts, last_ts)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""


def store(
    events: Sequence[dict[str, Any]],
    *,
    device_key: str | None,
    member_id: int | None,
    program_id: int | None,
    now: dt.datetime,
) -> int:
    """Let plain events count, or set them aside where the plan in force says so; how many of them were new.

    Their ids differ. Without a `device_key` they are facts of the server.
    """
    verdict = judge(events)
    keys = keyed(event["id"] for event in events)
    counted = verdict.counted
    ready = _ready(counted)
    connection = connections[router.db_for_write(Batch)]
    moment = connection.ops.adapt_datetimefield_value(now)
    with _turn(connection), transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        device_id = None
        if device_key is not None:
            cursor.execute(_DEVICE, [device_key, moment, moment])
            device_id = cursor.fetchall()[0][0]
            if member_id is not None:
                cursor.execute(_LINK, [device_id, member_id, moment])
        source = SERVER if device_id is None else device_id
        new = remember(keys, source=source, date=now.date(), cursor=cursor)
        flawed = verdict.flawed
        if len(new) < len(events):
            flawed = [(event, flaw) for event, flaw in flawed if event["id"] in new]
            counted = [event for event in counted if event["id"] in new]
            ready = _ready(counted)
        origin = Origin(device_id=device_id, member_id=member_id, program_id=program_id, received_at=now)
        set_aside(flawed, origin, revision=verdict.revision)
        if counted:
            batch, tallies = ready
            cursor.execute(_BATCH, [moment, device_id, member_id, program_id, *batch])
            # Last, because other batches of these days may wait for the tallies until the commit.
            add_to_tallies(tallies, lane=origin.lane, cursor=cursor)
    return len(new)


def _ready(events: Sequence[dict[str, Any]]) -> tuple[tuple[Any, ...], Tallies]:
    return (tuple(summed_up(events).values()), tallies_of(events)) if events else ((), {})


@contextmanager
def _turn(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Wait in a queue for the one write that SQLite allows: who waits for SQLite itself sleeps, and oversleeps.

    It is never needed to be right: other writers don't ask for it. Who writes already doesn't either, since the next
    in the queue may be waiting for him.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    queue = os.open(f"{connection.settings_dict['NAME']}.queue", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(queue, fcntl.LOCK_EX)
        yield
    finally:
        fcntl.flock(queue, fcntl.LOCK_UN)  # also where a child has inherited it
        os.close(queue)
