"""Background work of tracking."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from fangcun.insight.tracking import checking, erasing, facts, merging, releasing, sealing, sweeping
from fangcun.insight.tracking.intake import MAX_AGE_DAYS
from fangcun.insight.tracking.remembering import forget_before
from fangcun.insight.tracking.storage import storage
from fangcun.kernel.jobs import every, task

# A phone may resend for as long as its event is young enough to be accepted; forgetting earlier would
# count it twice.
REMEMBER = dt.timedelta(days=MAX_AGE_DAYS + 2)
CHUNK = 5_000
WORK_SECONDS = 60


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


# Each of these works for a minute at most, so that it is done while its lease lasts, and goes on the next time.
@every(seconds=10)
def seal_hot() -> None:
    """Put what has been counted a minute ago, or a lot of it, into files."""
    sealing.seal_what_is_ripe(within_s=WORK_SECONDS)


@every(seconds=300)
def merge_files() -> None:
    """Make one file of a day's many."""
    merging.merge(within_s=WORK_SECONDS)


@every(seconds=600)
def sweep_store() -> None:
    """Clear away what nobody lists, and put aside what is not ours."""
    sweeping.sweep()
    sweeping.give_up_old_days()


@every(seconds=3600)
def examine_store() -> None:
    """See that every file is there, with its length and its end."""
    checking.examine(whole=False)


@every(seconds=86_400)
def examine_store_wholly() -> None:
    """See that no byte of a local file has changed; a bucket sees to that itself."""
    if storage().filesystem is None:
        checking.examine()


@every(seconds=86_400)
def forget_phones() -> None:
    """Forget what phones of erased members were called, once nothing can be sent again."""
    erasing.forget_phones()
