"""A process that dies at any step of a release's errands: WeChat is asked once, and the release ends well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.timeout(400)

EXPECTED = {
    "submit": {"status": "submitted", "percent": 0, "did": ["upload", "privacy", "submit"], "open": 0},
    "go": {"status": "rolling_out", "percent": 1, "did": ["upload", "privacy", "submit", "gray"], "open": 0},
    "revert": {
        "status": "reverted",
        "percent": 0,
        "did": ["upload", "privacy", "submit", "gray", "revert_gray"],
        "open": 0,
    },
}


@pytest.fixture(scope="module")
def reports(died: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """What was left after a death before each transaction, by step."""
    return died("dying_release")


@pytest.mark.parametrize("step", EXPECTED)
def test_dying_at_any_step_of_an_errand_asks_wechat_once(step, reports):
    report = reports[step]
    assert report["undisturbed"] == EXPECTED[step]
    assert report["differing"] == {}
    assert report["places"] >= 3
