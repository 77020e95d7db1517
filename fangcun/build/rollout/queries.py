"""Questions about rollouts and versions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

from django.core.cache import cache
from django.db.models import Max, QuerySet, Sum
from django.utils import timezone

from fangcun.build.rollout.errors import RolloutUnknown
from fangcun.build.rollout.models import Look, Rollout, VersionMinute, cohort_name
from fangcun.build.rollout.states import OPEN

LATELY = dt.timedelta(days=7)
REMEMBER_SECONDS = 3
_WATCHED = "rollout.watched"


def rollouts() -> QuerySet[Rollout]:
    """All rollouts, the newest first."""
    return Rollout.objects.select_related("program", "flag").order_by("-id")


def rollout_of(rollout_id: int) -> Rollout:
    """One rollout. Raises RolloutUnknown."""
    found = rollouts().filter(pk=rollout_id).first() if 0 < rollout_id < 2**63 else None
    if found is None:
        raise RolloutUnknown
    return found


def rollout_of_release(release_number: str) -> Rollout | None:
    """The last rollout of a release; None before there is one."""
    return rollouts().filter(release_number=release_number).first() if release_number else None


def open_rollout(program_id: int) -> Rollout | None:
    """The rollout that is on its way in a mini program."""
    return rollouts().filter(program_id=program_id, status__in=OPEN).first()


def cohort_of(flags: Mapping[str, bool], *, program_id: int) -> str:
    """By which name a phone tells of the feature that is being rolled out within its version; "" when it has none.

    `flags` are those of the phone. Costs no statement while this process remembers what is on its way.
    """
    watched: list[tuple[int, str]] | None = cache.get(_WATCHED)
    if watched is None:
        rows = Rollout.objects.filter(status__in=OPEN, flag__isnull=False, version__contains="+")
        watched = list(rows.values_list("program_id", "flag__key"))
        cache.set(_WATCHED, watched, REMEMBER_SECONDS)
    keys = [key for program, key in watched if program == program_id and flags.get(key)]
    return cohort_name(keys[0]) if keys else ""


def looks_of(rollout: Rollout) -> QuerySet[Look]:
    """Every decision on a rollout, the newest first."""
    return rollout.looks.order_by("-id")


class VersionLately(NamedTuple):
    """A version that phones have told of within a week: its requests, those with errors, the minute of the last."""

    program_id: int
    version: str
    all: int
    bad: int
    last: dt.datetime


def versions_lately(program_id: int | None = None) -> list[VersionLately]:
    """Which versions phones run, the one that was heard of last first."""
    rows = VersionMinute.objects.filter(minute__gte=timezone.now() - LATELY)
    if program_id is not None:
        rows = rows.filter(program_id=program_id)
    found = (
        rows.values_list("program_id", "version")
        .annotate(all=Sum("requests"), bad=Sum("errors"), last=Max("minute"))
        .order_by("-last", "-all")
    )
    return [VersionLately(*row) for row in found]


def running_version(program_id: int) -> str:
    """The version that most requests came from within a week; "" when phones have told of none."""
    most = max(versions_lately(program_id), key=lambda one: one.all, default=None)
    return most.version if most else ""
