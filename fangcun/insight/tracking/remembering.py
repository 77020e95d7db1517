"""Which events have been counted already: a number for each, for as long as its event would be accepted again.

An id is kept as 64 bits of its BLAKE2b digest. Within one source a million ids meet by chance once in thirty million
such sources; a phone has some thousands.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable

from django.db import connections, router

from fangcun.insight.tracking.models import Seen

_ZERO = dt.date(1970, 1, 1)
_INSERT = "INSERT INTO {table} (source, {key}, day) VALUES {rows} ON CONFLICT DO NOTHING RETURNING {key}"


def key_of(event_id: str) -> int:
    """The number that an id is remembered by."""
    return int.from_bytes(hashlib.blake2b(event_id.encode(), digest_size=8).digest(), "big", signed=True)


def day_of(date: dt.date) -> int:
    """Days are numbered from 1970-01-01."""
    return (date - _ZERO).days


def remember(event_ids: Iterable[str], *, source: int, date: dt.date) -> set[str]:
    """Remember events of a source within the caller's transaction; which of them were new. One statement.

    Whoever remembers the same at the same time waits for the end of the other's transaction.
    """
    keys = {key_of(event_id): event_id for event_id in event_ids}
    day = day_of(date)
    connection = connections[router.db_for_write(Seen)]
    quote = connection.ops.quote_name
    sql = _INSERT.format(
        table=quote(Seen._meta.db_table), key=quote("key"), rows=", ".join(["(%s, %s, %s)"] * len(keys))
    )
    with connection.cursor() as cursor:
        # Always in the same order, so that two batches never wait for each other crosswise.
        cursor.execute(sql, [value for key in sorted(keys) for value in (source, key, day)])
        return {keys[key] for (key,) in cursor.fetchall()}


_OLD = """SELECT source, {key} FROM {table} WHERE (source, {key}) > (%s, %s) AND day < %s
ORDER BY source, {key} LIMIT %s"""
_FORGET = (
    """DELETE FROM {table} WHERE (source, {key}) > (%s, %s) AND (source, {key}) <= (%s, %s) AND day < %s"""
)


def forget_before(date: dt.date, *, chunk: int) -> int:
    """Forget what was remembered before a day; how many. In pieces, so that events are never kept waiting long."""
    connection = connections[router.db_for_write(Seen)]
    quote = connection.ops.quote_name
    old, forget = (sql.format(table=quote(Seen._meta.db_table), key=quote("key")) for sql in (_OLD, _FORGET))
    day, forgotten = day_of(date), 0
    last = (-(2**63), -(2**63))
    with connection.cursor() as cursor:
        while True:
            cursor.execute(old, [*last, day, chunk])
            found = cursor.fetchall()
            if not found:
                return forgotten
            end = found[-1]
            cursor.execute(forget, [*last, *end, day])
            forgotten += cursor.rowcount
            last = end
