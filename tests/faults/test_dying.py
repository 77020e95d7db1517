"""A process that dies before any single statement of a verb: what follows brings the books to the same state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def reports(died: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """What was left after a death before each statement, by verb."""
    return died("dying")


EXPECTED = {
    "place": {"status": "pending_payment", "stock": 18, "facts": ["order_submitted"], "jobs": []},
    "cancel": {
        "status": "cancelled",
        "stock": 20,
        "facts": ["order_cancelled", "order_submitted"],
        "jobs": [],
    },
    "close": {
        "status": "cancelled",
        "stock": 20,
        "facts": ["order_cancelled", "order_submitted"],
        "jobs": [],
    },
    "pay": {
        "status": "paid",
        "stock": 18,
        "facts": ["goods_bought", "order_paid", "order_submitted"],
        "jobs": [],
    },
    "pay_what_was_cancelled": {
        "status": "cancelled",
        "stock": 20,
        "facts": ["order_cancelled", "order_submitted"],
        "jobs": ["fangcun.shop.payments.tasks.send_refund"],
    },
    "ship": {
        "status": "shipped",
        "stock": 18,
        "facts": ["goods_bought", "order_paid", "order_shipped", "order_submitted"],
        "jobs": [],
    },
}


@pytest.mark.parametrize("verb", EXPECTED)
def test_dying_before_any_statement_changes_nothing_in_the_end(verb, reports):
    report = reports[verb]
    assert report["differing"] == {}
    assert report["statements"] > 5
    books, expected = report["undisturbed"], EXPECTED[verb]
    assert [order["status"] for order in books["orders"]] == [expected["status"]]
    assert list(books["stock"].values()) == list(books["ledger"].values()) == [expected["stock"]]
    assert (books["facts"], books["jobs"]) == (expected["facts"], expected["jobs"])
