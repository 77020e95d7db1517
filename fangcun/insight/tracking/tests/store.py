"""The store of these tests: what a reader finds in it, and every file there is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings

from fangcun.insight.tracking.hot import everything
from fangcun.insight.tracking.reading import snapshot
from fangcun.insight.tracking.storage import connected, storage
from fangcun.insight.tracking.tests.phone import accept, batch, event

COLUMNS = "person", "event", "ts", "program", "session", "page", "props", "id", "device", "member"


def send(*keys: str, device: str = "d1", member_id: int | None = None, **changes: Any) -> None:
    """A phone reports events of these ids."""
    body = batch(*(event(key, **changes) for key in keys), device_id=device, batch_id=keys[0])
    assert accept(body, member_id).accepted == list(keys)


def readable(columns: str = "id", **span: int) -> list[tuple[Any, ...]]:
    """What counts now, sorted; one row for each event."""
    with connected() as connection:
        source = everything(connection, snapshot(**span), ", ".join(COLUMNS))
        connection.execute(f"CREATE VIEW ev AS {source}")
        return sorted(connection.execute(f"SELECT {columns} FROM ev").fetchall(), key=str)


def ids() -> list[str]:
    return [found for (found,) in readable()]


def files() -> list[str]:
    """Paths of all files in the store, sorted."""
    return sorted(file.path for file in storage().listed())


def root() -> Path:
    return Path(settings.EVENTS_URL)
