"""The rows that tell of every decision on a rollout."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from fangcun.build.rollout.judging.judge import Decision
from fangcun.build.rollout.models import RENEW, Look, Rollout
from fangcun.kernel.actors import SYSTEM, Actor

MOST_REASON = 500


def keep(rollout: Rollout, verdict: str, *, by: Actor, note: str = "") -> None:
    """Write down what somebody decided, in the caller's transaction."""
    now = timezone.now()
    Look.objects.create(
        rollout=rollout,
        began_at=now,
        at=now,
        percent=rollout.percent,
        verdict=verdict,
        decision=None,
        acted=True,
        note=note[:MOST_REASON],
        actor_kind=by.kind,
        actor_id=by.id,
        actor_name=by.name[:150],
    )


def note(rollout: Rollout, decision: Decision, *, acted: bool, now: dt.datetime) -> None:
    """Write down a look at the numbers, in the caller's transaction.

    One that says the same as the last, within the hour, renews it.
    """
    codes = [(one.code, one.metric) for one in decision.reasons]
    last = rollout.looks.order_by("-id").first()
    found = last.found if last else None
    if last is not None and found is not None and not acted and not last.acted:
        same = last.verdict == decision.verdict and [(one.code, one.metric) for one in found.reasons] == codes
        if same and last.percent == rollout.percent and now - last.began_at < RENEW:
            Look.objects.filter(pk=last.pk).update(at=now, decision=decision.as_json())
            return
    Look.objects.create(
        rollout=rollout,
        began_at=now,
        at=now,
        percent=rollout.percent,
        verdict=decision.verdict,
        decision=decision.as_json(),
        acted=acted,
        actor_kind=SYSTEM.kind,
        actor_name=SYSTEM.name,
    )
