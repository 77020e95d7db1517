"""The store of these tests: what a reader finds in it, and every file there is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings

from fangcun.insight.tracking.hot import lay_out
from fangcun.insight.tracking.reading import snapshot
from fangcun.insight.tracking.storage import connected, storage
from fangcun.insight.tracking.tests.phone import accept, batch, event


def send(*keys: str, device: str = "d1", member_id: int | None = None, **changes: Any) -> None:
    """A phone reports events of these ids."""
    body = batch(*(event(key, **changes) for key in keys), device_id=device, batch_id=keys[0])
    assert accept(body, member_id).accepted == list(keys)


def readable(columns: str = "id", **span: int) -> list[tuple[Any, ...]]:
    """What counts now, sorted; one row for each event."""
    seen = snapshot(**span)
    with connected() as connection:
        lay_out(connection, seen.hot, seen.persons)
        files = ""
        if seen.files:
            connection.execute(
                "CREATE TABLE moved AS SELECT unnest($was::BIGINT[]) AS was, unnest($now::BIGINT[]) AS now",
                {"was": list(seen.moved), "now": list(seen.moved.values())},
            )
            files = (
                f" UNION ALL BY NAME SELECT f.* REPLACE (coalesce(now, person) AS person)"
                f" FROM read_parquet({list(seen.files)}) f LEFT JOIN moved ON person = was"
            )
        return sorted(
            connection.execute(f"SELECT {columns} FROM (SELECT * FROM hot{files})").fetchall(), key=str
        )


def ids() -> list[str]:
    return [found for (found,) in readable()]


def files() -> list[str]:
    """Paths of all files in the store, sorted."""
    return sorted(file.path for file in storage().listed())


def root() -> Path:
    return Path(settings.EVENTS_URL)
