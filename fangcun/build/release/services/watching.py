"""A release and the watch over its health: what one decides, the other carries out.

The room of rollouts judges and says how far a version may go; here that is done at WeChat. What people do to a release
is told to its watch in the same transaction, so that the two never disagree for long.
"""

from __future__ import annotations

import logging

from django.db import transaction
from django.utils.translation import gettext as _

from fangcun.build.flags.queries import flag_of
from fangcun.build.release.models import Errand, Release
from fangcun.build.release.queries import errand_under_way
from fangcun.build.release.states import ErrandKind, ErrandStatus, ReleaseStatus
from fangcun.build.rollout import services as rollouts
from fangcun.build.rollout.errors import RolloutInvalid, RolloutOpen
from fangcun.build.rollout.judging.judge import GO
from fangcun.build.rollout.models import Rollout
from fangcun.build.rollout.queries import rollout_of_release
from fangcun.build.rollout.states import RolloutStatus
from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.kernel.audit import record
from fangcun.kernel.errors import GatewayError

logger = logging.getLogger(__name__)
EVERYBODY = 100


class StepUnderWay(GatewayError):
    """A step is being done at WeChat in this moment; the next one waits for its end."""

    def __init__(self) -> None:
        super().__init__("A step is being done at WeChat.", permanent=False, code="under_way")


def begin_watch(release: Release, *, flag: str, by: Actor) -> Rollout | None:
    """Have a version watched from its first step on; None, and a line in the audit log, when it can't be."""
    steps = [step for step in release.steps if step >= release.percent]
    try:
        with transaction.atomic():
            return rollouts.start_rollout(
                program_id=release.program_id,
                version=release.version,
                against=release.against,
                release_number=str(release.pk),
                channel=release.channel,
                steps=steps,
                flag=flag_of(flag) if flag else None,
                by=by,
            )
    except (RolloutInvalid, RolloutOpen) as refused:
        record("release.unwatched", by=SYSTEM, object=release, note=str(refused))
        return None


def watch_of(release: Release) -> Rollout | None:
    """The watch over a release; None when nobody watches it."""
    return rollout_of_release(str(release.pk))


def tell_step(release: Release, percent: int, *, reason: str, by: Actor) -> None:
    """Tell the watch that people go on to this share."""
    watch = _open(release)
    if watch is None or percent <= watch.percent:
        return
    because = reason.strip() or _("人工继续")
    if percent == EVERYBODY:
        rollouts.finish(watch, because=because, by=by)
    elif percent == watch.following:
        rollouts.overrule(watch, GO, because=because, by=by)


def tell_hold(release: Release, *, reason: str, by: Actor) -> None:
    """Tell the watch that people stay where they are."""
    watch = _open(release)
    if watch is not None and watch.status == RolloutStatus.RUNNING:
        rollouts.hold(watch, because=reason, by=by)


def tell_revert(release: Release, *, reason: str, by: Actor) -> None:
    """Tell the watch that the version is taken back."""
    watch = _open(release)
    if watch is not None:
        rollouts.turn_back(watch, because=reason, by=by)


@transaction.atomic
def carry_step(*, release_number: str, percent: int) -> Errand | None:
    """Do at WeChat what the watch decided; None when that is so already. Raises StepUnderWay to be asked again."""
    from fangcun.build.release.services.rolling import write_step

    release = _rolling(release_number)
    if release is None or percent <= release.percent:
        return None
    pending = errand_under_way(release)
    if pending is not None:
        if pending.kind in (ErrandKind.REVERT_GRAY, ErrandKind.RELEASE):
            return None
        if pending.kind == ErrandKind.GRAY and int(pending.payload.get("percent", 0)) >= percent:
            return None
        _give_up(pending)
    return write_step(release, percent, reason=_("健康，继续放量"), by=SYSTEM)


@transaction.atomic
def carry_back(*, release_number: str, reason: str) -> Errand | None:
    """Take back at WeChat what the watch turned back; None when that is so already. Raises StepUnderWay."""
    from fangcun.build.release.services.rolling import write_revert

    release = _rolling(release_number)
    if release is None:
        return None
    pending = errand_under_way(release)
    if pending is not None and pending.kind in (ErrandKind.REVERT_GRAY, ErrandKind.REVERT_CODE):
        return None
    if pending is not None:
        _give_up(pending)
    return write_revert(release, reason=reason, by=SYSTEM)


def _give_up(pending: Errand) -> None:
    from fangcun.build.release.services.errands import cancel

    if pending.status == ErrandStatus.RUNNING:
        raise StepUnderWay
    cancel(errand_id=pending.pk, reason=_("健康判断有了新的决定"), by=SYSTEM)


def _open(release: Release) -> Rollout | None:
    watch = watch_of(release)
    return watch if watch is not None and watch.is_open else None


def _rolling(release_number: str) -> Release | None:
    if not (release_number.isascii() and release_number.isdigit()):
        return None  # a rollout that somebody began without a release
    return (
        Release.objects.select_for_update(of=("self",))
        .select_related("program", "artifact")
        .filter(pk=int(release_number), status=ReleaseStatus.ROLLING_OUT)
        .first()
    )
