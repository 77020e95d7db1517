"""Pieces of flash sales: taken by orders, returned by those that don't stand."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from fangcun.shop.offers.counting import count_up

# Two orders that want the same lines want the same SKUs, whose stock rows an order locks first and in order: here
# they are one after the other already, and rows need no order of their own.
_TAKE = """
WITH wanted (id, quantity) AS (VALUES {rows})
UPDATE offers_flashline SET taken = offers_flashline.taken + wanted.quantity
FROM wanted WHERE offers_flashline.id = wanted.id
  AND offers_flashline.taken + wanted.quantity <= offers_flashline.stock
RETURNING offers_flashline.id
"""

_RETURN = """
WITH wanted (id, quantity) AS (VALUES {rows})
UPDATE offers_flashline SET taken = offers_flashline.taken - wanted.quantity
FROM wanted WHERE offers_flashline.id = wanted.id AND offers_flashline.taken >= wanted.quantity
"""

_UNCOUNT = """
WITH wanted (id, quantity) AS (VALUES {rows})
UPDATE offers_flashbuyer SET taken = offers_flashbuyer.taken - wanted.quantity
FROM wanted WHERE offers_flashbuyer.line_id = wanted.id AND offers_flashbuyer.member_id = %s
  AND offers_flashbuyer.taken >= wanted.quantity
"""


def take_flash(wanted: Sequence[tuple[int, int, int | None]], *, member_id: int) -> set[int]:
    """Take pieces of flash sales for a member, in the caller's transaction; the lines that he got them of.

    `wanted` are (line id, quantity, limit per member). Never more than there are, never more than a member may
    have, however many ask at once. Two statements; one more when somebody else was faster.
    """
    asked = {line_id: quantity for line_id, quantity, most in wanted if most is None or quantity <= most}
    counted = {
        line_id for line_id, _ in count_up("flash", [(line, member_id, n) for line, n in asked.items()])
    }
    rows = [(line_id, asked[line_id]) for line_id in sorted(counted)]
    if not rows:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_TAKE.format(rows=_values(rows)), [value for row in rows for value in row])
        taken = {int(line_id) for (line_id,) in cursor.fetchall()}
    if short := [row for row in rows if row[0] not in taken]:
        _uncount(short, member_id)
    return taken


def return_flash(rows: Sequence[tuple[int, int]], *, member_id: int) -> None:
    """Put (line id, quantity) back, in the caller's transaction; the caller sees to it that this happens once."""
    if not rows:
        return
    _uncount(rows, member_id)  # first, as they are taken: so the two can't wait for each other
    with connection.cursor() as cursor:
        cursor.execute(_RETURN.format(rows=_values(rows)), [value for row in rows for value in row])


def _uncount(rows: Sequence[tuple[int, int]], member_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _UNCOUNT.format(rows=_values(rows)), [*(value for row in rows for value in row), member_id]
        )


def _values(rows: Sequence[tuple[int, int]]) -> str:
    # the casts tell PostgreSQL the type; the first row is enough for all
    return ", ".join(["(CAST(%s AS bigint), CAST(%s AS bigint))", *["(%s, %s)"] * (len(rows) - 1)])
