"""A process that dies at any step of a member's way through an automation: he is told once, as if nothing happened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.timeout(600)

WAY = {
    "runs": [["done", 4]],
    "acts": [["points", "done"], ["tell", "done"], ["tag", "done"], ["text", "done"]],
    "messages": 1,
    "texts": 1,
    "text": ["sent"],
    "points": [5, 1],
    "tags": ["老客"],
    "turns": ["in_app", "sms"],
}
# A text whose sending began and of which nothing was heard is not sent again: it may have gone out.
DOUBTFUL = WAY | {"text": ["unknown"]}


@pytest.fixture(scope="module")
def reports(died: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """What was left after a death before each transaction, by step."""
    return died("dying_automation")


@pytest.mark.parametrize("step", ["let_in", "go_on", "go_on_tomorrow", "send"])
def test_dying_at_any_step_of_a_way_tells_once_in_the_end(step, reports):
    report = reports[step]
    assert report["places"] > 0
    assert report["undisturbed"] == WAY
    for place, books in report["differing"].items():
        assert (step, books) == ("send", DOUBTFUL), place
    assert len(report["differing"]) <= 1
