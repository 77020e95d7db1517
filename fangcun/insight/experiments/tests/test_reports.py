"""How an experiment stands, from events to words."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from fangcun.insight.analytics.tests.log import DAY
from fangcun.insight.experiments.design import MetricSpec, VariantSpec
from fangcun.insight.experiments.models import Experiment
from fangcun.insight.experiments.queries import report
from fangcun.insight.experiments.services import draft_experiment, start_experiment
from fangcun.insight.experiments.tests.log import START, Event, exposure, paid, store
from fangcun.insight.experiments.tests.plans import BOUGHT, spec
from fangcun.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db(databases="__all__")
NOW = START + dt.timedelta(days=10)


def running(planned: int, **changes) -> Experiment:
    experiment = draft_experiment(spec=spec(**changes), by=SYSTEM)
    start_experiment(experiment=experiment, by=SYSTEM)
    Experiment.objects.filter(pk=experiment.pk).update(
        started_at=START, planned={"control": planned, "b": planned}
    )
    return Experiment.objects.get(pk=experiment.pk)


def seen(control: int, b: int, bought_control: int, bought_b: int) -> None:
    people = [(n, "control", n < bought_control) for n in range(control)]
    people += [(control + n, "b", n < bought_b) for n in range(b)]
    store(
        [exposure(n + 1, variant, 1) for n, variant, _ in people]
        + [paid(n + 1, DAY) for n, _, bought in people if bought]
    )


def test_no_winner_is_called_before_the_horizon():
    seen(400, 400, 20, 60)
    found = report(running(401), NOW)
    p = found.metrics[0].variants[1].p
    assert p is not None
    assert p < 0.001
    assert (found.verdict.code, found.verdict.winner) == ("too_early", None)


def test_at_the_horizon_the_winner_is_named():
    seen(400, 400, 20, 60)
    found = report(running(400), NOW)
    assert (found.verdict.code, found.verdict.winner) == ("winner", "b")
    b = found.metrics[0].variants[1]
    assert (b.exposed, b.conversions, b.rate) == (400, 60, 0.15)
    assert b.lift == pytest.approx(2.0)
    assert b.lift_low is not None
    assert b.lift_low > 0


def test_a_broken_split_is_loud_and_gives_no_verdict():
    seen(400, 600, 20, 90)
    found = report(running(400), NOW)
    assert (found.split.broken, found.verdict.code, found.verdict.loud) == (True, "split_broken", True)
    verdict = found.metrics[0].variants[1].verdict
    assert verdict is not None
    assert verdict.code == "split_broken"


def test_who_saw_two_variants_is_told_and_left_out():
    store([exposure(1, "control"), exposure(1, "b", 5), exposure(2, "b"), paid(1, 9)])
    found = report(running(400), NOW)
    assert (found.exposed, found.crossovers) == (1, 1)


def test_a_draft_has_a_report_too():
    assert report(draft_experiment(spec=spec(), by=SYSTEM)).verdict.code == "draft"


def test_looking_at_any_time_may_call_a_winner():
    seen(1000, 1000, 50, 130)
    found = report(running(30_000, method="sequential", mde=0.5), NOW)
    assert (found.verdict.code, found.verdict.winner) == ("winner", "b")


def test_who_comes_after_the_horizon_changes_no_figure_and_no_verdict():
    seen(400, 400, 20, 60)
    before = report(running(400), NOW)
    people = [(n, "control" if n < 400 else "b", n % 400 < (20 if n < 400 else 60)) for n in range(800)]
    later = [(n, "control" if n % 2 else "b", True) for n in range(800, 860)]
    store(
        [exposure(n + 1, variant, 1 if n < 800 else DAY) for n, variant, _ in people + later]
        + [paid(n + 1, DAY) for n, _, bought in people + later if bought]
    )
    after = report(Experiment.objects.get(), NOW)
    assert (before.late, after.late) == (0, 60)
    assert after.verdict == before.verdict
    assert after.metrics == before.metrics


@pytest.mark.parametrize(("bought", "verdict"), [((60, 20), ("winner", "b")), ((20, 60), ("worse", None))])
def test_where_less_is_better_the_variant_with_less_wins(bought, verdict):
    seen(400, 400, *bought)
    found = report(running(400, metrics=(dataclasses.replace(BOUGHT, good="down"),)), NOW).verdict
    assert (found.code, found.winner) == verdict


@pytest.mark.parametrize(
    ("control", "b", "status"),
    [(100, 500, "broken"), (50, 70, "risky"), (500, 500, "held"), (50, 50, "unclear")],
)
def test_a_guardrail_says_how_sure_it_is(control, b, status):
    returned = MetricSpec("退款", "order_refunded", 0.1, role="guardrail", good="down", tolerance=0.3)
    store(
        [exposure(n + 1, "control" if n < 1000 else "b", 1) for n in range(2000)]
        + [Event(n + 1, "order_refunded", DAY) for n in [*range(control), *range(1000, 1000 + b)]]
    )
    (found,) = report(running(1000, metrics=(BOUGHT, returned)), NOW).guardrails
    assert (found.status, found.loud) == (status, status == "broken")
    assert found.worse == pytest.approx(b / control - 1)


def test_each_of_three_variants_is_compared_with_control_and_the_split_goes_by_weights():
    thirds = (VariantSpec("control", 5000), VariantSpec("b", 3000), VariantSpec("c", 2000))
    experiment = running(200, variants=thirds)
    experiment.planned = {"control": 500, "b": 300, "c": 200}
    experiment.save()
    names = ["control"] * 500 + ["b"] * 300 + ["c"] * 200
    buyers = [*range(50), *range(500, 530), *range(800, 860)]
    store(
        [exposure(n + 1, name, 1) for n, name in enumerate(names)] + [paid(n + 1, DAY) for n in buyers],
    )
    found = report(experiment, NOW)
    assert [(one.variant, one.conversions, one.exposed) for one in found.metrics[0].variants] == [
        ("control", 50, 500),
        ("b", 30, 300),
        ("c", 60, 200),
    ]
    assert [(one.expected, one.seen) for one in found.split.variants] == [(500, 500), (300, 300), (200, 200)]
    assert (found.verdict.code, found.verdict.winner) == ("winner", "c")
