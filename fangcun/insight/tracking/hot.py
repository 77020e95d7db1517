"""Hot batches as a table of events in DuckDB."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from fangcun.insight.tracking.queries import HotRow

_HOT = """
CREATE OR REPLACE TABLE hot AS
SELECT e.name AS event, person, e.ts AS ts, program, e.session AS session, e.page AS page,
       e.props::VARCHAR AS props, e.id AS id, device, member
FROM (SELECT person, program, device, member,
             unnest(from_json(payload, '[{"name": "VARCHAR", "ts": "BIGINT", "session": "VARCHAR",
                                          "page": "VARCHAR", "props": "JSON", "id": "VARCHAR"}]')) AS e
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
