"""`kill -9` of everything while people open, join, pay and leave groups: every fen ends where its group says."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.faults.killing import Customer, Progress, kill_at_random
from tests.journeys.stack import Platform, running_platform
from tests.phone import ADDRESS

pytestmark = [pytest.mark.race, pytest.mark.timeout(600)]

SEED, STOCK, SIZE, PRICE, FREIGHT = 20261126, 500, 3, 4800, 800
CROWD, TURNS = 8, 8
TWO_DAYS = 48 * 3600
PLANS = (
    ["pay"] * 9
    + ["pay_silently"] * 3
    + ["pay_and_cancel"] * 2
    + ["pay_what_was_cancelled"]
    + ["cancel", "leave"]
)
REFUSALS = {"group_full", "group_over", "already_in_group"}

START = """
import datetime as dt
from django.utils import timezone
from fangcun.grow.groupbuy.services import *
from fangcun.kernel.actors import SYSTEM
from fangcun.shop.catalog.models import Sku
sku, now = Sku.objects.get(pk={sku}), timezone.now()
campaign = create_campaign(CampaignSpec(
    title="团", product_id=sku.product_id, size={size}, hours=24, starts_at=now - dt.timedelta(hours=1),
    ends_at=now + dt.timedelta(days=9), skus=[CampaignSkuSpec(sku.pk, {price}, 400)]), by=SYSTEM)
