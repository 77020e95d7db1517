"""What the store holds already, and the devices that imported users become."""

# ruff: noqa: S608 - texts hold names of ours and quoted paths; what files hold travels as parameters and columns

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import islice

import orjson
from django.db import connections, router

from fangcun.insight.tracking.filing import quoted
from fangcun.insight.tracking.importing.stage import Stage
from fangcun.insight.tracking.models import Batch, Device, SealedFile
from fangcun.insight.tracking.storage import storage

PREFIX = "import:"
HOT_ROWS = 1_000
FILES = 500
FORM = '[{"id": "VARCHAR", "name": "VARCHAR", "ts": "BIGINT"}]'

_INSERT = """
INSERT INTO {table} (key, first_seen_at, seen_at)
SELECT key, %s, %s FROM ({keys}) AS given {where} ON CONFLICT (key) DO NOTHING
"""
_SELECT = "SELECT key, id FROM {table} WHERE key IN (SELECT key FROM ({keys}) AS given)"
# Every database reads one JSON text faster than ten thousand parameters.
_KEYS = {
    "sqlite": "SELECT value AS key FROM json_each(%s)",
    "postgresql": "SELECT value AS key FROM json_array_elements_text(%s::json)",
}


def devices_of(users: Iterable[list[str]], at: dt.datetime) -> Iterator[tuple[list[str], list[int]]]:
    """The device of each user of other systems, made where there is none yet: users and devices, in portions."""
    connection = connections[router.db_for_write(Device)]
    table = connection.ops.quote_name(Device._meta.db_table)
    keys = _KEYS[connection.vendor]
    moment = connection.ops.adapt_datetimefield_value(at)
    where = "WHERE true" if connection.vendor == "sqlite" else ""  # or it takes ON for a join's
    for some in users:
        text = orjson.dumps([PREFIX + user for user in some]).decode()
        with connection.cursor() as cursor:
            cursor.execute(_INSERT.format(table=table, keys=keys, where=where), [moment, moment, text])
            cursor.execute(_SELECT.format(table=table, keys=keys), [text])
            rows = cursor.fetchall()
        yield [key.removeprefix(PREFIX) for key, _id in rows], [number for _key, number in rows]


def drop_held(stage: Stage) -> int:
    """Leave out events that the store holds: the same id from the same phone or member, or at the same moment.

    An exported file may come back under other users; its ids, names and moments say what it is. Returns how many.
    """
    connection = stage.connection
    if not connection.execute(
        "SELECT count(*) FROM staged WHERE reason IS NULL AND id IS NOT NULL"
    ).fetchall()[0][0]:
        return 0
    first, last = stage.span()
    connection.execute(
        "CREATE TABLE held (id VARCHAR, name VARCHAR, ts BIGINT, device BIGINT, member BIGINT)"
    )
    wanted = "SELECT id FROM staged WHERE reason IS NULL AND id IS NOT NULL"
    # The hot ones first: what is sealed meanwhile is then found twice, and not never.
    hot = Batch.objects.filter(last_ts__gte=first, first_ts__lte=last).order_by("id")
    rows = hot.values_list("payload", "device_id", "member_id").iterator(HOT_ROWS)
    while some := list(islice(rows, HOT_ROWS)):
        payloads, devices, members = zip(*some, strict=True)
        connection.execute(
            f"""INSERT INTO held SELECT e.id, e.name, e.ts, device, member FROM (
                    SELECT device, member, unnest(from_json(payload, $form)) AS e FROM (
                        SELECT unnest($payloads::VARCHAR[]) AS payload, unnest($devices::BIGINT[]) AS device,
                               unnest($members::BIGINT[]) AS member
                    ) AS batches
                ) AS hot WHERE e.id IN ({wanted})""",
            {"form": FORM, "payloads": payloads, "devices": devices, "members": members},
        )
    place = storage().place
    files = SealedFile.objects.filter(problem="", last_ts__gte=first, first_ts__lte=last)
    names = [quoted(place(path)) for path in files.values_list("path", flat=True)]
    for n in range(0, len(names), FILES):
        connection.execute(
            "INSERT INTO held SELECT id, event, ts, device, member "
            f"FROM read_parquet([{', '.join(names[n : n + FILES])}]) "
            f"WHERE ts BETWEEN {first} AND {last} AND id IN ({wanted})"
        )
    changed = connection.execute(
        "UPDATE staged SET reason = 'held' WHERE reason IS NULL AND id IS NOT NULL AND line IN ("
        "SELECT s.line FROM staged AS s JOIN held AS h ON s.id = h.id LEFT JOIN who AS w ON s.user_ = w.user_ "
        "WHERE s.reason IS NULL AND (h.device = w.device OR h.member = w.member OR (h.ts = s.ts AND h.name = s.name)))"
    ).fetchall()
    return int(changed[0][0])
