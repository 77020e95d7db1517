"""Looking every day: what holds then, and what does not. Random, but the same every time."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fangcun.insight.experiments.inference.always import compare_always
from fangcun.insight.experiments.inference.fixed import z_test
from fangcun.insight.experiments.inference.samples import Sample

ALPHA, PERSONS, EVERY = 0.05, 16_000, 400
LOOKS = range(EVERY, PERSONS + 1, EVERY)


def experiments(
    runs: int, rate: float, *, lift: float = 0.0, weight: float = 0.5, money: bool = False, seed: int = 1
):
    """Sums at every look of so many experiments: (n, sum, squares, doers) of the variant and of control."""
    chance = np.random.default_rng(seed)
    for _run in range(runs):
        variant = chance.random(PERSONS) < weight
        value = (chance.random(PERSONS) < rate * np.where(variant, 1 + lift, 1.0)).astype(float)
        did = np.cumsum(value)
        if money:
            value *= chance.lognormal(8, 1, PERSONS)
        sums = [
            np.cumsum(part)
            for arm in (variant, ~variant)
            for part in (arm, np.where(arm, value, 0), np.where(arm, value * value, 0))
        ]
        yield [
            (
                Sample(int(sums[0][at - 1]), sums[1][at - 1], sums[2][at - 1], binary=not money),
                Sample(int(sums[3][at - 1]), sums[4][at - 1], sums[5][at - 1], binary=not money),
                int(did[at - 1]),
            )
            for at in LOOKS
        ]


def ever_called(looks, *, effect: float) -> bool:
    found = (compare_always(one, two, alpha=ALPHA, effect=effect, doers=doers).p for one, two, doers in looks)
    return any(p is not None and p <= ALPHA for p in found)


@pytest.mark.parametrize(
    ("rate", "expected", "weight", "money"),
    [
        (0.05, 0.5, 0.5, False),
        (0.3, 0.1, 0.5, False),
        (0.01, 1.0, 0.5, False),
        (0.05, 1.0, 0.1, False),
        (0.05, 1.0, 0.5, True),
    ],
)
def test_whoever_looks_all_the_time_calls_a_difference_where_there_is_none_no_oftener_than_alpha(
    rate, expected, weight, money
):
    worth = math.exp(8.5) if money else 1.0
    runs = list(experiments(400, rate, weight=weight, money=money))
    called = sum(ever_called(looks, effect=expected * rate * worth) for looks in runs)
    assert called <= 400 * ALPHA


def test_looking_all_the_time_at_a_fixed_horizon_test_is_wrong_several_times_as_often():
    wrong = sum(
        any(z_test(one, two) <= ALPHA for one, two, _doers in looks) for looks in experiments(100, 0.05)
    )
    assert wrong > 3 * 100 * ALPHA


def test_a_real_difference_is_found_before_everybody_was_seen():
    runs = list(experiments(40, 0.1, lift=0.3))
    assert sum(ever_called(looks, effect=0.03) for looks in runs) >= 36
    halfway = len(LOOKS) // 2
    assert sum(ever_called(looks[:halfway], effect=0.03) for looks in runs) >= 25


def test_the_interval_holds_what_would_not_be_rejected():
    one, two = Sample.of_conversions(560, 5_000), Sample.of_conversions(500, 5_000)
    found = compare_always(one, two, alpha=ALPHA, effect=0.02, doers=1_060)
    assert found.p is not None
    assert found.difference_in is not None
    # Johari et al. 2017, section 4, written out for this table with one success and one failure added to each arm
    a, b = 561 / 5_002, 501 / 5_002
    v, t = (a * (1 - a) + b * (1 - b)) / 5_000, 0.0004
    ratio = math.sqrt(v / (v + t)) * math.exp(t * 0.012**2 / (2 * v * (v + t)))
    assert found.p == pytest.approx(min(1, 1 / ratio), rel=1e-12)
    assert (found.p <= ALPHA) == (found.difference_in.low > 0)
    again = compare_always(one, two, alpha=found.p, effect=0.02, doers=1_060)
    assert again.difference_in is not None
    assert again.difference_in.low == pytest.approx(0, abs=1e-12) or found.p == 1


def test_of_few_people_nothing_is_said():
    def p(k: int, n: int):
        one, two = Sample.of_conversions(k, n), Sample.of_conversions(0, n)
        return compare_always(one, two, alpha=ALPHA, effect=0.02, doers=k).p

    assert p(50, 99) is None
    assert p(19, 1_000) is None
    assert p(20, 100) is not None
