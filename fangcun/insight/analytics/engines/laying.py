"""For engines that run elsewhere: all they read lies in files beside the sealed events."""

# ruff: noqa: S608 - the text holds columns, our own names and quoted paths; what people write travels as parameters

from __future__ import annotations

import shutil
import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fangcun.insight.tracking.filing import quoted
from fangcun.insight.tracking.hot import lay_out
from fangcun.insight.tracking.reading import Snapshot
from fangcun.insight.tracking.storage import connected

COLUMNS = "person, program, event, ts, session, page, props, id"
# An engine elsewhere must find these types also where there is no file yet.
EMPTY = (
    "SELECT nullif(CAST(0 AS BIGINT), 0) AS person, nullif(CAST(0 AS BIGINT), 0) AS program, '' AS event,"
    " CAST(0 AS BIGINT) AS ts, '' AS session, '' AS page, '{}' AS props, '' AS id"
)


@dataclass(slots=True)
class Laid:
    """Files for one question, in a folder of their own that goes away with it."""

    folder: str
    filesystem: Any = None
    written: list[str] = field(default_factory=list)

    def put(self, name: str, columns: Mapping[str, Collection[int]]) -> str:
        """Write a table of numbers; where it lies."""
        path = self._path(name)
        with connected() as connection:
            listed = ", ".join(f"unnest(${column}::BIGINT[]) AS {column}" for column in columns)
            connection.execute(
                f"COPY (SELECT {listed}) TO {quoted(path)} (FORMAT parquet)",
                {column: list(values) for column, values in columns.items()},
            )
        self.written.append(path)
        return path

    def put_hot(self, snapshot: Snapshot) -> tuple[str, ...]:
        """Write the events that no file holds yet; the file they lie in, none when there are none."""
        if not snapshot.hot:
            return ()
        path = self._path("hot")
        with connected() as connection:
            lay_out(connection, snapshot.hot, snapshot.persons)
            connection.execute(f"COPY (SELECT {COLUMNS} FROM hot) TO {quoted(path)} (FORMAT parquet)")
        self.written.append(path)
        return (path,)

    def _path(self, name: str) -> str:
        if self.filesystem is None:
            Path(self.folder).mkdir(parents=True, exist_ok=True)
        return f"{self.folder}/{name}.parquet"


@contextmanager
def laid(root: str, filesystem: Any = None) -> Iterator[Laid]:
    """A folder for the files of one question."""
    made = Laid(f"{root}/asking/{uuid.uuid4().hex}", filesystem)
    try:
        yield made
    finally:
        if filesystem is None:
            shutil.rmtree(made.folder, ignore_errors=True)
        elif made.written:
            filesystem.rm(made.folder, recursive=True)


def events_sql(program_id: int | None, *, files: str, moved: str) -> str:
    """The query behind `ev`: `files` and `moved` are relations to select from, "" where there are none."""
    one = "" if program_id is None else f" WHERE e.program = {int(program_id)}"
    if not files:
        return f"SELECT {COLUMNS} FROM ({EMPTY}) e WHERE FALSE"
    if not moved:
        return f"SELECT {COLUMNS} FROM {files} e{one}"
    columns = ", ".join(f"e.{column}" for column in COLUMNS.split(", ")[1:])
    return (
        f"SELECT coalesce(m.now, e.person) AS person, {columns} FROM {files} e"
        f" LEFT JOIN {moved} m ON e.person = m.was{one}"
    )
