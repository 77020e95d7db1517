"""Planning, beginning, letting more in, deciding."""

from __future__ import annotations

import pytest

from fangcun.insight.experiments.assigning import BUCKETS
from fangcun.insight.experiments.design import ExperimentSpec, VariantSpec
from fangcun.insight.experiments.errors import ExperimentBegun, ExperimentInvalid, KeyTaken
from fangcun.insight.experiments.models import Entrant, Experiment
from fangcun.insight.experiments.queries import assignments
from fangcun.insight.experiments.services import (
    change_experiment,
    delete_experiment,
    draft_experiment,
    raise_traffic,
    start_experiment,
    stop_experiment,
)
from fangcun.insight.experiments.tasks import find_entrants
from fangcun.insight.experiments.tests.plans import spec
from fangcun.insight.segments.services import make_snapshot
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import AuditEntry
from fangcun.kernel.states import IllegalTransition

pytestmark = pytest.mark.django_db(databases="__all__")


def test_a_plan_is_kept_as_it_was_given():
    made = draft_experiment(spec=spec(), by=SYSTEM)
    kept = Experiment.objects.get(pk=made.pk)
    assert kept.spec == spec() == ExperimentSpec.of(spec().as_json())
    assert kept.planned == {"control": 31234, "b": 31234}


def test_a_key_is_used_once():
    draft_experiment(spec=spec(), by=SYSTEM)
    with pytest.raises(KeyTaken):
        draft_experiment(spec=spec(), by=SYSTEM)
    assert Experiment.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "Über"},
        {"variants": (VariantSpec("control", 9_999), VariantSpec("b", 2))},
        {"variants": (VariantSpec("a", 5_000), VariantSpec("b", 5_000))},
        {"metrics": ()},
        {"traffic": 0},
        {"method": "magic"},
        {"mde": 30.0},
    ],
)
def test_what_is_wrong_with_a_plan_is_said(wrong):
    with pytest.raises(ExperimentInvalid) as refused:
        spec(**wrong)
    assert str(refused.value)


def test_nothing_of_a_running_experiment_can_be_changed():
    running = start_experiment(experiment=draft_experiment(spec=spec(), by=SYSTEM), by=SYSTEM)
    uneven = spec(variants=(VariantSpec("control", 9_000), VariantSpec("b", 1_000)))
    with pytest.raises(ExperimentBegun):
        change_experiment(experiment=running, spec=uneven, by=SYSTEM)
    with pytest.raises(ExperimentBegun):
        delete_experiment(experiment=running, by=SYSTEM)
    with pytest.raises(IllegalTransition):
        start_experiment(experiment=running, by=SYSTEM)
    assert Experiment.objects.get().spec == spec()


def test_traffic_only_grows():
    running = start_experiment(experiment=draft_experiment(spec=spec(traffic=1_000), by=SYSTEM), by=SYSTEM)
    for wrong in (1_000, 999, BUCKETS + 1):
        with pytest.raises(ExperimentInvalid):
            raise_traffic(experiment=running, traffic=wrong, by=SYSTEM)
    raise_traffic(experiment=running, traffic=2_000, by=SYSTEM)
    assert Experiment.objects.get().traffic == 2_000


def test_a_decision_needs_a_variant_and_a_reason():
    running = start_experiment(experiment=draft_experiment(spec=spec(), by=SYSTEM), by=SYSTEM)
    for ship, because in (("c", "好"), ("b", " ")):
        with pytest.raises(ExperimentInvalid):
            stop_experiment(experiment=running, ship=ship, because=because, by=SYSTEM)
    assert Experiment.objects.get().status == "running"
    stop_experiment(experiment=running, ship="b", because="多卖了一成", by=SYSTEM)
    kept = Experiment.objects.get()
    assert (kept.status, kept.shipped, kept.because) == ("stopped", "b", "多卖了一成")
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
        "experiments.draft",
        "experiments.start",
        "experiments.stop",
    ]


def test_an_experiment_for_a_segment_is_for_its_persons_only():
    segment = make_snapshot(name="老客", persons=[2 * 7], by=SYSTEM)
    running = start_experiment(
        experiment=draft_experiment(spec=spec(segment_id=segment.pk), by=SYSTEM), by=SYSTEM
    )
    for _twice in range(2):
        find_entrants.func(experiment_id=running.pk)
    assert list(Entrant.objects.values_list("person", flat=True)) == [14]
    assert assignments(device_key="d", member_id=8, program_id=1) == {}
    assert assignments(device_key="d", member_id=7, program_id=1).keys() == {"layout"}
