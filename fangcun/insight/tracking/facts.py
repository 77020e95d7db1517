"""Facts that the server knows by itself, such as a payment. No phone can make them up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.utils import timezone

from fangcun.insight.tracking.storing import store


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
    return bool(store([event], device_key=None, member_id=member_id, program_id=program_id, now=now))
