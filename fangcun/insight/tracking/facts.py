"""Facts that the server knows by itself, such as a payment. No phone can make them up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import router, transaction
from django.utils import timezone

from fangcun.insight.tracking.counting import Origin, count, set_aside
from fangcun.insight.tracking.models import SERVER, Batch
from fangcun.insight.tracking.plans import judge
from fangcun.insight.tracking.remembering import remember


def record(
    name: str,
    *,
    event_id: str,
    member_id: int | None,
    program_id: int | None,
    props: Mapping[str, str | int | float | bool | None],
    at: dt.datetime | None = None,
) -> bool:
    """Write down one fact; False when this `event_id` (such as "order_paid:<number>") is known already.

    A fact that does not fit the tracking plan is kept in quarantine, as an event of a phone would be.
    """
    now = timezone.now()
    ts = int((at or now).timestamp() * 1000)
    event = {"id": event_id, "name": name, "ts": ts, "session": "", "page": "", "props": dict(props)}
    origin = Origin(device_id=None, member_id=member_id, program_id=program_id, received_at=now)
    verdict = judge([event])
    with transaction.atomic(using=router.db_for_write(Batch)):
        new = bool(remember([event_id], source=SERVER, date=now.date()))
        if new:
            count(verdict.counted, origin)
            set_aside(verdict.flawed, origin, revision=verdict.revision)
    return new