start_campaign(campaign.pk, by=SYSTEM)
print(campaign.pk)
"""
# All that only time brings about: unpaid orders close, groups expire, leases and waits run out.
LATER = """
from django.utils import timezone
from fangcun.grow.groupbuy.models import Group, Seat
from fangcun.kernel.models import Job
from fangcun.shop.orders.models import Order
from fangcun.shop.payments.models import Payment, Refund
now = timezone.now()
Job.objects.filter(dead=False).update(run_at=now, lease_until=None)
Order.objects.filter(status="pending_payment").update(expires_at=now)
Group.objects.filter(status="open").update(expires_at=now)
Payment.objects.exclude(next_query_at=None).update(next_query_at=now)
Refund.objects.exclude(next_query_at=None).update(next_query_at=now)
"""
# Money that is found only after the restart opens a group, whose time then has to pass too.
PASSING = """
from django.utils import timezone
from fangcun.grow.groupbuy.models import Group
Group.objects.filter(status="open").update(expires_at=timezone.now())
"""
LOOK = """
import json
from fangcun.grow.groupbuy.models import CampaignSku, Group, Seat
from fangcun.grow.messaging.models import Message
from fangcun.kernel.models import Job
from fangcun.shop.catalog.models import Sku
from fangcun.shop.orders.models import Order
print(json.dumps({
    "groups": list(Group.objects.values("id", "status", "taken", "paid")),
    "seats": list(Seat.objects.values("id", "group_id", "member_id", "status", "order_number", "settle_at")),
    "orders": list(Order.objects.values(
        "number", "status", "held_for", "total_amount", "paid_amount", "refunded_amount")),
    "told": list(Message.objects.filter(kind="group").values_list("dedupe_key", "title")),
    "jobs": list(Job.objects.exclude(key__startswith="every:").values_list("task", flat=True)),
    "stock": Sku.objects.get(pk={sku}).stock,
    "set_aside": sum(CampaignSku.objects.filter(sku_id={sku}).values_list("taken", flat=True)),
}, default=str))
"""


@dataclass
class Square:
    """Where people tell each other which groups there are."""

    campaign: int
    numbers: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def tell(self, number: str) -> None:
        with self.lock:
            self.numbers.append(number)

    def hear(self, dice: random.Random) -> str | None:
        with self.lock:
            return dice.choice(self.numbers[-4:]) if self.numbers and dice.random() < 0.75 else None


@pytest.fixture
def platform(tmp_path) -> Iterator[Platform]:
    goods = {"key": "carrot", "title": "高原胡萝卜", "price_amount": 6400, "stock": STOCK}
    with running_platform(tmp_path, [goods]) as running:
        yield running


def take_turns(customer: Customer, square: Square) -> None:
    """Open or join a group, then do with the order what the dice say; again and again."""
    dice = random.Random(f"{SEED} {customer.phone.user}")
    for turn in range(TURNS):
        number = square.hear(dice)
        body = {
            "lines": [{"sku_id": customer.sku, "quantity": 1}], "address_id": customer.address,
            "group": {"campaign_id": square.campaign, "number": number},
        }  # fmt: skip
        placed = customer.ask("/orders", body, **{"Idempotency-Key": f"turn-{turn}"})
        if placed.status_code not in (200, 201):
            if placed.json().get("code") not in REFUSALS:
                customer.odd.append(f"turn {turn}: {placed.status_code} {placed.text[:300]}")
            continue
        order = placed.json()
        customer.told[f"turn-{turn}"] = order["number"]
        getattr(customer, f"_{dice.choice(PLANS)}")(order["number"])
        square.tell(order["group"]["number"])


def look(platform: Platform) -> dict[str, Any]:
    code = LOOK.replace("{sku}", str(platform.goods["carrot"].sku))
    found: dict[str, Any] = json.loads(platform.shell(code).splitlines()[-1])
    return found


def is_quiet(platform: Platform) -> bool:
    notices = platform.box.get("/notices")["notices"]
    platform.shell(PASSING)
    books = look(platform)
    return (
        not [notice for notice in notices if notice["state"] in ("pending", "held")]
        and not books["jobs"]
        and not [group for group in books["groups"] if group["status"] in ("open", "reserved")]
        and not [order for order in books["orders"] if order["status"] == "pending_payment"]
        and not [seat for seat in books["seats"] if seat["settle_at"]]
        and all(
            order["refunded_amount"] == order["paid_amount"]
            for order in books["orders"]
            if order["status"] == "cancelled"
        )
    )


def test_killed_processes_leave_every_fen_where_its_group_says(platform, until):
    start = START.format(sku=platform.goods["carrot"].sku, size=SIZE, price=PRICE)
    square, progress = Square(int(platform.shell(start).split()[-1])), Progress()
    customers = []
    for number in range(CROWD):
        phone = platform.phone(f"团友{number}")
        address = int(phone.post("/addresses", ADDRESS)["id"])
        customers.append(Customer(phone, address, platform.goods["carrot"].sku, progress))
    platform.box.post("/faults", duplicate_notices=1, lose_notices=5, api_lost_answers=6)
    with ThreadPoolExecutor(CROWD + 1) as crew:
        killer = crew.submit(kill_at_random, platform, progress, SEED)
        turns = [crew.submit(take_turns, customer, square) for customer in customers]
        try:
            for one in turns:
                one.result()
        finally:
            progress.finish()
        assert killer.result()
    assert [odd for customer in customers for odd in customer.odd] == []

    platform.web.kill()
    platform.worker.kill()
    platform.box.http.delete("/faults")
    platform.shell(LATER)
    platform.start_again(platform.web, platform.worker)
    platform.box.post("/clock", advance_s=TWO_DAYS)
    until(lambda: is_quiet(platform), 150)

    books, taken = look(platform), platform.box.get("/orders")["orders"]
    check_groups(books)
    check_money(books, taken)
    check_news(books)


def check_groups(books: dict[str, Any]) -> None:
    """Whoever pays is in a group that was formed; whoever is not has no seat."""
    orders = {order["number"]: order for order in books["orders"]}
    by_group: dict[int, list[dict[str, Any]]] = {}
    for seat in books["seats"]:
        by_group.setdefault(seat["group_id"], []).append(seat)
    for group in books["groups"]:
        sitting = [seat for seat in by_group[group["id"]] if seat["status"] == "paid"]
        assert group["status"] in ("formed", "failed", "lapsed")
        if group["status"] == "formed":
            assert (len(sitting), group["taken"], group["paid"]) == (SIZE, SIZE, SIZE)
            assert len({seat["member_id"] for seat in sitting}) == SIZE
        else:
            assert sitting == []
        for seat in by_group[group["id"]]:
            order = orders[seat["order_number"]]
            kept = ("paid", "") if seat in sitting else ("cancelled", "group")
            assert (order["status"], order["held_for"]) == kept
    assert len(books["seats"]) == len(orders)
    kept = sum(order["status"] == "paid" for order in orders.values())
    assert (books["stock"], books["set_aside"]) == (STOCK - kept, kept)
    assert {"formed", "failed"} <= {group["status"] for group in books["groups"]}


def check_money(books: dict[str, Any], taken: list[dict[str, Any]]) -> None:
    """What WeChat took for an order that ships stays; all else went back, once."""
    assert {order["total_amount"] for order in books["orders"]} == {PRICE + FREIGHT}
    back = sum(refund["amount"] for one in taken for refund in one["refunds"])
    came = [one for one in taken if one["trade_state"] in ("SUCCESS", "REFUND")]
    assert all(len(one["refunds"]) <= 1 for one in came)
    kept = sum(order["status"] == "paid" for order in books["orders"])
    assert sum(one["total"] for one in came) - back == kept * (PRICE + FREIGHT)
    paid_back = [
        order for order in books["orders"] if order["status"] == "cancelled" and order["paid_amount"]
    ]
    assert sum(order["refunded_amount"] for order in paid_back) == back


def check_news(books: dict[str, Any]) -> None:
    """Everybody in a formed group heard of it once."""
    told = Counter(title for _key, title in books["told"])
    assert told["拼团成功"] == SIZE * sum(group["status"] == "formed" for group in books["groups"])
    assert len({key for key, _title in books["told"]}) == len(books["told"])
