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
from fangcun.insight.tracking.models import Batch, EventTally, Quarantined

LANES = 8


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


def count(events: Sequence[Mapping[str, Any]], origin: Origin) -> None:
    """Let events count from now on: one batch, and their days' tallies. Two statements; none without events."""
    if events:
        batch_of(events, origin).save(force_insert=True)
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
    found: dict[tuple[str, dt.date], tuple[int, int]] = {}
    for event in events:
        name, ts = event["name"], event["ts"]
        key = (name, dt.datetime.fromtimestamp(ts / 1000, zone).date())
        number, last = found.get(key, (0, ts))
        found[key] = (number + 1, max(last, ts))
    connection = connections[router.db_for_write(EventTally)]
    values: list[Any] = []
    # Always in the same order, so that two batches never wait for each other's rows crosswise.
    for (name, day), (number, last) in sorted(found.items()):
        values += [name, connection.ops.adapt_datefield_value(day), lane, number, last]
    sql = _TALLY.format(
        table=connection.ops.quote_name(EventTally._meta.db_table),
        rows=", ".join(["(%s, %s, %s, %s, %s)"] * len(found)),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


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
