"""Where an event ends up: among those that count, or in quarantine. Both within the caller's transaction."""

# ruff: noqa: S608 - the text holds names of ours

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connections, router
from django.utils import timezone

from fangcun.insight.tracking.committing import Writing
from fangcun.insight.tracking.fitting import Flaw
from fangcun.insight.tracking.models import Batch, EventTally, Quarantined

LANES = 8
QUARTER_MS = 900_000
TALLIES = 2_000  # rows in one statement

Tallies = Mapping[tuple[str, dt.date], tuple[int, int]]


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
    return Batch(
        received_at=origin.received_at,
        device_id=origin.device_id,
        member_id=origin.member_id,
        program_id=origin.program_id,
        **summed_up(events),
    )


def summed_up(events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What a batch says of its events: payload, count, first_ts, last_ts."""
    moments = [event["ts"] for event in events]
    return {
        "payload": orjson.dumps(events).decode(),
        "count": len(events),
        "first_ts": min(moments),
        "last_ts": max(moments),
    }


def day_of(ts: int) -> dt.date:
    """The day of the shop's calendar that a moment (epoch ms) lies in."""
    return dt.datetime.fromtimestamp(ts / 1000, timezone.get_default_timezone()).date()


def tallies_of(events: Iterable[Mapping[str, Any]]) -> Tallies:
    """How many events of each name there are on each day, and the last moment."""
    dates: dict[int, dt.date] = {}
    found: dict[tuple[str, dt.date], tuple[int, int]] = {}
    for event in events:
        name, ts = event["name"], event["ts"]
        # Every zone's days begin at a whole quarter of an hour.
        quarter = ts // QUARTER_MS
        date = dates.get(quarter)
        if date is None:
            date = dates[quarter] = day_of(ts)
        key = (name, date)
        number, last = found.get(key, (0, ts))
        found[key] = (number + 1, max(last, ts))
    return found


_TALLY = """
INSERT INTO {table} (name, day, lane, count, last_ts) VALUES {rows}
ON CONFLICT (name, day, lane) DO UPDATE SET
    count = {table}.count + excluded.count,
    last_ts = CASE WHEN excluded.last_ts > {table}.last_ts THEN excluded.last_ts ELSE {table}.last_ts END
""".replace("{table}", EventTally._meta.db_table)


def add_to_tallies(found: Tallies, *, lane: int, cursor: Writing | None = None) -> None:
    """Add numbers of events, and the last moment of each, by name and day; negative numbers take away."""
    connection = connections[router.db_for_write(EventTally)]
    # Always in the same order, so that two batches never wait for each other's rows crosswise.
    ordered = sorted(found.items())
    with nullcontext(cursor) if cursor else connection.cursor() as writing:
        for begin in range(0, len(ordered), TALLIES):
            some = ordered[begin : begin + TALLIES]
            values: list[Any] = []
            for (name, day), (number, last) in some:
                values += [name, connection.ops.adapt_datefield_value(day), lane, number, last]
            rows = ", ".join(["(%s, %s, %s, %s, %s)"] * len(some))
            writing.execute(_TALLY.replace("{rows}", rows), values)


_ASIDE = f"""
INSERT INTO {Quarantined._meta.db_table}
    (received_at, device_id, member_id, program_id, name, payload, problem, prop, revision)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def set_aside(
    flawed: Sequence[tuple[Mapping[str, Any], Flaw]], origin: Origin, *, revision: int, cursor: Writing
) -> None:
    """Keep events that don't fit the plan of this revision, whole. One statement; none without events."""
    if not flawed:
        return
    adapt = connections[router.db_for_write(Quarantined)].ops.adapt_datetimefield_value
    whose = (adapt(origin.received_at), origin.device_id, origin.member_id, origin.program_id)
    cursor.executemany(
        _ASIDE,
        [
            (*whose, event["name"], orjson.dumps(event).decode(), flaw.problem, flaw.prop, revision)
            for event, flaw in flawed
        ],
    )
