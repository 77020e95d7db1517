"""Going on, waiting, holding, turning back: from what was counted."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangcun.build.rollout.judging.evidence import Counted, Evidence, Pair, side_by_side
from fangcun.build.rollout.judging.intervals import difference, exactly, rate_of
from fangcun.build.rollout.judging.judge import BACK, GO, HOLD, WAIT, Decision, judge
from fangcun.build.rollout.judging.metrics import (
    API,
    COMPLAINT,
    CRASH,
    METRICS,
    ORDER,
    PAYMENT,
    VIEW,
    Caution,
)

CAUTION = Caution()
N = st.integers(0, 3_000)


def pair(hits: float, n: float, running_hits: float, running_n: float) -> Pair:
    return Pair(Counted(hits, n), Counted(running_hits, running_n))


def evidence(
    *, persons: int = 400, share: float = 0.05, payment: float = 0.85, orders: int = 60, **changes: float
) -> Evidence:
    """Of a version that does as well as the running one, but for what is said."""
    others = round(persons / share * (1 - share))
    crash, view, api = (
        changes.pop(name, usual) for name, usual in ((CRASH, 0.01), (VIEW, 0.6), (API, 0.002))
    )
    pairs = {
        PAYMENT: [pair(round(orders * payment), orders, round(orders * 19 * 0.85), orders * 19)],
        CRASH: [pair(round(persons * crash), persons, round(others * 0.01), others)],
        API: [pair(round(persons * 12 * api), persons * 12, round(others * 12 * 0.002), others * 12)],
        VIEW: [pair(round(persons * view), persons, round(others * 0.6), others)],
        ORDER: [pair(orders, round(persons * view), orders * 19, round(others * 0.6))],
        COMPLAINT: [pair(0, persons, 0, others)],
    }
    usual = {
        "hours": 30, "patience_hours": 30, "persons": persons, "running_persons": others,
        "requests": persons * 12, "running_requests": others * 12,
    }  # fmt: skip
    return Evidence(pairs=pairs, **(usual | changes))  # type: ignore[arg-type]


def verdict(found: Evidence, *, following: int = 20, **more: object) -> str:
    return judge(found, CAUTION, following=following, **more).verdict  # type: ignore[arg-type]


def test_a_version_that_is_as_good_goes_on():
    found = judge(evidence(), CAUTION, following=20)
    assert (found.verdict, found.reasons[0].code) == (GO, "enough")


def test_half_the_payment_success_is_turned_back_and_named():
    found = judge(evidence(payment=0.425), CAUTION, following=20)
    assert found.verdict == BACK
    assert [(one.code, one.metric) for one in found.reasons] == [("harm", PAYMENT)]
    assert found.reasons[0].numbers["low"] > 0.02


def test_one_order_proves_nothing():
    found = judge(evidence(orders=1, payment=0), CAUTION, following=20)
    assert found.verdict == WAIT
    assert ("open", PAYMENT) in [(one.code, one.metric) for one in found.reasons]


@pytest.mark.parametrize(
    ("sick", "metric"),
    [({CRASH: 0.15}, CRASH), ({API: 0.15}, API), ({VIEW: 0.3}, VIEW)],
)
def test_each_metric_may_turn_a_version_back(sick, metric):
    found = judge(evidence(**sick), CAUTION, following=20)
    assert (found.verdict, found.reasons[0].metric) == (BACK, metric)


def test_a_metric_that_the_staff_waived_turns_nothing_back():
    assert verdict(evidence(crash=0.15), waived=[CRASH]) == GO


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"hours": 1}, "hours"), ({"persons": 100, "requests": 1_200}, "persons")],
)
def test_a_step_takes_its_time_and_its_persons(changes, code):
    found = judge(evidence(**changes), CAUTION, following=20)
    assert found.verdict == WAIT
    assert code in [one.code for one in found.reasons]


def test_more_has_to_be_ruled_out_the_more_people_come_next():
    few = evidence(persons=1_500, orders=40)
    assert verdict(few, following=20) == GO
    assert verdict(few, following=100) == WAIT


def test_who_has_many_customers_has_to_know_more_on_the_first_day():
    assert verdict(evidence(orders=40, hours=30)) == GO
    assert verdict(evidence(orders=40, hours=10)) == WAIT


def test_patience_ends_by_asking():
    assert verdict(evidence(orders=1, patience_hours=336)) == HOLD
    assert verdict(evidence(orders=1, patience_hours=336), waived=["patience"]) == WAIT
    assert verdict(evidence(payment=0.4, patience_hours=336)) == BACK


@pytest.mark.parametrize(
    ("lost", "code"),
    [
        ({"requests": 0, "persons": 0, "hours": 25}, "silent"),
        ({"persons": 0}, "no_events"),
        ({"persons": 100}, "few_events"),
        ({"running_requests": 0, "running_persons": 0}, "no_comparison"),
    ],
)
def test_what_cannot_be_seen_is_not_healthy(lost, code):
    known = replace(evidence(), **lost)
    found = judge(known, CAUTION, following=20)
    assert (found.verdict, found.reasons[0].code) == (HOLD, code)
    assert verdict(known, waived=[code]) in (GO, WAIT)


def test_a_quiet_first_hour_is_no_loss():
    assert verdict(replace(evidence(), requests=0, persons=0, hours=2)) == WAIT


def test_a_first_release_is_held_against_what_is_usual():
    def alone(payment: float, crash: float = 0.01) -> str:
        found = evidence(payment=payment, running_persons=0, running_requests=0, crash=crash)
        pairs = {
            name: [Pair(one.candidate, Counted(0, 0)) for one in some] for name, some in found.pairs.items()
        }
        return verdict(Evidence(30, 30, 400, 0, 4_800, 0, pairs), alone=True)

    assert alone(0.8) == GO
    assert alone(0.3) == BACK
    assert alone(0.8, crash=0.2) == BACK


def test_nothing_counted_is_waited_for():
    assert verdict(Evidence()) == WAIT
    assert verdict(Evidence(), alone=True) == WAIT


def test_a_decision_is_kept_as_it_was():
    found = judge(evidence(payment=0.4), CAUTION, following=20)
    assert Decision.of(found.as_json()) == found


def test_the_shares_of_false_alarm_sum_to_one():
    assert sum(metric.share for metric in METRICS) == pytest.approx(1)


@given(N, N, N, N, st.integers(0, 400))
def test_the_worse_a_version_pays_the_sooner_it_is_turned_back(a, b, c, d, less):
    n, m = max(a, b), max(c, d)
    hits, running = min(a, b), min(c, d)

    def low(hits: int) -> float:
        found = Evidence(pairs={PAYMENT: [pair(hits, n, running, m)]})
        return judge(found, CAUTION, following=20).standings[0].low

    assert low(max(0, hits - less)) >= low(hits) - 1e-6


@given(st.lists(st.tuples(N, N, N, N), max_size=5), st.sampled_from([5, 20, 50, 100]), st.booleans())
def test_whatever_was_counted_there_is_a_decision(rows, following, alone):
    pairs = [pair(min(a, b), max(a, b), min(c, d), max(c, d)) for a, b, c, d in rows]
    found = judge(
        Evidence(hours=5, pairs={metric.name: pairs for metric in METRICS}),
        CAUTION,
        following=following,
        alone=alone,
    )
    assert found.verdict in (GO, WAIT, HOLD, BACK)
    for one in found.standings:
        assert -1 <= one.low <= one.high <= 1
        assert one.loss is None or one.low - 1e-9 <= one.loss <= one.high + 1e-9


@given(N, N, st.sampled_from([0.001, 0.02, 0.05]))
def test_an_interval_holds_its_rate_and_grows_with_care(a, b, alpha):
    hits, n = min(a, b), max(a, b)
    found, wider = rate_of(hits, n, alpha), rate_of(hits, n, alpha / 10)
    assert 0 <= wider.low <= found.low <= found.high <= wider.high <= 1
    if n:
        assert found.low <= found.value <= found.high
    else:
        assert math.isnan(found.value)


def test_an_interval_is_where_the_mixed_ratio_says():
    """All of ten: ∫ p^10 Beta(½, ½) dp = Γ(10.5) Γ(½) / (Γ(11) π) = 0.1762, so p^10 = 0.1762 · 0.05."""
    assert rate_of(10, 10, 0.05).low == pytest.approx((0.176197 * 0.05) ** 0.1, abs=1e-5)
    assert rate_of(0, 10, 0.05).high == pytest.approx(1 - (0.176197 * 0.05) ** 0.1, abs=1e-5)


def test_a_difference_from_a_known_rate_is_the_interval_moved():
    found = difference(exactly(0.5), rate := rate_of(30, 100, 0.05))
    assert found.low == pytest.approx(0.5 - rate.high)
    assert found.high == pytest.approx(0.5 - rate.low)


def test_the_running_version_is_weighed_as_the_candidate_was_spread():
    """On the first day hardly anybody had the candidate, on the second everybody paid less."""
    first, second = pair(9, 10, 900, 1_000), pair(50, 100, 100, 200)
    both = side_by_side([first, second])
    assert both.candidate == (59, 110)
    assert both.running.hits / both.running.n == pytest.approx((10 * 0.9 + 100 * 0.5) / 110)
    assert both.running.n == pytest.approx(1 / ((10 / 110) ** 2 / 1_000 + (100 / 110) ** 2 / 200))


def test_stretches_without_the_running_version_are_left_out():
    both = side_by_side([pair(1, 2, 0, 0), pair(3, 4, 5, 6)])
    assert both.candidate == (3, 4)
    assert both.running.n == pytest.approx(6)
    assert side_by_side([pair(1, 2, 0, 0)], alone=True).candidate == (1, 2)
