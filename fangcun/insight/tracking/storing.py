"""Events become rows: those that are new count or are set aside, all in one transaction.

By hand: this is the hottest write of the platform, and the ORM takes longer for it than the disk. What can be made
ready before the transaction is, since SQLite lets nobody else write meanwhile.
"""

# ruff: noqa: S608 - the text holds names of ours

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import connections, router

from fangcun.insight.tracking.committing import Writing, durably
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

# When a phone was seen is noted once a day: each time would be a page more to write. Nobody asks more exactly.
NOTED_FOR = dt.timedelta(days=1)
_KNOWN = f'SELECT id FROM {Device._meta.db_table} WHERE "key" = %s AND seen_at > %s'
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
    a_day_ago = connection.ops.adapt_datetimefield_value(now - NOTED_FOR)
    with durably(connection) as cursor:
        device_id = None
        if device_key is not None:
            device_id = _device(device_key, moment, a_day_ago, cursor)
            if member_id is not None:
                cursor.execute(_LINK, [device_id, member_id, moment])
        source = SERVER if device_id is None else device_id
        new = remember(keys, source=source, date=now.date(), cursor=cursor, vendor=connection.vendor)
        flawed = verdict.flawed
        if len(new) < len(events):
            flawed = [(event, flaw) for event, flaw in flawed if event["id"] in new]
            counted = [event for event in counted if event["id"] in new]
            ready = _ready(counted)
        origin = Origin(device_id=device_id, member_id=member_id, program_id=program_id, received_at=now)
        set_aside(flawed, origin, revision=verdict.revision, cursor=cursor)
        if counted:
            batch, tallies = ready
            cursor.execute(_BATCH, [moment, device_id, member_id, program_id, *batch])
            # Last, because other batches of these days may wait for the tallies until the commit.
            add_to_tallies(tallies, lane=origin.lane, cursor=cursor)
    return len(new)


def _device(key: str, moment: Any, a_day_ago: Any, cursor: Writing) -> int:
    cursor.execute(_KNOWN, [key, a_day_ago])
    found = cursor.fetchall()
    if not found:
        cursor.execute(_DEVICE, [key, moment, moment])
        found = cursor.fetchall()
    return int(found[0][0])


def _ready(events: Sequence[dict[str, Any]]) -> tuple[tuple[Any, ...], Tallies]:
    return (tuple(summed_up(events).values()), tallies_of(events)) if events else ((), {})
