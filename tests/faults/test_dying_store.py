"""A process that dies before any single statement of sealing or merging: every event stays readable, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def reports(died: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """What was readable after a death before each statement, by verb."""
    return died("dying_store")


@pytest.mark.parametrize("verb", ["seal", "merge"])
def test_dying_before_any_statement_of_the_store_loses_and_doubles_nothing(verb, reports):
    report = reports[verb]
    everything = ["a1", "a2", "b1", "b2"]
    assert report["statements"] > 5
    assert len(report["died"]) == report["statements"]
    assert [readable for readable, _, _ in report["died"]] == [everything] * report["statements"]
    # Going on ends where it would have ended: nothing hot, a file for each day.
    assert report["undisturbed"] == [everything, 0, 2]
    assert report["gone_on"] == [[everything, 0, 2]] * report["statements"]
