"""Events one by one, as they were sent."""

# ruff: noqa: S608 - the text holds whole numbers and our own names

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from fangcun.insight.tracking.hot import everything
from fangcun.insight.tracking.reading import snapshot
from fangcun.insight.tracking.storage import connected


@dataclass(frozen=True, slots=True)
class Sent:
    """An event: `device_id` and `member_id` are the phone and who was logged in, None when there was none."""

    id: str
    name: str
    ts: int
    session: str
    page: str
    props: dict[str, Any]
    device_id: int | None
    member_id: int | None
    program_id: int | None


_COLUMNS = "person, id, event, ts, session, page, props, device, member, program"


def events_sent(*, devices: Iterable[int] = (), members: Iterable[int] = ()) -> list[Sent]:
    """What came from these phones or while one of these members was logged in, in order of time."""
    these = [
        f"{column} IN ({', '.join(str(int(number)) for number in numbers)})"
        for column, numbers in (("device", list(devices)), ("member", list(members)))
        if numbers
    ]
    if not these:
        return []
    with connected() as connection:
        source = everything(connection, snapshot(), _COLUMNS, f" WHERE {' OR '.join(these)}")
        rows = connection.execute(f"SELECT * FROM ({source}) ORDER BY ts, id").fetchall()
    return [
        Sent(id_, name, ts, session, page, orjson.loads(props), device, member, program)
        for _, id_, name, ts, session, page, props, device, member, program in rows
    ]
