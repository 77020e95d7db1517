"""A small log of events for these tests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

from fangcun.insight.analytics.engines import Engine
from fangcun.insight.analytics.engines.duck import duck
from fangcun.insight.tracking.models import Batch, Device
from fangcun.insight.tracking.queries import HotRow
from fangcun.insight.tracking.reading import Snapshot


@dataclass(frozen=True)
class Happening:
    """One event; `person` is 2 × member, or 2 × phone + 1, or None for nobody; `ts` is epoch ms."""

    person: int | None
    name: str
    ts: int
    props: dict[str, Any] = field(default_factory=dict)
    page: str = ""
    session: str = ""
    id: str = "x"
    program: int | None = 1


def payload(happenings: Sequence[Happening]) -> str:
    return orjson.dumps(
        [
            {
                "id": one.id,
                "name": one.name,
                "ts": one.ts,
                "session": one.session,
                "page": one.page,
                "props": one.props,
            }
            for one in happenings
        ]
    ).decode()


def batches(happenings: Iterable[Happening]) -> dict[tuple[int | None, int | None], list[Happening]]:
    found: dict[tuple[int | None, int | None], list[Happening]] = defaultdict(list)
    for one in happenings:
        found[one.person, one.program].append(one)
    return found


@contextmanager
def engine_of(happenings: Sequence[Happening]) -> Iterator[Engine]:
    """The engine over these events alone; no database is asked."""
    found = batches(happenings)
    hot = tuple(HotRow(payload(batch), None, None, None, program) for (_, program), batch in found.items())
    with duck(Snapshot((), hot, tuple(person for person, _program in found), {})) as engine:
        yield engine


def store(*happenings: Happening) -> None:
    """Write them down, one batch for each person and program."""
    found = batches(happenings)
    phones = {person // 2 for person, _program in found if person is not None and person % 2}
    Device.objects.bulk_create(
        [Device(pk=phone, key=f"phone-{phone}") for phone in sorted(phones)], ignore_conflicts=True
    )
    Batch.objects.bulk_create(
        Batch(
            payload=payload(batch),
            count=len(batch),
            first_ts=min(one.ts for one in batch),
            last_ts=max(one.ts for one in batch),
            member_id=None if person is None or person % 2 else person // 2,
            device_id=person // 2 if person is not None and person % 2 else None,
            program_id=program,
        )
        for (person, program), batch in found.items()
    )
