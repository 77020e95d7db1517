"""Who a flag is on for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangcun.build.flags.deciding import Asker, Rule, between, decide, order_of, within
from fangcun.insight.experiments.assigning import bucket

RULE = Rule("new_checkout", True, False, 100, None, None, "", "")
ASKER = Asker(1, "1.2.0", None, "phone-1")


def rule(**changes: Any) -> Rule:
    return replace(RULE, **changes)


def test_the_hash_is_that_of_experiments_and_stays_what_it_is():
    assert [bucket("new_checkout", f"phone-{n}", "flag") for n in range(3)] == [6934, 5350, 9706]
    assert [within("new_checkout", f"phone-{n}", 60) for n in range(3)] == [False, True, False]


@given(st.text(min_size=1, max_size=40), st.integers(0, 100), st.integers(0, 100))
def test_more_per_cent_put_nobody_out(unit, one, other):
    less, more = sorted((one, other))
    assert within("k", unit, more) or not within("k", unit, less)


@pytest.mark.parametrize("percent", [1, 5, 20, 50])
def test_a_percentage_is_kept_to(percent):
    persons = 40_000
    share = sum(within("new_checkout", f"member:{n}", percent) for n in range(persons)) / persons
    p = percent / 100
    assert abs(share - p) < 4 * (p * (1 - p) / persons) ** 0.5


def test_two_flags_deal_independently():
    both = sum(within("a", f"m{n}", 50) and within("b", f"m{n}", 50) for n in range(20_000))
    assert 4_700 < both < 5_300


def test_nobody_known_gets_what_everybody_has_and_no_more():
    assert not within("k", "", 99)
    assert within("k", "", 100)
    assert not within("k", "member:1", 0)


@pytest.mark.parametrize(
    ("changes", "on"),
    [
        ({}, True),
        ({"is_on": False}, False),
        ({"killed": True}, False),
        ({"percent": 0}, False),
        ({"program_id": 1}, True),
        ({"program_id": 2}, False),
        ({"min_version": "1.2.0"}, True),
        ({"min_version": "1.2.1"}, False),
        ({"max_version": "1.1.9"}, False),
        ({"segment_id": 7}, False),
    ],
)
def test_each_condition_counts(changes, on):
    assert decide(rule(**changes), ASKER, in_segment=False) is on


def test_who_is_in_the_segment_is_let_in():
    assert decide(rule(segment_id=7), ASKER, in_segment=True)


def test_a_member_is_dealt_the_same_on_all_his_phones():
    answers = {
        decide(rule(percent=50), Asker(1, "", 8, phone), in_segment=False) for phone in ("a", "b", "c", "")
    }
    assert len(answers) == 1


def test_versions_are_ordered_by_their_numbers():
    rising = ["0.9", "1.2.0-rc1", "1.2", "1.2.1", "1.10", "2.0.0"]
    orders = [order_of(text) for text in rising]
    assert orders == sorted(orders)  # type: ignore[type-var]  # none of them is None
    assert order_of("1.2") == order_of("1.2.0") == order_of("1.2.0+build7")
    assert order_of("beta") is None


def test_a_version_that_cannot_be_compared_lies_between_none():
    assert not between("", "1.0", "")
    assert not between("beta", "", "2.0")
    assert between("", "", "")
