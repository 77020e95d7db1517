"""A process that dies at any step of a group's life: the group ends as if nothing had happened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.timeout(600)

PAID_FREE, PAID_HELD, UNPAID = ["paid", ""], ["paid", "group"], ["pending_payment", "group"]
GONE = ["cancelled", "group"]
IN, SAT, OUT = ["reserved", None], ["paid", None], ["released", None]
REFUND = "fangcun.shop.payments.tasks.send_refund"

# step -> orders, groups, seats, stock, taken of the quota, messages about groups, refunds to send
EXPECTED: dict[str, tuple[Any, ...]] = {
    "place_opening": ([UNPAID], [["reserved", 1, 0]], [IN], 19, 1, 0, 0),
    "pay_opening": ([PAID_HELD], [["open", 1, 1]], [SAT], 19, 1, 0, 0),
    "place_joining": ([PAID_HELD, UNPAID], [["open", 2, 1]], [SAT, IN], 18, 2, 0, 0),
    "pay_the_last_seat": ([PAID_FREE, PAID_FREE], [["formed", 2, 2]], [SAT, SAT], 18, 2, 2, 0),
    "close_what_nobody_paid": ([PAID_HELD, GONE], [["open", 1, 1]], [SAT, OUT], 19, 1, 0, 0),
    "pay_too_late_for_the_order": ([PAID_FREE, PAID_FREE], [["formed", 2, 2]], [SAT, SAT], 18, 2, 2, 0),
    "cancel_what_is_paid": ([GONE], [["failed", 0, 0]], [OUT], 20, 0, 0, 1),
    "expire": ([GONE, GONE], [["failed", 2, 1]], [OUT, OUT], 20, 0, 1, 1),
    "dissolve": ([GONE, GONE], [["failed", 2, 1]], [OUT, OUT], 20, 0, 1, 1),
    "settle": ([GONE, GONE], [["failed", 2, 1]], [OUT, OUT], 20, 0, 1, 1),
}


@pytest.fixture(scope="module")
def reports(died: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """What was left after a death before each transaction, by step."""
    return died("dying_group")


@pytest.mark.parametrize("step", EXPECTED)
def test_dying_at_any_step_of_a_groups_life_changes_nothing_in_the_end(step, reports):
    report = reports[step]
    assert report["differing"] == {}
    assert report["places"] > 0
    books = report["undisturbed"]
    orders, groups, seats, stock, set_aside, messages, refunds = EXPECTED[step]
    assert (books["held"], books["groups"], books["seats"]) == (orders, groups, seats)
    assert list(books["stock"].values()) == list(books["ledger"].values()) == [stock]
    assert books["set_aside"] == set_aside
    assert books["messages"].count("group_result") == messages
    assert books["jobs"] == [REFUND] * refunds
