"""What has been counted as tables of events in DuckDB."""

# ruff: noqa: S608 - the text holds columns and quoted paths

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from fangcun.insight.tracking.filing import quoted
from fangcun.insight.tracking.queries import HotRow
from fangcun.insight.tracking.reading import Snapshot

_HOT = """
CREATE OR REPLACE TABLE hot AS
SELECT name AS event, person, ts, program, session, page, props::VARCHAR AS props, id, device, member
FROM (SELECT person, program, device, member,
             unnest(from_json(payload, '[{"name": "VARCHAR", "ts": "BIGINT", "session": "VARCHAR",
                                          "page": "VARCHAR", "props": "JSON", "id": "VARCHAR"}]'), recursive := true)
      FROM (SELECT unnest($payloads::VARCHAR[]) AS payload, unnest($persons::BIGINT[]) AS person,
                   unnest($programs::BIGINT[]) AS program, unnest($devices::BIGINT[]) AS device,
                   unnest($members::BIGINT[]) AS member))
"""


def lay_out(
    connection: duckdb.DuckDBPyConnection, rows: Sequence[HotRow], persons: Sequence[int | None]
) -> None:
    """Make the table `hot` of these batches' events, with the columns of sealed files; `persons` is whose they are."""
    connection.execute(
        _HOT,
        {
            "payloads": [row.payload for row in rows],
            "persons": list(persons),
            "programs": [row.program_id for row in rows],
            "devices": [row.device_id for row in rows],
            "members": [row.member_id for row in rows],
        },
    )


def lay_out_moved(connection: duckdb.DuckDBPyConnection, moved: Mapping[int, int]) -> None:
    """Make the table `moved` of which person `was` who is another `now`."""
    connection.execute(
        "CREATE OR REPLACE TABLE moved AS SELECT unnest($was::BIGINT[]) AS was, unnest($now::BIGINT[]) AS now",
        {"was": list(moved), "now": list(moved.values())},
    )


def everything(connection: duckdb.DuckDBPyConnection, taken: Snapshot, columns: str, where: str = "") -> str:
    """A SELECT of these columns, `person` first, of all events of a snapshot, each person as known by now.

    Makes the tables `hot` and `moved`. `where` holds for rows as they are stored.
    """
    lay_out(connection, taken.hot, taken.persons)
    hot = f"SELECT {columns} FROM hot{where}"
    if not taken.files:
        return hot
    files = f"read_parquet([{', '.join(map(quoted, taken.files))}])"
    if not taken.moved:
        return f"{hot} UNION ALL SELECT {columns} FROM {files}{where}"
    lay_out_moved(connection, taken.moved)
    known = columns.replace("person", "coalesce(now, person) AS person", 1)
    return f"{hot} UNION ALL SELECT {known} FROM {files} LEFT JOIN moved ON person = was{where}"
