"""DuckDB in this process: no server, nothing to install, all cores."""

# ruff: noqa: S608 - the text holds columns, our own names and quoted paths; what people write travels as parameters

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import duckdb

from fangcun.insight.analytics.engines.dialect import DuckDialect
from fangcun.insight.analytics.errors import Interrupted
from fangcun.insight.tracking.hot import lay_out
from fangcun.insight.tracking.reading import Snapshot
from fangcun.insight.tracking.storage import connected

_COLUMNS = "person, program, event, ts, session, page, props, id"
_NAMED = re.compile(r"\$([a-z_][a-z0-9_]*)")


class DuckEngine:
    """One connection with the view `ev`."""

    dialect = DuckDialect()

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def rows(self, sql: str, params: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        wanted = set(_NAMED.findall(sql))
        given = {name: value for name, value in (params or {}).items() if name in wanted}
        try:
            found: list[tuple[Any, ...]] = self._connection.execute(sql, given).fetchall()
        except duckdb.InterruptException:
            raise Interrupted from None
        return found

    def put(self, name: str, persons: Iterable[int]) -> None:
        self._connection.execute(
            f"CREATE OR REPLACE TABLE {name} AS SELECT DISTINCT unnest($persons::BIGINT[]) AS person",
            {"persons": list(persons)},
        )

    def interrupt(self) -> None:
        self._connection.interrupt()

    def progress(self) -> float | None:
        share: float = self._connection.query_progress()
        return None if share < 0 else share / 100


@contextmanager
def duck(
    snapshot: Snapshot, *, program_id: int | None = None, until_ms: int | None = None
) -> Iterator[DuckEngine]:
    """DuckDB over a snapshot; what is sealed stays in its files and is read as far as a question needs.

    `program_id` and `until_ms` leave out the events of other mini programs, and those at that moment or later.
    """
    connection = connected()
    try:
        lay_out(connection, snapshot.hot, snapshot.persons)
        connection.execute(_view(connection, snapshot, program_id, until_ms))
        yield DuckEngine(connection)
    finally:
        connection.close()


def _view(
    connection: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    program_id: int | None,
    until_ms: int | None,
) -> str:
    limits = [
        *([] if program_id is None else [f"program = {int(program_id)}"]),
        *([] if until_ms is None else [f"ts < {int(until_ms)}"]),
    ]
    one = f" WHERE {' AND '.join(limits)}" if limits else ""
    sources = [f"SELECT {_COLUMNS} FROM hot{one}"]
    if snapshot.files:
        names = ", ".join("'" + path.replace("'", "''") + "'" for path in snapshot.files)
        columns, joined = _COLUMNS, ""
        if snapshot.moved:
            connection.execute(
                "CREATE TABLE moved AS SELECT unnest($was::BIGINT[]) AS was, unnest($now::BIGINT[]) AS now",
                {"was": list(snapshot.moved), "now": list(snapshot.moved.values())},
            )
            columns = _COLUMNS.replace("person", "coalesce(now, person) AS person", 1)
            joined = " LEFT JOIN moved ON person = was"
        sources.append(f"SELECT {columns} FROM read_parquet([{names}]){joined}{one}")
    return f"CREATE VIEW ev AS {' UNION ALL '.join(sources)}"
