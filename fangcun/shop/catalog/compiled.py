"""Querysets compiled to SQL once and run many times: the ORM still writes the SQL, but not at each request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

# Stand for the arguments while compiling. Within 32 bits: Django drops comparisons that a column can't satisfy.
_MARKS = tuple(range(2_013_265_921, 2_013_265_929))


class _Ready(NamedTuple):
    sql: str
    values: tuple[Any, ...]
    slots: tuple[int | None, ...]
    fields: tuple[str, ...]
    converters: list[tuple[int, list[Any], Any]]


class Compiled:
    """A `.values()` queryset with integer arguments, e.g.

    cheap = Compiled(lambda most: Product.objects.filter(price_amount__lte=most).values("id")[:20], arguments=1)
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], *, arguments: int) -> None:
        self.build = build
        self.marks = _MARKS[:arguments]
        self.ready: dict[str, _Ready] = {}

    def __call__(self, *arguments: int) -> list[dict[str, Any]]:
        ready = self.ready.get(connection.vendor) or self._compile()
        values = [
            value if slot is None else arguments[slot]
            for value, slot in zip(ready.values, ready.slots, strict=True)
        ]
        with connection.cursor() as cursor:
            cursor.execute(ready.sql, values)
            rows = cursor.fetchall()
        if ready.converters:
            rows = [self._converted(list(row), ready) for row in rows]
        return [dict(zip(ready.fields, row, strict=True)) for row in rows]

    def _compile(self) -> _Ready:
        compiler = self.build(*self.marks).query.get_compiler(connection=connection)
        sql, values = compiler.as_sql()
        slots = tuple(self.marks.index(v) if v in self.marks else None for v in values)
        if {slot for slot in slots if slot is not None} != set(range(len(self.marks))):
            raise TypeError("Each argument must reach the SQL as it is.")
        query = compiler.query
        found = compiler.get_converters([column[0] for column in compiler.select])
        self.ready[connection.vendor] = ready = _Ready(
            sql,
            values,
            slots,
            tuple(query.selected),
            [(position, converters, expression) for position, (converters, expression) in found.items()],
        )
        return ready

    @staticmethod
    def _converted(row: list[Any], ready: _Ready) -> list[Any]:
        for position, converters, expression in ready.converters:
            for convert in converters:
                row[position] = convert(row[position], expression, connection)
        return row
