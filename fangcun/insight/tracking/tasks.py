"""Background work of tracking."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from fangcun.insight.tracking import facts, releasing
from fangcun.insight.tracking.intake import MAX_AGE_DAYS
from fangcun.insight.tracking.remembering import forget_before
from fangcun.kernel.jobs import every, task

# A phone may resend for as long as its event is young enough to be accepted; forgetting earlier would
# count it twice.
REMEMBER = dt.timedelta(days=MAX_AGE_DAYS + 2)
CHUNK = 5_000


@task()
def record_fact(
    *,
    name: str,
    event_id: str,
    member_id: int | None,
    program_id: int | None,
    props: dict[str, Any],
    at: str,
) -> None:
    """Write down one fact of the server; a second run changes nothing."""
    facts.record(
        name,
        event_id=event_id,
        member_id=member_id,
        program_id=program_id,
        props=props,
        at=dt.datetime.fromisoformat(at),
    )


@every(seconds=3600)
def forget_seen() -> None:
    """Drop the ids of events that would be refused as too old if they came again."""
    forget_before((timezone.now() - REMEMBER).date(), chunk=CHUNK)


@task()
def release_quarantined() -> None:
    """Let events count that the plan in force knows; a second run changes nothing."""
    releasing.release()


@every(seconds=60)
def release_stragglers() -> None:
    """Release what another process set aside by the former plan just when a newer one was adopted."""
    releasing.release()


@every(seconds=3600)
def forget_quarantined() -> None:
    """Drop what has been in quarantine for 30 days."""
    releasing.forget_old()
