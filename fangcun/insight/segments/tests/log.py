"""A small log of events for these tests."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import orjson

from fangcun.insight.tracking.models import Batch, Device


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


def store(*happenings: Happening) -> None:
    """Write them down, one batch for each person and program."""
    batches: dict[tuple[int | None, int | None], list[Happening]] = defaultdict(list)
    for one in happenings:
        batches[one.person, one.program].append(one)
    phones = {person // 2 for person, _program in batches if person is not None and person % 2}
    Device.objects.bulk_create(
        [Device(pk=phone, key=f"phone-{phone}") for phone in sorted(phones)], ignore_conflicts=True
    )
    Batch.objects.bulk_create(
        Batch(
            payload=orjson.dumps(
                [
                    {
                        "id": one.id,
                        "name": one.name,
                        "ts": one.ts,
                        "session": one.session,
                        "page": one.page,
                        "props": one.props,
                    }
                    for one in batch
                ]
            ).decode(),
            count=len(batch),
            first_ts=min(one.ts for one in batch),
            last_ts=max(one.ts for one in batch),
            member_id=None if person is None or person % 2 else person // 2,
            device_id=person // 2 if person is not None and person % 2 else None,
            program_id=program,
        )
        for (person, program), batch in batches.items()
    )
