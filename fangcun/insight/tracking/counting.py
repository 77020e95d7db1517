"""Where an event ends up: among those that count, or in quarantine. Both within the caller's transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connections, router
from django.utils import timezone

from fangcun.insight.tracking.fitting import Flaw
from fangcun.insight.tracking.models import Batch, Device, EventTally, Quarantined

LANES = 8
QUARTER_MS = 900_000
TALLIES = 2_000  # rows in one statement


@dataclass(frozen=True, slots=True)
class Origin:
    """Whom events came from, and when they arrived."""

    device_id: int | None
    member_id: int | None
    program_id: int | None
    received_at: dt.datetime

    @property
    def lane(self) -> int:
        """Phones and members are spread over the tally's rows; one of them stays with one."""
        return (self.device_id or self.member_id or 0) % LANES


def batch_of(events: Sequence[Mapping[str, Any]], origin: Origin) -> Batch:
    """The row that makes these events count; not yet written."""
    moments = [event["ts"] for event in events]
    return Batch(
        received_at=origin.received_at,
        device_id=origin.device_id,
        member_id=origin.member_id,
        program_id=origin.program_id,
        payload=orjson.dumps(events).decode(),
        count=len(events),
        first_ts=min(moments),
        last_ts=max(moments),
    )


_DEVICE = """
INSERT INTO {table} ({key}, first_seen_at, seen_at) VALUES (%s, %s, %s)
ON CONFLICT ({key}) DO UPDATE SET seen_at = excluded.seen_at RETURNING id
"""
_BATCH = """
INSERT INTO {table} (received_at, device_id, member_id, program_id, payload, count, first_ts, last_ts)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""


def device_of(key: str, now: dt.datetime) -> int:
    """The number of a phone, seen just now. One statement."""
    connection = connections[router.db_for_write(Device)]
    quote = connection.ops.quote_name
    moment = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(
            _DEVICE.format(table=quote(Device._meta.db_table), key=quote("key")), [key, moment, moment]
        )
        number: int = cursor.fetchall()[0][0]
    return number


def count(events: Sequence[Mapping[str, Any]], origin: Origin) -> None:
    """Let events count from now on: one batch, and their days' tallies. Two statements; none without events."""
    if not events:
        return
    moments = [event["ts"] for event in events]
    connection = connections[router.db_for_write(Batch)]
    # By hand: this is the hottest write of the platform, and the ORM takes longer for it than the disk.
    with connection.cursor() as cursor:
        cursor.execute(
            _BATCH.format(table=connection.ops.quote_name(Batch._meta.db_table)),
            [
                connection.ops.adapt_datetimefield_value(origin.received_at),
                origin.device_id,
                origin.member_id,
                origin.program_id,
                orjson.dumps(events).decode(),
                len(events),
                min(moments),
                max(moments),
            ],
        )
    tally(events, lane=origin.lane)


_TALLY = """
INSERT INTO {table} (name, day, lane, count, last_ts) VALUES {rows}
ON CONFLICT (name, day, lane) DO UPDATE SET
    count = {table}.count + excluded.count,
    last_ts = CASE WHEN excluded.last_ts > {table}.last_ts THEN excluded.last_ts ELSE {table}.last_ts END
"""


def tally(events: Iterable[Mapping[str, Any]], *, lane: int) -> None:
    """Add events to the tallies of their days, in one statement."""
    zone = timezone.get_default_timezone()
    dates: dict[int, dt.date] = {}
    found: dict[tuple[str, dt.date], tuple[int, int]] = {}
    for event in events:
        name, ts = event["name"], event["ts"]
        # Every zone's days begin at a whole quarter of an hour.
        quarter = ts // QUARTER_MS
        date = dates.get(quarter)
        if date is None:
            date = dates[quarter] = dt.datetime.fromtimestamp(ts / 1000, zone).date()
        key = (name, date)
        number, last = found.get(key, (0, ts))
        found[key] = (number + 1, max(last, ts))
    add_to_tallies(found, lane=lane)


def add_to_tallies(found: Mapping[tuple[str, dt.date], tuple[int, int]], *, lane: int) -> None:
    """Add numbers of events, and the last moment of each, by name and day; negative numbers take away."""
    connection = connections[router.db_for_write(EventTally)]
    table = connection.ops.quote_name(EventTally._meta.db_table)
    # Always in the same order, so that two batches never wait for each other's rows crosswise.
    ordered = sorted(found.items())
    for begin in range(0, len(ordered), TALLIES):
        some = ordered[begin : begin + TALLIES]
        values: list[Any] = []
        for (name, day), (number, last) in some:
            values += [name, connection.ops.adapt_datefield_value(day), lane, number, last]
        rows = ", ".join(["(%s, %s, %s, %s, %s)"] * len(some))
        with connection.cursor() as cursor:
            cursor.execute(_TALLY.format(table=table, rows=rows), values)


def set_aside(flawed: Sequence[tuple[Mapping[str, Any], Flaw]], origin: Origin, *, revision: int) -> None:
    """Keep events that don't fit the plan of this revision, whole. One statement; none without events."""
    if not flawed:
        return
    Quarantined.objects.bulk_create(
        Quarantined(
            received_at=origin.received_at,
            device_id=origin.device_id,
            member_id=origin.member_id,
            program_id=origin.program_id,
            name=event["name"],
            payload=orjson.dumps(event).decode(),
            problem=flaw.problem,
            prop=flaw.prop,
            revision=revision,
        )
        for event, flaw in flawed
    )
