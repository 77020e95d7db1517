"""Which events have been counted already: a number for each, for as long as its event would be accepted again.

An id is kept as 64 bits of its BLAKE2b digest. Within one source a million ids meet by chance once in thirty million
such sources; a phone has some thousands.
"""

# ruff: noqa: S608 - the text holds names of ours

from __future__ import annotations

import datetime as dt
import hashlib
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import suppress

import orjson
from django.db import IntegrityError, connections, router

from fangcun.insight.tracking.committing import Writing
from fangcun.insight.tracking.models import Seen

_ZERO = dt.date(1970, 1, 1)
_TABLE = Seen._meta.db_table
# One parameter, however many keys there are: every database reads it faster than a hundred.
_KEYS = {
    "sqlite": "json_each(%s) WHERE true",  # or it takes ON for a join's
    "postgresql": "unnest(%s::bigint[]) AS given (value)",
}
_ALL = f'INSERT INTO {_TABLE} (source, "key", day) SELECT %s, value, %s FROM {_KEYS["sqlite"]}'
_NEW = {
    vendor: f'INSERT INTO {_TABLE} (source, "key", day) SELECT %s, value, %s FROM {keys} '
    'ON CONFLICT DO NOTHING RETURNING "key"'
    for vendor, keys in _KEYS.items()
}


def key_of(event_id: str) -> int:
    """The number that an id is remembered by."""
    return int.from_bytes(hashlib.blake2b(event_id.encode(), digest_size=8).digest(), "big", signed=True)


def day_of(date: dt.date) -> int:
    """Days are numbered from 1970-01-01."""
    return (date - _ZERO).days


def keyed(event_ids: Iterable[str]) -> dict[int, str]:
    """Ids by the numbers that they are remembered by.

    Always in the same order, so that two batches never wait for each other crosswise.
    """
    return dict(sorted((key_of(event_id), event_id) for event_id in event_ids))


def remember(
    keys: Mapping[int, str], *, source: int, date: dt.date, cursor: Writing, vendor: str
) -> set[str]:
    """Remember events of a source, as `keyed`, within the caller's transaction; which of them were new.

    One statement; on SQLite two where not all are new.
    Whoever remembers the same at the same time waits for the end of the other's transaction.
    """
    given = [source, day_of(date), orjson.dumps(list(keys)).decode() if vendor == "sqlite" else list(keys)]
    if vendor == "sqlite":
        # Nearly always all are new, and then there is nothing to tell. What fails leaves nothing behind.
        with suppress(sqlite3.IntegrityError, IntegrityError):
            cursor.execute(_ALL, given)
            return set(keys.values())
    cursor.execute(_NEW[vendor], given)
    return {keys[key] for (key,) in cursor.fetchall()}


_OLD = f"""
SELECT source, "key" FROM {_TABLE} WHERE (source, "key") > (%s, %s) AND day < %s ORDER BY source, "key" LIMIT %s
"""
_FORGET = f"""
DELETE FROM {_TABLE} WHERE (source, "key") > (%s, %s) AND (source, "key") <= (%s, %s) AND day < %s
"""


def forget_before(date: dt.date, *, chunk: int) -> int:
    """Forget what was remembered before a day; how many. In pieces, so that events are never kept waiting long."""
    connection = connections[router.db_for_write(Seen)]
    day, forgotten = day_of(date), 0
    last = (-(2**63), -(2**63))
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_OLD, [*last, day, chunk])
            found = cursor.fetchall()
            if not found:
                return forgotten
            end = found[-1]
            cursor.execute(_FORGET, [*last, *end, day])
            forgotten += cursor.rowcount
            last = end
