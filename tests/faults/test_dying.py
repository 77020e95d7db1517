"""A process that dies before any single statement of a verb: what follows brings the books to the same state."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.journeys.stack import ROOT

pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def reports(tmp_path_factory) -> dict[str, Any]:
    """What was left after a death before each statement, by verb."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "fangcun.settings",
        "FANGCUN_HOME": str(tmp_path_factory.mktemp("dying")),
        "DATABASE_URL": "",  # the files are copied back before each death
        "WECHAT_PAY_BASE": "http://127.0.0.1:9",  # nobody answers: what WeChat is asked stays to be done
    }
    command = [sys.executable, "-m", "tests.faults.dying"]
    ended = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=350)
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found


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
