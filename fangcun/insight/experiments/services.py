"""The verbs of experiments: plan, begin, let more people in, decide."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.identity.programs.models import Program
from fangcun.insight.experiments import queries
from fangcun.insight.experiments.assigning import BUCKETS
from fangcun.insight.experiments.design import ExperimentSpec
from fangcun.insight.experiments.errors import (
    ExperimentBegun,
    ExperimentInvalid,
    ExperimentNotRunning,
    KeyTaken,
)
from fangcun.insight.experiments.models import Experiment
from fangcun.insight.experiments.states import ExperimentStatus
from fangcun.insight.experiments.tasks import find_entrants
from fangcun.insight.segments.queries import segment_of
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record

MOST_REASON = 500


@transaction.atomic
def draft_experiment(*, spec: ExperimentSpec, by: Actor) -> Experiment:
    """Plan an experiment; nobody sees anything of it yet. Raises KeyTaken, ExperimentInvalid, SegmentUnknown."""
    experiment = Experiment(**_columns(spec))
    _save(experiment)
    record("experiments.draft", by=by, object=experiment, after=spec.as_json())
    return experiment


@transaction.atomic
def change_experiment(*, experiment: Experiment, spec: ExperimentSpec, by: Actor) -> Experiment:
    """Plan it differently, as long as it is a draft.

    Raises ExperimentBegun, KeyTaken, ExperimentInvalid, SegmentUnknown.
    """
    locked = _draft(experiment)
    before = locked.spec.as_json()
    for name, value in _columns(spec).items():
        setattr(locked, name, value)
    _save(locked)
    record("experiments.change", by=by, object=locked, before=before, after=spec.as_json())
    return locked


@transaction.atomic
def start_experiment(*, experiment: Experiment, by: Actor) -> Experiment:
    """Let people in from now on. What decides who sees what, and how it is judged, is fixed from here.

    Raises IllegalTransition.
    """
    experiment.enter(ExperimentStatus.RUNNING, by=by, started_at=timezone.now())
    record("experiments.start", by=by, object=experiment, after=experiment.spec.as_json())
    if experiment.segment_id is not None:
        find_entrants.enqueue(experiment_id=experiment.pk)
    transaction.on_commit(queries.forget)
    return experiment


@transaction.atomic
def raise_traffic(*, experiment: Experiment, traffic: int, by: Actor) -> Experiment:
    """Let a larger share of phones in (basis points); those who are in stay, with the variant they have.

    Never a smaller one: people would fall back to what others see, and still be counted. Raises ExperimentNotRunning,
    ExperimentInvalid.
    """
    before = experiment.traffic
    if not before < traffic <= BUCKETS:
        raise ExperimentInvalid(
            _("进行中的实验只能扩大流量：应大于现在的 {now}%，不超过 100%"), now=f"{before / 100:g}"
        )
    rows = Experiment.objects.filter(pk=experiment.pk, status=ExperimentStatus.RUNNING, traffic=before)
    if not rows.update(traffic=traffic):
        raise ExperimentNotRunning
    experiment.traffic = traffic
    record(
        "experiments.raise_traffic",
        by=by,
        object=experiment,
        before={"traffic": before},
        after={"traffic": traffic},
    )
    transaction.on_commit(queries.forget)
    return experiment


@transaction.atomic
def stop_experiment(*, experiment: Experiment, ship: str, because: str, by: Actor) -> Experiment:
    """End it and write down what was decided: which variant everybody gets from now on, and why.

    `ship` is a variant's name; `control` leaves everything as it was. Another one is shown to all whom the
    experiment was for, until the phone has it built in. Raises IllegalTransition, ExperimentInvalid.
    """
    because = because.strip()
    if ship not in dict(experiment.spec.weights):
        raise ExperimentInvalid(_("请选择采用哪个分组"))
    if not because:
        raise ExperimentInvalid(_("请写明为什么这样决定"))
    if len(because) > MOST_REASON:
        raise ExperimentInvalid(_("理由最多 {most} 个字"), most=MOST_REASON)
    experiment.enter(
        ExperimentStatus.STOPPED,
        by=by,
        reason=because,
        stopped_at=timezone.now(),
        shipped=ship,
        because=because,
    )
    record("experiments.stop", by=by, object=experiment, after={"ship": ship, "because": because})
    transaction.on_commit(queries.forget)
    return experiment


@transaction.atomic
def delete_experiment(*, experiment: Experiment, by: Actor) -> None:
    """Throw a draft away. Raises ExperimentBegun."""
    locked = _draft(experiment)
    record("experiments.delete", by=by, object=locked, before=locked.spec.as_json())
    locked.delete()


def _draft(experiment: Experiment) -> Experiment:
    locked = Experiment.objects.select_for_update().filter(pk=experiment.pk).first()
    if locked is None or locked.status != ExperimentStatus.DRAFT:
        raise ExperimentBegun
    return locked


def _columns(spec: ExperimentSpec) -> dict[str, Any]:
    from fangcun.insight.experiments.sizing import needed  # loads scipy, which phones needn't wait for

    if spec.program_id is not None and not Program.objects.filter(pk=spec.program_id).exists():
        raise ExperimentInvalid(_("没有这个小程序"))
    if spec.segment_id is not None:
        segment_of(spec.segment_id)
    return {**spec.as_json(), "planned": needed(spec)}


def _save(experiment: Experiment) -> None:
    try:
        with transaction.atomic():
            experiment.save()
    except IntegrityError:
        if Experiment.objects.filter(key=experiment.key).exclude(pk=experiment.pk).exists():
            raise KeyTaken(key=experiment.key) from None
        raise
