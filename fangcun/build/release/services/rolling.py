"""The version reaches its users step by step, waits, or is taken back."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fangcun.build.flags.queries import flag_of
from fangcun.build.release.errors import PercentWrong, ReasonMissing
from fangcun.build.release.models import Errand, Release
from fangcun.build.release.queries import errand_under_way
from fangcun.build.release.services.errands import cancel, write_down
from fangcun.build.release.services.preparing import locked
from fangcun.build.release.services.watching import EVERYBODY, tell_hold, tell_revert, tell_step
from fangcun.build.release.states import ErrandKind, ErrandStatus, ReleaseStatus
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record
from fangcun.kernel.states import IllegalTransition


@transaction.atomic
def go(*, number: int, by: Actor, everybody: bool = False, reason: str = "", flag: str = "") -> Errand:
    """Begin to roll an approved version out: the first step, or everybody at once.

    Its health is watched from then on; the percentage of `flag` follows the steps. WeChat can't grey the very first
    version: it goes to everybody. Raises FlagUnknown, ErrandOpen, IllegalTransition.
    """
    release = locked(number)
    if release.status != ReleaseStatus.APPROVED:
        raise IllegalTransition(source=release.status, target=ReleaseStatus.ROLLING_OUT)
    first = release.steps[0]
    if everybody or first == EVERYBODY:
        return _to_everybody(release, by, reason)
    if flag:
        flag_of(flag)
    return _to(release, first, by, reason, first=True, flag=flag)


@transaction.atomic
def step(*, number: int, by: Actor, percent: int | None = None, reason: str = "") -> Errand:
    """Give the version to more users: the next step, or up to `percent`. A hold ends with it.

    Raises PercentWrong for no more than now, ErrandOpen, IllegalTransition.
    """
    release = locked(number)
    if release.status != ReleaseStatus.ROLLING_OUT:
        raise IllegalTransition(source=release.status, target=ReleaseStatus.ROLLING_OUT)
    wanted = release.next_percent if percent is None else percent
    if wanted is None or not release.percent < wanted <= 100:
        raise PercentWrong(now=release.percent)
    return write_step(release, wanted, reason=reason, by=by)


@transaction.atomic
def hold(*, number: int, reason: str, by: Actor) -> Release:
    """Stay at this share of the users until somebody goes on. Raises ReasonMissing, IllegalTransition."""
    if not reason.strip():
        raise ReasonMissing
    release = locked(number)
    if release.status != ReleaseStatus.ROLLING_OUT:
        raise IllegalTransition(source=release.status, target=ReleaseStatus.ROLLING_OUT)
    if release.held != reason.strip()[:200]:
        release.held = reason.strip()[:200]
        release.save(update_fields=["held"])
        record("release.hold", by=by, object=release, note=reason)
        tell_hold(release, reason=reason, by=by)
    return release


@transaction.atomic
def revert(*, number: int, reason: str, by: Actor, app_version: int | None = None, to: str = "") -> Errand:
    """Take the version back: the grey release while it rolls out, the code when everybody has it.

    A step that nobody has begun yet is given up. `app_version` names the earlier version at WeChat, `to` what it is
    called. Raises ReasonMissing, ErrandOpen while a step is being done, IllegalTransition.
    """
    if not reason.strip():
        raise ReasonMissing
    release = locked(number)
    if release.status not in (ReleaseStatus.ROLLING_OUT, ReleaseStatus.LIVE):
        raise IllegalTransition(source=release.status, target=ReleaseStatus.REVERTED)
    pending = errand_under_way(release)
    reverts = (ErrandKind.REVERT_GRAY, ErrandKind.REVERT_CODE)
    if pending is not None and pending.kind in reverts:
        return pending
    if pending is not None and pending.status != ErrandStatus.RUNNING:
        cancel(errand_id=pending.pk, reason=reason, by=by)
    return write_revert(release, reason=reason, by=by, app_version=app_version, to=to)


def write_step(release: Release, percent: int, *, reason: str, by: Actor) -> Errand:
    """Note that the version goes to this share of the users, in the caller's transaction; a hold ends with it."""
    Release.objects.filter(pk=release.pk).update(held="")
    whole = percent == EVERYBODY
    errand = _to_everybody(release, by, reason) if whole else _to(release, percent, by, reason)
    tell_step(release, percent, reason=reason, by=by)
    return errand


def write_revert(
    release: Release, *, reason: str, by: Actor, app_version: int | None = None, to: str = ""
) -> Errand:
    """Note that the version is taken back, in the caller's transaction."""
    if release.status == ReleaseStatus.ROLLING_OUT:
        errand = write_down(release, ErrandKind.REVERT_GRAY, by=by, payload={"reason": reason.strip()})
        tell_revert(release, reason=reason.strip(), by=by)
        return errand
    payload: dict[str, Any] = {"reason": reason.strip(), "version": to or release.against}
    if app_version is not None:
        payload["app_version"] = app_version
    return write_down(release, ErrandKind.REVERT_CODE, by=by, payload=payload)


def _to(
    release: Release, percent: int, by: Actor, reason: str, *, first: bool = False, flag: str = ""
) -> Errand:
    payload: dict[str, Any] = {"percent": percent, "version": release.version, "reason": reason.strip()}
    if first:
        payload |= {"first": True, "flag": flag}
    return write_down(release, ErrandKind.GRAY, by=by, payload=payload)


def _to_everybody(release: Release, by: Actor, reason: str) -> Errand:
    payload = {"version": release.version, "reason": reason.strip() or _("全量发布")}
    return write_down(release, ErrandKind.RELEASE, by=by, payload=payload)
