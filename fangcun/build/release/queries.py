"""Questions about releases: which there are, what holds the next step up, what was done at WeChat."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone

from fangcun.build.release.errors import ErrandUnknown, ReleaseUnknown
from fangcun.build.release.models import Attempt, Errand, RefusalItem, Release, ReviewPass
from fangcun.build.release.states import (
    OPEN,
    UNDER_WAY,
    Channel,
    ErrandKind,
    ErrandStatus,
    ReleaseStatus,
)
from fangcun.kernel.models import Transition
from fangcun.kernel.states import transitions_of

UNDOS_A_DAY, UNDOS_A_MONTH = 5, 10


def releases() -> QuerySet[Release]:
    """All releases, the newest first."""
    return Release.objects.select_related("program", "artifact").order_by("-id")


def release_of(number: int) -> Release:
    """One release. Raises ReleaseUnknown."""
    found = releases().filter(pk=number).first()
    if found is None:
        raise ReleaseUnknown
    return found


def open_release(program_id: int) -> Release | None:
    """The release of a program that is on its way."""
    return releases().filter(program_id=program_id, status__in=OPEN).first()


def live_release(program_id: int) -> Release | None:
    """The release that everybody has now, as far as it went through here."""
    return (
        releases()
        .filter(program_id=program_id, status=ReleaseStatus.LIVE)
        .order_by("-live_at", "-id")
        .first()
    )


def attempt_of(release: Release) -> Attempt:
    """The attempt that a release is at."""
    return Attempt.objects.get(release=release, number=release.attempt)


def attempts_of(release: Release) -> list[Attempt]:
    """All attempts of a release, the newest first, with the auditor's items."""
    return list(Attempt.objects.filter(release=release).prefetch_related("items").order_by("-number"))


def errand_of(pk: int) -> Errand:
    """One errand. Raises ErrandUnknown."""
    found = Errand.objects.select_related("release", "release__program").filter(pk=pk).first()
    if found is None:
        raise ErrandUnknown
    return found


def errand_under_way(release: Release) -> Errand | None:
    """What is being done at WeChat for a release now, or waits for a person to do it."""
    return Errand.objects.filter(release=release, status__in=UNDER_WAY).first()


def failed_errand(release: Release) -> Errand | None:
    """The newest errand, when it failed: it can be tried again."""
    newest = Errand.objects.filter(release=release).order_by("-id").first()
    return newest if newest is not None and newest.status == ErrandStatus.FAILED else None


def errands_of(release: Release) -> list[Errand]:
    """Everything that was done at WeChat for a release, the newest first."""
    return list(Errand.objects.filter(release=release).order_by("-id"))


def open_items(release: Release) -> list[RefusalItem]:
    """What auditors objected to, in any attempt of this release, and nobody has mended yet."""
    return list(
        RefusalItem.objects.filter(attempt__release=release, settled_at=None)
        .select_related("attempt")
        .order_by("attempt__number", "place")
    )


def pass_of(release: Release) -> ReviewPass | None:
    """The word that auditors of a release use now; None when there is none, or it is switched off."""
    return ReviewPass.objects.select_related("template").filter(release=release, closed_at=None).first()


def history_of(release: Release) -> list[Transition]:
    """Who moved a release, when and why."""
    return transitions_of(release)


def last_version(program_id: int, *, other_than: int | None = None) -> str:
    """The highest version that was uploaded before; "" when there was none."""
    rows = Attempt.objects.filter(release__program_id=program_id).exclude(uploaded_at=None)
    if other_than is not None:
        rows = rows.exclude(release_id=other_than)
    return max(rows.values_list("version", flat=True), key=version_key, default="")


def version_key(version: str) -> tuple[int, ...]:
    """How versions are ordered: by their numbers, 1.10 after 1.9."""
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("-")[0]))


def waiting_at_wechat() -> Iterable[Release]:
    """Releases of a third-party platform of which WeChat has to be asked how they stand."""
    asked = (ReleaseStatus.UPLOADED, ReleaseStatus.SUBMITTED)
    return releases().filter(status__in=asked, channel=Channel.PLATFORM)


def undos_left(program_id: int, *, now: dt.datetime | None = None) -> tuple[int, int]:
    """How often an audit can still be taken back: today, and this month."""
    today = timezone.localdate(now or timezone.now())
    done = [
        timezone.localdate(at)
        for at in Errand.objects.filter(
            release__program_id=program_id,
            kind=ErrandKind.WITHDRAW,
            status=ErrandStatus.DONE,
            ended_at__gte=(now or timezone.now()) - dt.timedelta(days=32),
        ).values_list("ended_at", flat=True)
        if at is not None
    ]
    this_month = [day for day in done if (day.year, day.month) == (today.year, today.month)]
    return (
        max(0, UNDOS_A_DAY - sum(day == today for day in done)),
        max(0, UNDOS_A_MONTH - len(this_month)),
    )
