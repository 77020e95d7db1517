"""The statistics, against published numbers, exact enumeration and themselves."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, chi2_contingency, ttest_ind

from fangcun.insight.experiments.design import MetricSpec, VariantSpec
from fangcun.insight.experiments.inference.fixed import compare, mean_interval, newcombe, z_test
from fangcun.insight.experiments.inference.samples import Sample, wilson
from fangcun.insight.experiments.inference.several import holm, split_p
from fangcun.insight.experiments.sizing import means_need, needed, rates_need
from fangcun.insight.experiments.tests.plans import BOUGHT, HALVES, spec

rate = Sample.of_conversions


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    # Newcombe 1998a, Statistics in Medicine 17, 857-872, table I, method 3
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_of_a_rate_is_wilsons(k, n, low, high):
    assert wilson(k, n, alpha=0.05) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    # Newcombe 1998b, Statistics in Medicine 17, 873-890, table II, method 10
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_the_interval_of_a_difference_of_rates_is_newcombes(one, other, low, high):
    assert newcombe(rate(*one), rate(*other), alpha=0.05) == pytest.approx((low, high), abs=5e-5)


def test_the_z_test_equals_the_chi_square_of_the_table():
    oracle = chi2_contingency([[56, 14], [48, 32]], correction=False).pvalue
    assert z_test(rate(56, 70), rate(48, 80)) == pytest.approx(oracle, rel=1e-9)
    assert z_test(rate(0, 10), rate(0, 20)) == 1.0


COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS, COUNTS)
def test_the_lifts_interval_leaves_out_nothing_exactly_when_the_differences_does(one, other):
    found = compare(rate(*one), rate(*other), alpha=0.05)
    assert found.difference_in is not None
    if other[0] == 0:
        assert found.lift is None
    elif found.lift_in is not None and found.lift is not None:
        assert (found.lift_in.low > 1e-12) == (found.difference_in.low > 1e-12)
        assert (found.lift_in.high < -1e-12) == (found.difference_in.high < -1e-12)
        assert found.lift_in.low - 1e-12 <= found.lift <= found.lift_in.high + 1e-12


def of(values: list[float]) -> Sample:
    return Sample(len(values), math.fsum(values), math.fsum(v * v for v in values))


def test_means_are_compared_by_welchs_test():
    one = [27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4]
    two = [27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 30.0, 23.9]
    found, oracle = compare(of(two), of(one), alpha=0.05), ttest_ind(two, one, equal_var=False)
    assert found.p == pytest.approx(oracle.pvalue, rel=1e-9)
    assert found.difference_in == pytest.approx(tuple(oracle.confidence_interval(0.95)), rel=1e-9)


MONEY = st.lists(st.integers(0, 100_000).map(float), min_size=2, max_size=40)


@pytest.mark.filterwarnings("ignore:Precision loss occurred")
@given(MONEY, MONEY)
def test_sums_are_enough_for_welchs_test(one, two):
    found = compare(of(one), of(two), alpha=0.05)
    if len(set(one)) == 1 and len(set(two)) == 1:
        assert found.p is None
    else:
        oracle = ttest_ind(one, two, equal_var=False)
        assert found.p == pytest.approx(oracle.pvalue, rel=1e-5, abs=1e-12)


def test_of_nobody_nothing_is_said():
    assert compare(rate(0, 0), rate(1, 2), alpha=0.05).p is None
    assert compare(of([]), of([1.0, 2.0]), alpha=0.05).difference is None
    assert mean_interval(of([3.0]), alpha=0.05) is None


def test_the_sizes_are_those_of_the_books():
    # Fleiss, Levin and Paik 2003: 0.85 against 0.95; Cohen's d = 0.5 at 80 % (62.8 by the normal distribution)
    assert math.ceil(rates_need(0.85, 0.95, ratio=1, alpha=0.05, power=0.8)) == 141
    assert math.ceil(means_need(5, spread=10, ratio=1, alpha=0.05, power=0.8)) == 63


def power(n: int, before: float, after: float, alpha: float) -> float:
    """The exact probability that the z-test finds the difference, over everything that may happen."""
    of_control, of_variant = (binom.pmf(range(n + 1), n, p) for p in (before, after))
    found = 0.0
    for k in range(n + 1):
        for j in range(n + 1):
            chance = of_control[k] * of_variant[j]
            if chance > 1e-9 and z_test(rate(j, n), rate(k, n)) <= alpha:
                found += chance
    return found


def test_the_planned_size_has_the_planned_power_by_exact_enumeration():
    n = math.ceil(rates_need(0.3, 0.55, ratio=1, alpha=0.05, power=0.8))
    assert n == 61
    assert power(n, 0.3, 0.55, 0.05) == pytest.approx(0.8, abs=0.02)
    assert power(n, 0.3, 0.3, 0.05) == pytest.approx(0.05, abs=0.01)


def test_uneven_weights_and_several_variants_need_more():
    assert needed(spec()) == {"control": 31234, "b": 31234}
    uneven = needed(spec(variants=(VariantSpec("control", 9000), VariantSpec("b", 1000))))
    assert uneven["control"] > 31234 > uneven["b"]
    three = needed(
        spec(variants=(VariantSpec("control", 5000), VariantSpec("b", 2500), VariantSpec("c", 2500)))
    )
    assert three["control"] > 31234
    assert three["b"] == three["c"]


def test_a_fall_needs_its_own_size_and_money_its_spread():
    refunds = MetricSpec("退款", "order_refunded", baseline=0.05, good="down")
    assert needed(spec(metrics=(refunds,))) != needed(spec(metrics=(BOUGHT,)))
    money = MetricSpec("金额", "order_paid", baseline=2_000, kind="revenue", spread=8_000)
    assert needed(spec(metrics=(money,), variants=HALVES)) == {"control": 25117, "b": 25117}


def test_holms_method_is_the_published_one():
    # Holm 1979: the smallest times the number of tests, the next times one fewer, never below the one before.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.02, None]) == [0.04, None]
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_a_split_is_checked_by_chi_square():
    # (5150 - 5000)² / 5000 × 2 = 9: p = erfc(sqrt(9 / 2))
    assert split_p({"control": 5150, "b": 4850}, {"control": 5000, "b": 5000}) == pytest.approx(
        math.erfc(math.sqrt(9 / 2)), rel=1e-12
    )
    assert split_p({"control": 3, "b": 2}, {"control": 5000, "b": 5000}) is None
