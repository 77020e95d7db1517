"""Questions about experiments: what there is, what a phone gets, and how it stands."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from django.core.cache import cache

from fangcun.insight.experiments.assigning import takes_part, variant_of
from fangcun.insight.experiments.design import MetricSpec
from fangcun.insight.experiments.errors import ExperimentUnknown
from fangcun.insight.experiments.models import Entrant, Experiment, ExperimentSet
from fangcun.insight.experiments.states import ExperimentStatus
from fangcun.insight.tracking.models import Device

if TYPE_CHECKING:
    from fangcun.insight.experiments.reporting import ExperimentReport
    from fangcun.insight.experiments.usual import Usual

# Another process may hand out the former state of things for so long.
REMEMBER_SECONDS = 10
_KEY = "experiments.serving"


class _Served(NamedTuple):
    """What is needed to know who gets what. `shipped` is "" while it runs."""

    id: int
    key: str
    program_id: int | None
    segment_id: int | None
    traffic: int
    salt: str
    weights: tuple[tuple[str, int], ...]
    shipped: str


def experiments() -> ExperimentSet:
    """All experiments, the newest first."""
    return Experiment.objects.select_related("program").order_by("-id")


def experiment_of(key: str) -> Experiment:
    """The experiment with this key. Raises ExperimentUnknown."""
    experiment = experiments().filter(key=key).first() if "\0" not in key else None
    if experiment is None:
        raise ExperimentUnknown(key=key)
    return experiment


def assignments(*, device_key: str, member_id: int | None, program_id: int) -> dict[str, str]:
    """Which variant a phone shows, by experiment; what is missing is shown as ever.

    Running experiments give what chance says, those decided for another variant give that one. Where an experiment
    is for a segment, `member_id` or, without one, whoever the phone belongs to must have been found in it.
    """
    served = [one for one in _serving() if one.program_id in (None, program_id)]
    entered = _entered(served, device_key, member_id)
    given = {}
    for one in served:
        if one.segment_id is not None and one.id not in entered:
            continue
        if one.shipped:
            given[one.key] = one.shipped
        elif takes_part(one.salt, device_key, one.traffic):
            given[one.key] = variant_of(one.salt, device_key, one.weights)
    return given


def report(experiment: Experiment, now: dt.datetime | None = None, *, ticket: str = "") -> ExperimentReport:
    """How an experiment stands, as of now or of a moment. With a `ticket` it can be watched and cancelled.

    Raises Interrupted when it was cancelled.
    """
    from fangcun.insight.experiments.judging import report_on  # loads scipy, which phones needn't wait for

    return report_on(experiment, now, ticket=ticket)


def usual(
    metric: MetricSpec, *, days: int = 28, window_days: int = 7, program_id: int | None = None
) -> Usual:
    """What a metric has been lately without any experiment, to plan one by."""
    from fangcun.insight.experiments.usual import usual_of

    return usual_of(metric, days=days, window_days=window_days, program_id=program_id)


def forget() -> None:
    """Let this process look anew for what it hands out."""
    cache.delete(_KEY)


def _serving() -> list[_Served]:
    served: list[_Served] | None = cache.get(_KEY)
    if served is None:
        served = [
            _Served(
                id=one.pk,
                key=one.key,
                program_id=one.program_id,
                segment_id=one.segment_id,
                traffic=one.traffic,
                salt=one.salt,
                weights=tuple((variant["name"], variant["weight"]) for variant in one.variants),
                shipped=one.shipped if one.status == ExperimentStatus.STOPPED else "",
            )
            for one in Experiment.objects.serving().order_by("id")
        ]
        cache.set(_KEY, served, REMEMBER_SECONDS)
    return served


def _entered(served: list[_Served], device_key: str, member_id: int | None) -> set[int]:
    limited = [one.id for one in served if one.segment_id is not None]
    if not limited:
        return set()
    found = Entrant.objects.filter(experiment__in=limited, person__in=_persons(device_key, member_id))
    return set(found.values_list("experiment_id", flat=True))


def _persons(device_key: str, member_id: int | None) -> set[int]:
    """Who it may be, as events number persons. A phone that was found in a segment stays in after a login."""
    persons = set() if member_id is None else {2 * member_id}
    row = Device.objects.filter(key=device_key).values_list("id", "identity__member_id").first()
    if row is not None:
        persons.add(2 * row[0] + 1)
        if member_id is None and row[1] is not None:
            persons.add(2 * row[1])
    return persons
