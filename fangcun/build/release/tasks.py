"""What happens in the background: errands are done, and WeChat is asked how audits stand."""

from __future__ import annotations

import datetime as dt
import logging

from django.utils import timezone

from fangcun.build.release.doing import do
from fangcun.build.release.looking import look_up
from fangcun.build.release.models import Attempt
from fangcun.build.release.queries import waiting_at_wechat
from fangcun.kernel.errors import GatewayError
from fangcun.kernel.jobs import every, task

logger = logging.getLogger(__name__)
# WeChat pushes verdicts; asking is for what got lost on the way.
ASK_AGAIN = dt.timedelta(seconds=60)


@task()
def do_errand(*, errand_id: int) -> None:
    """Do an errand that was written down; one that has ended is left as it is."""
    do(errand_id)


@task()
def look_again(*, number: int) -> None:
    """Ask WeChat how a release stands, because it said that something happened."""
    look_up(number)


@every(seconds=10)
def look_at_releases() -> None:
    """Ask about uploaded code that is looked through for private interfaces, and about audits."""
    now = timezone.now()
    for release in waiting_at_wechat():
        attempt = Attempt.objects.get(release=release, number=release.attempt)
        looked = attempt.looked_at is not None and attempt.looked_at > now - ASK_AGAIN
        if attempt.submitted_at is not None and looked:
            continue
        try:
            look_up(release.pk)
        except GatewayError as failure:
            logger.warning("How release %s stands at WeChat is not known: %s", release.pk, failure)
