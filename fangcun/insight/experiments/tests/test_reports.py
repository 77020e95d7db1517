"""How an experiment stands, from events to words."""

from __future__ import annotations

import datetime as dt

import pytest

from fangcun.insight.analytics.tests.log import DAY
from fangcun.insight.experiments.models import Experiment
from fangcun.insight.experiments.queries import report
from fangcun.insight.experiments.services import draft_experiment, start_experiment
from fangcun.insight.experiments.tests.log import START, exposure, paid, store
from fangcun.insight.experiments.tests.plans import spec
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
