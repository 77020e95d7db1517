"""For engines that run elsewhere: all they read lies in files beside the sealed events."""

# ruff: noqa: S608 - the text holds columns, our own names and quoted paths; what people write travels as parameters

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from fangcun.insight.tracking.reading import Snapshot

COLUMNS = "person, program, event, ts, session, page, props, id"
# An engine elsewhere must find these types also where there is no file yet.
EMPTY = (
    "SELECT nullif(CAST(0 AS BIGINT), 0) AS person, nullif(CAST(0 AS BIGINT), 0) AS program, '' AS event, CAST(0 AS BIGINT) AS ts,"
    " '' AS session, '' AS page, '{}' AS props, '' AS id"
)


@dataclass(slots=True)
class Laid:
    """Files for one question, in a folder of their own that goes away with it."""

    folder: str
    filesystem: Any = None
    written: list[str] = field(default_factory=list)

    def put(self, name: str, columns: Mapping[str, Iterable[int]]) -> str:
        """Write a table of numbers; where it lies."""
        path = f"{self.folder}/{name}.parquet"
        if self.filesystem is None:
            Path(self.folder).mkdir(parents=True, exist_ok=True)
        with duckdb.connect(":memory:") as connection:
            if self.filesystem is not None:
                connection.register_filesystem(self.filesystem)
            listed = ", ".join(f"unnest(${column}::BIGINT[]) AS {column}" for column in columns)
            connection.execute(
                f"COPY (SELECT {listed}) TO '{path.replace(chr(39), chr(39) * 2)}' (FORMAT parquet)",
                {column: list(values) for column, values in columns.items()},
            )
        self.written.append(path)
        return path


@contextmanager
def laid(root: str, filesystem: Any) -> Iterator[Laid]:
    """A folder for the files of one question."""
    made = Laid(f"{root}/asking/{uuid.uuid4().hex}", filesystem)
    try:
        yield made
    finally:
        if filesystem is None:
            shutil.rmtree(made.folder, ignore_errors=True)
        elif made.written:
            filesystem.rm(made.folder, recursive=True)


def events_sql(
    snapshot: Snapshot,
    program_id: int | None,
    *,
    files: str,
    moved: Callable[[Iterable[int], Iterable[int]], str],
) -> str:
    """The query behind `ev` in portable SQL. `files` and what `moved` returns are relations to select from."""
    one = "" if program_id is None else f" WHERE e.program = {int(program_id)}"
    if not snapshot.files:
        return f"SELECT {COLUMNS} FROM ({EMPTY}) e WHERE FALSE"
    if not snapshot.moved:
        return f"SELECT {COLUMNS} FROM {files} e{one}"
    other = moved(snapshot.moved.keys(), snapshot.moved.values())
    columns = ", ".join(f"e.{column}" for column in COLUMNS.split(", ")[1:])
    return (
        f"SELECT coalesce(m.now, e.person) AS person, {columns} FROM {files} e"
        f" LEFT JOIN {other} m ON e.person = m.was{one}"
    )
