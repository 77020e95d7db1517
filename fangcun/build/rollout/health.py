"""The health of two versions side by side, gathered from all who know something of it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncHour

from fangcun.build.rollout.judging.evidence import Counted, Evidence, Pair
from fangcun.build.rollout.judging.metrics import API, COMPLAINT, CRASH, ORDER, PAYMENT, VIEW
from fangcun.build.rollout.measuring import WINDOW_MS, Done, VersionQuestion
from fangcun.build.rollout.models import MemberVersion, PaymentAttempt, Rollout, VersionMinute
from fangcun.build.rollout.moving import HOUR_MS, Stretch, stretch_of
from fangcun.grow.conversations.queries import complaints
from fangcun.insight.analytics.asking import ask
from fangcun.insight.analytics.moments import ms

# An order counts as paid when it was within so long; before that it is not asked about.
PAID_WITHIN = dt.timedelta(minutes=5)
MINUTE_MS = 60_000

# By stretch and version: [hits, n].
_Counts = dict[tuple[Stretch, str], list[float]]


def evidence_of(rollout: Rollout, now: dt.datetime) -> Evidence:
    """What is known of a rollout's version and of the running one since the rollout began. Raises Interrupted."""
    done = _done(rollout, now)
    counted = {
        PAYMENT: _payments(rollout, now),
        CRASH: _of(done, lambda one: (one.failed, one.persons), rollout),
        API: _requests(rollout, now),
        VIEW: _of(done, lambda one: (one.viewed, one.persons), rollout),
        ORDER: _of(done, lambda one: (one.ordered, one.viewed), rollout),
    }
    counted[COMPLAINT] = _complaints(rollout, now, counted[CRASH])
    return Evidence(
        hours=(now - rollout.stepped_at) / dt.timedelta(hours=1),
        patience_hours=(now - rollout.patient_since) / dt.timedelta(hours=1),
        persons=_step_n(counted[CRASH], rollout, rollout.version),
        running_persons=_step_n(counted[CRASH], rollout, rollout.against),
        requests=_step_n(counted[API], rollout, rollout.version),
        running_requests=_step_n(counted[API], rollout, rollout.against),
        pairs={name: _pairs(counts, rollout) for name, counts in counted.items()},
    )


class Unpaid(NamedTuple):
    """Of the orders that were not paid in time: how many at all, and for how many no cashier ever opened."""

    all: int
    failed: int


def unpaid_of(rollout: Rollout, now: dt.datetime) -> dict[str, Unpaid]:
    """By version, what became of the orders that somebody went to pay and did not pay in time."""
    rows = (
        ripe_attempts(rollout, now)
        .filter(version__in=_versions(rollout))
        .exclude(_in_time())
        .values_list("version")
        .annotate(all=Count("id"), failed=Count("id", filter=~Q(failed="")))
        .order_by()
    )
    return {version: Unpaid(number, failed) for version, number, failed in rows}


def ripe_attempts(rollout: Rollout, now: dt.datetime) -> QuerySet[PaymentAttempt]:
    """The attempts since a rollout began about which it is known whether they were paid in time."""
    return PaymentAttempt.objects.filter(
        program_id=rollout.program_id, began_at__gte=rollout.started_at, began_at__lt=now - PAID_WITHIN
    )


def _in_time() -> Q:
    return Q(paid_at__lte=F("began_at") + PAID_WITHIN)


def _done(rollout: Rollout, now: dt.datetime) -> Mapping[tuple[str, int], Done]:
    since = ms(rollout.started_at)
    # Up to full minutes, so that looking again at once costs nothing.
    until = (ms(now) - WINDOW_MS) // MINUTE_MS * MINUTE_MS
    if until <= since:
        return {}
    return ask(VersionQuestion((rollout.version, rollout.against), rollout.program_id, since, until))


def _of(
    done: Mapping[tuple[str, int], Done], what: Callable[[Done], tuple[int, int]], rollout: Rollout
) -> _Counts:
    counts: _Counts = defaultdict(lambda: [0.0, 0.0])
    for (version, hour), one in done.items():
        hits, n = what(one)
        count = counts[stretch_of(hour, rollout.moves), version]
        count[0] += hits
        count[1] += n
    return counts


def _payments(rollout: Rollout, now: dt.datetime) -> _Counts:
    rows = (
        ripe_attempts(rollout, now)
        .filter(version__in=_versions(rollout))
        .annotate(hour=TruncHour("began_at", tzinfo=dt.UTC))
        .values_list("version", "hour")
        .annotate(paid=Count("id", filter=_in_time()), all=Count("id"))
        .order_by()
    )
    return _added(rows, rollout)


def _requests(rollout: Rollout, now: dt.datetime) -> _Counts:
    rows = (
        VersionMinute.objects.filter(
            program_id=rollout.program_id,
            version__in=_versions(rollout),
            minute__gte=rollout.started_at,
            minute__lt=now,
        )
        .annotate(hour=TruncHour("minute", tzinfo=dt.UTC))
        .values_list("version", "hour")
        .annotate(bad=Sum("errors"), all=Sum("requests"))
        .order_by()
    )
    return _added(rows, rollout)


def _complaints(rollout: Rollout, now: dt.datetime, persons: _Counts) -> _Counts:
    """Who complained, once a day, by the version that he was here with last; of all who were here."""
    told = complaints(rollout.program_id, since=rollout.started_at, until=now)
    versions = _last_versions(rollout, {member for member, _at in told})
    counts: _Counts = defaultdict(lambda: [0.0, 0.0])
    for key, (_hits, n) in persons.items():
        counts[key][1] = n
    seen = set()
    for member, at in told:
        version = next((name for since, name in versions.get(member, ()) if since <= at), None)
        stretch = stretch_of(ms(at) // HOUR_MS, rollout.moves)
        if version in _versions(rollout) and (member, stretch) not in seen:
            seen.add((member, stretch))
            count = counts[stretch, str(version)]
            count[0] = min(count[0] + 1, count[1])
    return counts


def _last_versions(rollout: Rollout, members: Iterable[int]) -> dict[int, list[tuple[dt.datetime, str]]]:
    found: dict[int, list[tuple[dt.datetime, str]]] = defaultdict(list)
    rows = MemberVersion.objects.filter(program_id=rollout.program_id, member_id__in=list(members))
    for member, at, version in rows.order_by("-first_at").values_list("member_id", "first_at", "version"):
        found[member].append((at, version))
    return found


def _added(rows: Iterable[tuple[str, dt.datetime, int, int]], rollout: Rollout) -> _Counts:
    counts: _Counts = defaultdict(lambda: [0.0, 0.0])
    for version, hour, hits, n in rows:
        count = counts[stretch_of(ms(hour) // HOUR_MS, rollout.moves), version]
        count[0] += hits
        count[1] += n
    return counts


def _pairs(counts: _Counts, rollout: Rollout) -> list[Pair]:
    stretches = sorted({stretch for stretch, _version in counts})
    return [
        Pair(
            Counted(*counts.get((stretch, rollout.version), (0.0, 0.0))),
            Counted(*counts.get((stretch, rollout.against), (0.0, 0.0))),
        )
        for stretch in stretches
    ]


def _step_n(counts: _Counts, rollout: Rollout, version: str) -> int:
    step = len(rollout.moves) - 1
    return int(
        sum(n for (stretch, name), (_hits, n) in counts.items() if stretch.step == step and name == version)
    )


def _versions(rollout: Rollout) -> list[str]:
    return [rollout.version, *([rollout.against] if rollout.against else [])]
