"""DuckDB in this process: no server, nothing to install, all cores."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import duckdb
from numpy.typing import NDArray

from fangcun.insight.analytics.engines.dialect import DuckDialect
from fangcun.insight.analytics.errors import Interrupted, QuestionTooLarge
from fangcun.insight.tracking.hot import everything
from fangcun.insight.tracking.reading import Snapshot, retaken
from fangcun.insight.tracking.storage import connected

_COLUMNS = "person, program, event, ts, session, page, props, id"
_NAMED = re.compile(r"\$([a-z_][a-z0-9_]*)")


# What a statement does wrong by itself; anything else may come of a file that is gone or damaged.
_OWN_FAULTS = (
    duckdb.ParserException,
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ConversionException,
    duckdb.OutOfRangeException,
)
_TRIES = 3


class DuckEngine:
    """One connection with the view `ev`."""

    dialect = DuckDialect()

    def __init__(self, connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, where: str) -> None:
        self._connection = connection
        self._snapshot = snapshot
        self._where = where
        self._readably(self._lay_out)

    def rows(self, sql: str, params: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        given = _named(sql, params)
        found: list[tuple[Any, ...]] = self._readably(lambda: self._connection.execute(sql, given).fetchall())
        return found

    def columns(self, sql: str, params: Mapping[str, Any] | None = None) -> Mapping[str, NDArray[Any]]:
        """The columns of a statement that has no NULL, by their names."""
        given = _named(sql, params)
        found: Mapping[str, NDArray[Any]] = self._readably(
            lambda: self._connection.execute(sql, given).fetchnumpy()
        )
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

    def _readably(self, read: Callable[[], Any]) -> Any:
        """Read; when a file is gone since the snapshot or is damaged, go on with another snapshot."""
        for _ in range(_TRIES):
            try:
                return read()
            except duckdb.InterruptException:
                raise Interrupted from None
            except duckdb.OutOfMemoryException:
                raise QuestionTooLarge from None
            except _OWN_FAULTS:
                raise
            except (duckdb.Error, OSError):
                if (snapshot := retaken(self._snapshot)) is None:
                    raise
                self._snapshot = snapshot
                self._lay_out()
        return read()

    def _lay_out(self) -> None:
        events = everything(self._connection, self._snapshot, _COLUMNS, self._where)
        self._connection.execute(f"CREATE OR REPLACE VIEW ev AS {events}")


def _named(sql: str, params: Mapping[str, Any] | None) -> dict[str, Any]:
    """The parameters that a statement names."""
    wanted = set(_NAMED.findall(sql))
    return {name: value for name, value in (params or {}).items() if name in wanted}


@contextmanager
def duck(
    snapshot: Snapshot, *, program_id: int | None = None, until_ms: int | None = None
) -> Iterator[DuckEngine]:
    """DuckDB over a snapshot; what is sealed stays in its files and is read as far as a question needs.

    `program_id` and `until_ms` leave out the events of other mini programs, and those at that moment or later.
    """
    limits = [
        *([] if program_id is None else [f"program = {int(program_id)}"]),
        *([] if until_ms is None else [f"ts < {int(until_ms)}"]),
    ]
    connection = connected()
    try:
        yield DuckEngine(connection, snapshot, f" WHERE {' AND '.join(limits)}" if limits else "")
    finally:
        connection.close()
