"""The hot events as a table that DuckDB can count: loaded for one question, gone after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
from django.conf import settings

from fangcun.identity.members.models import Member
from fangcun.insight.tracking.queries import HotRow, hot_rows

# Reading the properties costs as much again as all the rest; most questions don't look at them.
_COLUMNS = {False: "", True: ", e.props AS props"}
_FIELDS = {False: "", True: ', "props": "JSON"'}


def _load(props: bool) -> str:
    return f"""
CREATE TABLE ev AS
SELECT person, program, e.name AS event, e.ts AS ts, e.session AS session{_COLUMNS[props]}
FROM (SELECT person, program, unnest(from_json(
          payload, '[{{"name": "VARCHAR", "ts": "BIGINT", "session": "VARCHAR"{_FIELDS[props]}}}]')) AS e
      FROM (SELECT unnest($payloads::VARCHAR[]) AS payload, unnest($persons::BIGINT[]) AS person,
             unnest($programs::BIGINT[]) AS program))
"""  # noqa: S608 - nothing in it comes from outside


def person_of(row: HotRow, merged: dict[int, int]) -> int | None:
    """One number for who it was: the member (even) when known, else the phone (odd); None for nobody.

    A phone that somebody has logged in on stands for that member, also before he did.
    """
    member = row.member_id if row.member_id is not None else row.owner_id
    if member is not None:
        return 2 * merged.get(member, member)
    return None if row.device_id is None else 2 * row.device_id + 1


@contextmanager
def hot_events(
    *,
    since_ms: int | None = None,
    until_ms: int | None = None,
    program_id: int | None = None,
    props: bool = False,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """An engine holding `ev(person, program, event, ts, session)`: all events of the span, perhaps some around it.

    `ts` is epoch milliseconds; `person` is what `person_of` says. With `props` there is a column of JSON more.
    """
    rows = hot_rows(since_ms=since_ms, until_ms=until_ms, program_id=program_id)
    merged = dict(Member.objects.filter(merged_into__isnull=False).values_list("id", "merged_into_id"))
    engine = duckdb.connect(
        ":memory:",
        config={
            "threads": 2,
            "memory_limit": "512MB",
            "temp_directory": str(settings.FANGCUN_HOME / "tmp"),
            # What it needs is built in; it never fetches anything.
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    try:
        engine.execute(
            _load(props),
            {
                "payloads": [row.payload for row in rows],
                "persons": [person_of(row, merged) for row in rows],
                "programs": [row.program_id for row in rows],
            },
        )
        yield engine
    finally:
        engine.close()
