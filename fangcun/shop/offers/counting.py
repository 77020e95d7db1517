"""Counting per member under concurrency: one statement that counts up as far as the limit allows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from django.db import connection

# counted things -> (table, its column for what is counted, where the limit stands, None there: no limit)
_COUNTERS = {
    "flash": ("offers_flashbuyer", "line_id", "offers_flashline", "per_member"),
    "coupons": ("offers_couponholder", "template_id", "offers_coupontemplate", "per_member"),
}

_COUNT_UP = """
INSERT INTO {table} AS held ({column}, member_id, taken) VALUES {rows}
ON CONFLICT ({column}, member_id) DO UPDATE SET taken = held.taken + excluded.taken
WHERE held.taken + excluded.taken <= COALESCE((SELECT {limit} FROM {limits} WHERE id = held.{column}), 2147483647)
RETURNING {column}, member_id
"""


def count_up(what: Literal["flash", "coupons"], rows: Sequence[tuple[int, int, int]]) -> set[tuple[int, int]]:
    """Count (thing, member, how many) up; which of them were within the limit, as (thing, member).

    The caller leaves out what is above the limit by itself: a first count is not compared. One statement.
    """
    if not rows:
        return set()
    table, column, limits, limit = _COUNTERS[what]
    statement = _COUNT_UP.format(
        table=table, column=column, limits=limits, limit=limit, rows=", ".join(["(%s, %s, %s)"] * len(rows))
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for row in sorted(rows) for value in row])
        return {(int(thing), int(member)) for thing, member in cursor.fetchall()}
