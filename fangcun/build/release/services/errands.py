"""Errands at WeChat: written down, taken by one process at a time, ended with an answer or a reason."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from fangcun.build.release.errors import ErrandOpen, ErrandUnknown, EvidenceMissing
from fangcun.build.release.models import Errand, Release
from fangcun.build.release.queries import errand_of, errand_under_way
from fangcun.build.release.services.settling import take_effect
from fangcun.build.release.states import Channel, ErrandKind, ErrandStatus
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record

# Longer than any call waits for its answer; an upload may run for ten minutes.
LEASES = {ErrandKind.UPLOAD: dt.timedelta(minutes=12)}
LEASE = dt.timedelta(seconds=60)
MOST_TRIES = 8


def write_down(
    release: Release, kind: ErrandKind, *, by: Actor, payload: dict[str, Any] | None = None
) -> Errand:
    """Note what is to be done at WeChat, in the caller's transaction, and have it done after the commit.

    On the ci channel all but the upload is done by a person. Raises ErrandOpen when something is being done already.
    """
    from fangcun.build.release.tasks import do_errand

    by_hand = release.channel == Channel.CI and kind != ErrandKind.UPLOAD
    try:
        with transaction.atomic():
            errand = Errand.objects.create(
                release=release,
                attempt=release.attempt,
                kind=kind,
                status=ErrandStatus.BY_HAND if by_hand else ErrandStatus.WAITING,
                payload=payload or {},
                actor_kind=by.kind,
                actor_id=by.id,
                actor_name=by.name[:150],
            )
    except IntegrityError as taken:
        other = errand_under_way(release)
        raise ErrandOpen(what=other.get_kind_display() if other else "") from taken
    record(f"release.{kind.value}", by=by, object=release, after={"errand": errand.pk, **_told(payload)})
    if not by_hand:
        do_errand.enqueue(errand_id=errand.pk)
    return errand


def _told(payload: dict[str, Any] | None) -> dict[str, Any]:
    """What of a payload stands in the audit log."""
    return {
        key: value for key, value in (payload or {}).items() if key in ("percent", "template_id", "reason")
    }


def take(errand_id: int) -> Errand | None:
    """Take an errand for this process; None when it ended or another process is at it.

    One that was taken and never ended is taken again when its lease is over: its `tries` are then above 1.
    """
    now = timezone.now()
    errand = errand_of(errand_id)
    lease = LEASES.get(ErrandKind(errand.kind), LEASE)
    free = Errand.objects.filter(pk=errand_id).filter(Q(taken_at=None) | Q(taken_at__lt=now - lease))
    with transaction.atomic():
        taken = free.filter(status__in=(ErrandStatus.WAITING, ErrandStatus.RUNNING)).update(
            taken_at=now, tries=F("tries") + 1
        )
        if not taken:
            return None
        errand.refresh_from_db()
        if errand.status == ErrandStatus.WAITING:
            errand.enter(ErrandStatus.RUNNING, by=_who(errand), progress="", error="", code="")
    return errand


def tell_progress(errand: Errand, words: str) -> None:
    """Say how far an errand is."""
    Errand.objects.filter(pk=errand.pk).update(progress=words[:200])


@transaction.atomic
def settle(errand: Errand, answer: dict[str, Any]) -> None:
    """Write WeChat's answer down, and what follows from it for the release. Once: a second answer changes nothing."""
    kept = Errand.objects.select_for_update().get(pk=errand.pk)
    if kept.status != ErrandStatus.RUNNING:
        return
    kept.enter(ErrandStatus.DONE, by=_who(kept), answer=answer, ended_at=timezone.now(), error="", code="")
    take_effect(kept, answer, by=_who(kept))


@transaction.atomic
def put_off(errand: Errand, *, error: str, code: str) -> None:
    """Give an errand free for its next try, with what went wrong; after many tries it has failed."""
    kept = Errand.objects.select_for_update().get(pk=errand.pk)
    if kept.status != ErrandStatus.RUNNING:
        return
    if kept.tries >= MOST_TRIES:
        _fail(kept, error, code)
        return
    Errand.objects.filter(pk=kept.pk).update(taken_at=None, error=error[:2000], code=code[:40])


@transaction.atomic
def fail(errand: Errand, *, error: str, code: str) -> None:
    """Note that WeChat refused; a person mends what is wrong and tries again."""
    kept = Errand.objects.select_for_update().get(pk=errand.pk)
    if kept.status == ErrandStatus.RUNNING:
        _fail(kept, error, code)


def _fail(errand: Errand, error: str, code: str) -> None:
    errand.enter(
        ErrandStatus.FAILED,
        by=_who(errand),
        reason=error,
        error=error[:2000],
        code=code[:40],
        ended_at=timezone.now(),
        taken_at=None,
    )


@transaction.atomic
def try_again(*, errand_id: int, by: Actor) -> Errand:
    """Have a failed errand done once more. Raises ErrandUnknown, ErrandOpen, IllegalTransition."""
    from fangcun.build.release.tasks import do_errand

    errand = errand_of(errand_id)
    if Errand.objects.filter(release=errand.release, pk__gt=errand.pk).exists():
        raise ErrandUnknown
    try:
        with transaction.atomic():
            # Tries stay above 0, so that the next one asks first whether an earlier one came through.
            errand.enter(ErrandStatus.WAITING, by=by, ended_at=None, taken_at=None, tries=1)
    except IntegrityError as taken:
        raise ErrandOpen(what=errand.get_kind_display()) from taken
    record("release.try_again", by=by, object=errand.release, after={"errand": errand.pk})
    do_errand.enqueue(errand_id=errand.pk)
    return errand


@transaction.atomic
def confirm(*, errand_id: int, evidence: str, by: Actor, answer: dict[str, Any] | None = None) -> Errand:
    """Say that something was done in WeChat's console, with what shows it; the release moves on.

    Raises ErrandUnknown, EvidenceMissing, IllegalTransition when it does not wait for a person.
    """
    errand = Errand.objects.select_for_update(of=("self",)).filter(pk=errand_id).first()
    if errand is None:
        raise ErrandUnknown
    if not evidence.strip():
        raise EvidenceMissing
    told = answer or {}
    errand.enter(
        ErrandStatus.DONE,
        by=by,
        reason=evidence.strip(),
        evidence=evidence.strip(),
        answer=told,
        ended_at=timezone.now(),
    )
    record("release.confirm", by=by, object=errand.release, after={"errand": errand.pk, "kind": errand.kind})
    take_effect(errand, told, by=by)
    return errand


@transaction.atomic
def cancel(*, errand_id: int, reason: str, by: Actor) -> Errand:
    """Give up what nobody has begun: it waits in the queue or for a person. Raises ErrandUnknown, IllegalTransition."""
    errand = errand_of(errand_id)
    errand.enter(ErrandStatus.CANCELLED, by=by, reason=reason, ended_at=timezone.now())
    record("release.cancel", by=by, object=errand.release, after={"errand": errand.pk}, note=reason)
    return errand


def _who(errand: Errand) -> Actor:
    """The person on whose behalf it is done."""
    kind = errand.actor_kind
    if kind == "staff":
        return Actor.staff(errand.actor_id, errand.actor_name)
    return Actor("wechat" if kind == "wechat" else "system", errand.actor_id, errand.actor_name)
