"""Background work of rollouts."""

from __future__ import annotations

import datetime as dt
import logging

from django.utils import timezone

from fangcun.build.rollout.health import evidence_of
from fangcun.build.rollout.judging.judge import Decision, judge
from fangcun.build.rollout.judging.metrics import Caution
from fangcun.build.rollout.models import MemberVersion, PaymentAttempt, Rollout, VersionMinute
from fangcun.build.rollout.services import follow
from fangcun.build.rollout.states import OPEN
from fangcun.insight.analytics.errors import Interrupted
from fangcun.kernel.jobs import every
from fangcun.kernel.states import StatusChanged

logger = logging.getLogger(__name__)

KEEP = dt.timedelta(days=90)
CAUTION = Caution()


@every(seconds=60)
def judge_rollouts() -> None:
    """Look at every rollout that is on its way and do what the numbers say.

    A worker that dies meanwhile has decided nothing or everything: a decision, what it does and the news of it are
    one transaction.
    """
    for rollout in Rollout.objects.filter(status__in=OPEN).select_related("flag").order_by("id"):
        try:
            look_at(rollout, timezone.now())
        except (Interrupted, StatusChanged):
            logger.warning("Rollout %s could not be judged now", rollout.pk, exc_info=True)


def look_at(rollout: Rollout, now: dt.datetime) -> Decision:
    """Count, judge, keep what was found, and do it. Raises Interrupted, StatusChanged."""
    decision = judge(
        evidence_of(rollout, now),
        CAUTION,
        following=rollout.following,
        alone=not rollout.against,
        waived=rollout.waived,
    )
    follow(rollout, decision, now=now)
    return decision


@every(seconds=3600)
def forget_old_counts() -> None:
    """Throw away what no rollout will ask about any more."""
    before = timezone.now() - KEEP
    VersionMinute.objects.filter(minute__lt=before).delete()
    PaymentAttempt.objects.filter(began_at__lt=before).delete()
    MemberVersion.objects.filter(last_at__lt=before).delete()
