"""Who gets which variant."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from fangcun.insight.experiments.assigning import bucket, takes_part, variant_of

PHONES = [f"phone-{n}" for n in range(20_000)]
WEIGHTS = (("control", 5000), ("b", 3000), ("c", 2000))


def test_a_bucket_is_the_same_on_every_machine_and_in_every_year():
    assert [bucket("salt", key, "variant") for key in ("a", "b", "设备")] == [9447, 8430, 1846]
    assert bucket("salt", "a", "traffic") != bucket("salt", "a", "variant")


def test_variants_come_by_their_weights():
    came = Counter(variant_of("s1", key, WEIGHTS) for key in PHONES)
    assert chisquare([came[name] for name, _ in WEIGHTS], [10_000, 6_000, 4_000]).pvalue > 0.01


def test_traffic_comes_by_its_share():
    assert 1_850 < sum(takes_part("s1", key, 1_000) for key in PHONES) < 2_150
    assert all(takes_part("s1", key, 10_000) for key in PHONES[:1000])


@given(st.text(max_size=64), st.text(max_size=32), st.integers(1, 10_000), st.integers(1, 10_000))
def test_more_traffic_puts_nobody_out(key, salt, one, other):
    less, more = sorted((one, other))
    assert takes_part(salt, key, more) or not takes_part(salt, key, less)


def test_who_takes_part_says_nothing_of_the_variant():
    came = Counter(variant_of("s1", key, WEIGHTS) for key in PHONES if takes_part("s1", key, 2_000))
    everybody = sum(came.values())
    expected = [everybody * weight / 10_000 for _, weight in WEIGHTS]
    assert chisquare([came[name] for name, _ in WEIGHTS], expected).pvalue > 0.01


def test_two_experiments_deal_independently():
    halves = (("control", 5000), ("b", 5000))
    pairs = Counter((variant_of("s1", key, halves), variant_of("s2", key, halves)) for key in PHONES)
    assert chisquare(list(pairs.values())).pvalue > 0.01
    assert len(pairs) == 4


def test_weights_that_do_not_add_up_are_a_programming_error():
    with pytest.raises(ValueError, match=r"10,000"):
        variant_of("s1", "phone", (("control", 0),))
