"""`kill -9` of everything while people buy and WeChat sends notices: nothing is lost, nothing happens twice."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.faults.killing import PLANS, Customer, Progress, kill_at_random
from tests.journeys.stack import ROOT, Platform, running_platform
from tests.phone import ADDRESS

pytestmark = [pytest.mark.race, pytest.mark.timeout(600)]

Books = Callable[..., dict[str, Any]]

SEED = 20261123
STOCK = 500
CROWD, ORDERS_EACH = 6, 10
TWO_DAYS = 48 * 3600


@pytest.fixture
def platform(tmp_path) -> Iterator[Platform]:
    goods = {"key": "carrot", "title": "高原胡萝卜", "price_amount": 6400, "stock": STOCK}
    with running_platform(tmp_path, [goods]) as running:
        yield running


@pytest.fixture
def read_books(platform) -> Iterator[Books]:
    """What the databases hold: `look`, or first let time pass with `later`."""
    reader = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.books"],
        env=platform.environment,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def read(word: str = "look") -> dict[str, Any]:
        assert reader.stdin is not None
        assert reader.stdout is not None
        print(word, file=reader.stdin, flush=True)
        found: dict[str, Any] = json.loads(reader.stdout.readline())
        return found

    yield read
    reader.kill()
    reader.communicate()


def crowd_of(platform: Platform, progress: Progress) -> list[Customer]:
    customers = []
    for number in range(CROWD):
        phone = platform.phone(f"买家{number}")
        address = int(phone.post("/addresses", ADDRESS)["id"])
        customers.append(Customer(phone, address, platform.goods["carrot"].sku, progress))
    return customers


def let_them_buy(platform: Platform, customers: list[Customer], progress: Progress) -> list[str]:
    """Everybody buys at once while processes die; what was killed."""

    def shop(customer: Customer) -> None:
        dice = random.Random(f"{SEED} {customer.phone.user}")
        for number in range(ORDERS_EACH):
            customer.buy(f"key-{number}", dice.choice(PLANS))

    with ThreadPoolExecutor(CROWD + 1) as crew:
        killer = crew.submit(kill_at_random, platform, progress, SEED)
        shopping = [crew.submit(shop, customer) for customer in customers]
        try:
            for one in shopping:
                one.result()
        finally:
            progress.finish()
        return killer.result()


def is_quiet(platform: Platform, read_books: Books) -> bool:
    """WeChat has told everything, and the platform has done all of it."""
    notices = platform.box.get("/notices")["notices"]
    books = read_books()
    return (
        not [notice for notice in notices if notice["state"] in ("pending", "held")]
        and not [job for job in books["jobs"] if not job["dead"]]
        and not [payment for payment in books["payments"] if payment["status"] == "closing"]
        and {status for payment in books["payments"] for _, status in payment["refunds"]} <= {"succeeded"}
    )


def test_killed_processes_lose_nothing_and_do_nothing_twice(platform, read_books, until):
    progress = Progress()
    customers = crowd_of(platform, progress)
    platform.box.post("/faults", duplicate_notices=1, lose_notices=6, api_lost_answers=8)
    killed = let_them_buy(platform, customers, progress)
    assert set(killed) == {"kill_a_web_worker", "kill_the_web", "kill_the_worker"}
    assert [odd for customer in customers for odd in customer.odd] == []

    # The last blow takes everything at once; then time passes, for the platform and for WeChat.
    platform.web.kill()
    platform.worker.kill()
    platform.box.http.delete("/faults")
    read_books("later")
    platform.start_again(platform.web, platform.worker)
    platform.box.post("/clock", advance_s=TWO_DAYS)
    until(lambda: is_quiet(platform, read_books), 120)

    books, told = read_books(), platform.box.get("/orders")["orders"]
    assert books["jobs"] == []
    check_orders(books, customers)
    check_money(books, told)
    check_stock(books, platform.goods["carrot"].sku)
    check_news(books)


def check_orders(books: dict[str, Any], customers: list[Customer]) -> None:
    """What a phone was told exists, and no key ever bought twice."""
    exist = {order["number"]: order["key"] for order in books["orders"]}
    told = {number: key for customer in customers for key, number in customer.told.items()}
    assert len(told) == CROWD * ORDERS_EACH
    assert exist == told
    assert set(Counter((order["member"], order["key"]) for order in books["orders"]).values()) == {1}


def check_money(books: dict[str, Any], told: list[dict[str, Any]]) -> None:
    """Every payment that WeChat took has paid its order exactly once, or went back exactly once."""
    orders = {order["number"]: order for order in books["orders"]}
    payments = {payment["out_trade_no"]: payment for payment in books["payments"]}
    taken = {one["out_trade_no"]: one for one in told if one["trade_state"] in ("SUCCESS", "REFUND")}
    assert {number for number, payment in payments.items() if payment["status"] == "succeeded"} == set(taken)
    for number, one in taken.items():
        payment = payments[number]
        order = orders[payment["number"]]
        assert (payment["amount"], order["paid_amount"]) == (one["total"], order["total_amount"])
        back = [refund["amount"] for refund in one["refunds"]]
        if order["status"] == "paid":
            assert (order["payment"], order["times_paid"], back) == (number, 1, [])
        else:
            assert (order["status"], order["times_paid"]) == ("cancelled", 0)
            assert back == [one["total"]]
            assert payment["refunds"] == [[one["total"], "succeeded"]]
            assert (payment["refunded_amount"], order["refunded_amount"]) == (one["total"], one["total"])
    assert {order["payment"] for order in orders.values() if order["payment"]} == set(taken)
    assert [one for one in told if one["trade_state"] == "REFUND"], "nobody paid for what was cancelled"


def check_stock(books: dict[str, Any], sku: int) -> None:
    held = sum(order["units"] for order in books["orders"] if order["status"] != "cancelled")
    assert books["stock"][str(sku)] + held == STOCK
    assert books["ledger"][str(sku)] == books["stock"][str(sku)]


def check_news(books: dict[str, Any]) -> None:
    """One message and one fact for each thing that happened."""
    happened = {
        "order_submitted": [order["number"] for order in books["orders"]],
        "order_paid": [order["number"] for order in books["orders"] if order["times_paid"]],
        "order_cancelled": [order["number"] for order in books["orders"] if order["status"] == "cancelled"],
        "order_refunded": [order["number"] for order in books["orders"] if order["refunded_amount"]],
    }
    for name, numbers in happened.items():
        facts = [fact.split(":")[1] for fact in books["facts"] if fact.startswith(f"{name}:")]
        assert sorted(facts) == sorted(numbers), name
    for name in ("order_paid", "order_refunded"):
        messages = [key.split(":")[1] for key in books["messages"] if key.startswith(f"{name}:")]
        assert sorted(messages) == sorted(happened[name]), name
