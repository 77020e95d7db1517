"""Quarantine over time: what fits a newer plan is counted after all, what is old is forgotten."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

import orjson
from django.db import router, transaction
from django.utils import timezone

from fangcun.insight.tracking.counting import Origin, add_to_tallies, batch_of, tallies_of
from fangcun.insight.tracking.fitting import Fit, Flaw
from fangcun.insight.tracking.models import Batch, Quarantined
from fangcun.insight.tracking.plans import current_fit

KEEP = dt.timedelta(days=30)
CHUNK = 500


def release() -> int:
    """Hold quarantined events against the plan in force, each once per plan; how many count from now on.

    They keep their times, phone, member and program. May be run at any time and by several workers at once.
    """
    fit = current_fit()
    released = 0
    # In pieces, so that arriving events are never kept waiting long.
    while fit is not None and (number := _release_some(fit)) is not None:
        released += number
    return released


def _release_some(fit: Fit) -> int | None:
    with transaction.atomic(using=router.db_for_write(Quarantined)):
        rows = list(
            Quarantined.objects.select_for_update(skip_locked=True)
            .filter(revision__lt=fit.revision)
            .order_by("revision", "id")[:CHUNK]
        )
        if not rows:
            return None
        fitting: dict[tuple[Any, ...], list[tuple[Quarantined, dict[str, Any]]]] = defaultdict(list)
        flawed: dict[Flaw, list[int]] = defaultdict(list)
        for row in rows:
            event = orjson.loads(row.payload)
            if (flaw := fit.flaw(event)) is None:
                fitting[row.device_id, row.member_id, row.program_id].append((row, event))
            else:
                flawed[flaw].append(row.pk)
        if fitting:
            _count(list(fitting.values()))
        for flaw, ids in flawed.items():
            Quarantined.objects.filter(id__in=ids).update(
                revision=fit.revision, problem=flaw.problem, prop=flaw.prop
            )
        return sum(map(len, fitting.values()))


def _count(groups: list[list[tuple[Quarantined, dict[str, Any]]]]) -> None:
    batches = []
    for group in groups:
        first = group[0][0]
        origin = Origin(first.device_id, first.member_id, first.program_id, first.received_at)
        batches.append(batch_of([event for _, event in group], origin))
    Batch.objects.bulk_create(batches)
    released = [pair for group in groups for pair in group]
    add_to_tallies(tallies_of(event for _, event in released), lane=0)
    Quarantined.objects.filter(id__in=[row.pk for row, _ in released]).delete()


def forget_old() -> int:
    """Drop what has been in quarantine for 30 days; how many events that were."""
    old = Quarantined.objects.filter(received_at__lt=timezone.now() - KEEP).order_by("received_at")
    forgotten = 0
    while ids := list(old.values_list("id", flat=True)[:CHUNK]):
        forgotten += Quarantined.objects.filter(id__in=ids).delete()[0]
    return forgotten
