"""How often a request may ask the database, BEGIN and COMMIT included, through the real doors."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fangcun.build.flags.services import FlagSpec, create_flag
from fangcun.flows.tests.groupbuy.friends import campaign_of, friend, group_of
from fangcun.grow.groupbuy.models import Group
from fangcun.grow.links.services import make_link
from fangcun.grow.loyalty.services import earn
from fangcun.grow.referral.models import ReferralRules
from fangcun.grow.referral.services import save_rules, touch
from fangcun.identity.members.models import Member
from fangcun.insight.segments.services import make_snapshot
from fangcun.kernel.actors import SYSTEM
from fangcun.shop.catalog.services import PictureSpec, ProductSpec, SkuSpec, create_category, create_product
from fangcun.shop.offers.tests.makers import flash_of, template_of
from fangcun.shop.orders.models import Order

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


@contextlib.contextmanager
def at_most(budget: int) -> Iterator[SimpleNamespace]:
    """Count the statements to every database."""
    seen = SimpleNamespace(statements=[])
    with contextlib.ExitStack() as stack:
        watched = [stack.enter_context(CaptureQueriesContext(connections[name])) for name in connections]
        yield seen
    seen.statements = [query["sql"] for one in watched for query in one.captured_queries]
    listed = "\n".join(f"{number}. {sql[:150]}" for number, sql in enumerate(seen.statements, 1))
    assert len(seen.statements) <= budget, (
        f"{len(seen.statements)} statements, {budget} are allowed:\n{listed}"
    )


@pytest.fixture
def shelf(db):
    """Five products on sale."""
    category = create_category(name="水果", by=SYSTEM)
    return [
        create_product(
            ProductSpec(
                category_id=category.pk,
                title=f"水果{number}",
                skus=(SkuSpec(values=(), price_amount=1000 + number, stock=50, weight_g=300),),
                pictures=(PictureSpec("images/fruit.webp", 800, 800),),
            ),
            by=SYSTEM,
            on_sale=True,
        ).skus.get()
        for number in range(5)
    ]


@pytest.fixture
def me(asker, shelf):
    customer = asker()
    customer.got("GET", "/categories")  # the mini program is remembered from here on
    return customer


@pytest.mark.parametrize(
    ("path", "budget"),
    [("/home", 1), ("/categories", 1), ("/products", 1), ("/products?sort=price&limit=2", 1), ("/search/hot", 1),
     ("/search?q=水果", 1), ("/search?q=果水", 2), ("/regions", 0)],
)  # fmt: skip
def test_browsing(me, path, budget):
    with at_most(budget):
        me.got("GET", path)


def test_flags_however_many_there_are(me):
    persons = [2 * me.account.member_id]
    segment = make_snapshot(name="老客", persons=persons, by=SYSTEM)
    for number in range(5):
        create_flag(FlagSpec(f"f{number}", "新", is_on=True, segment_id=segment.pk), by=SYSTEM)
    me.got("GET", "/flags")  # what is switched on is read every three seconds
    with at_most(2):  # whose token it is, and which segments he is in
        assert len(me.got("GET", "/flags", **{"X-Version": "1.2.0"})["flags"]) == 5


def test_a_product_and_its_stock(me, shelf):
    with at_most(1):
        me.got("GET", f"/products/{shelf[0].product_id}")
    with at_most(1):
        me.got("GET", f"/products/{shelf[0].product_id}/stock")
    with at_most(1):
        assert me("GET", "/products/999999").status_code == 404


@pytest.mark.parametrize(
    ("path", "alone", "budget"),
    [("/products/{}/offers", 5, 11), ("/flash-sales", 3, 6), ("/coupon-templates", 4, 6), ("/coupons", 3, 3)],
)
def test_offers_however_many_there_are(me, shelf, path, alone, budget):
    path = path.format(shelf[0].product_id)
    with at_most(alone):
        me.got("GET", path)
    for _ in range(2):
        for sku in shelf[:3]:
            flash_of(sku.pk)
            template_of()
        me.got("GET", path)  # what changed is read once
        with at_most(budget):
            me.got("GET", path)


def test_a_page_that_did_not_change_costs_no_more(me, shelf):
    path = f"/products/{shelf[0].product_id}"
    etag = me("GET", path).headers["ETag"]
    with at_most(1):
        assert me("GET", path, **{"If-None-Match": etag}).status_code == 304


def test_a_cold_process_asks_for_the_mini_program_once(asker, shelf):
    customer = asker()
    with at_most(2):
        customer.got("GET", f"/products/{shelf[0].product_id}")


def fill(me, shelf):
    for sku in shelf:
        me.got("POST", "/cart", {"sku_id": sku.pk, "quantity": 2})


def test_the_cart(me, shelf):
    fill(me, shelf)
    with at_most(4):
        assert len(me.got("GET", "/cart")["lines"]) == 5
    with at_most(10):
        me.got("POST", "/cart", {"sku_id": shelf[0].pk, "quantity": 1})


def test_a_quote(me, shelf):
    fill(me, shelf)
    address = me.address()
    with at_most(8):  # what the member's tier gives, and whether any offer has changed, are two of them
        assert me.got("POST", "/quote", {"address_id": address})["can_submit"]


def test_an_order_of_five_lines_from_the_cart(me, shelf):
    fill(me, shelf)
    address = me.address()
    cache.clear()  # a process that has served nobody yet
    with at_most(
        14
    ) as seen:  # what the member's tier gives, and whether any offer has changed, are two of them
        order = me.got("POST", "/orders", {"address_id": address}, **{"Idempotency-Key": "k"})
    assert len(order["lines"]) == 5
    assert any(sql.startswith("BEGIN") for sql in seen.statements), "the transaction itself is counted"


def test_a_bigger_order_costs_no_more_statements(me, shelf):
    address = me.address()
    counts = []
    for number in (1, 5):
        lines = [{"sku_id": sku.pk, "quantity": 1} for sku in shelf[:number]]
        with at_most(14) as seen:
            me.got(
                "POST", "/orders", {"lines": lines, "address_id": address}, **{"Idempotency-Key": str(number)}
            )
        counts.append(len(seen.statements))
    assert counts[0] == counts[1]


def test_orders_and_one_order(me, shelf):
    for number in range(6):
        order = me.buy(shelf[0].pk, key=str(number))
    Order.objects.filter(number=order["number"]).update(status="shipped", shipped_at=timezone.now())
    with at_most(6):
        assert len(me.got("GET", "/orders")["items"]) == 6
    with at_most(8):
        assert me.got("GET", f"/orders/{order['number']}")["status"] == "shipped"


def test_me_and_logging_in(me, box, settings, wechat_program):
    with at_most(5):
        me.got("GET", "/me")
    me.appid = wechat_program.appid
    for budget in (22, 16):  # the first time a member is made
        code = box.post("/_box/login", appid=wechat_program.appid, user="小方")["code"]
        with at_most(budget):
            me.got("POST", "/login", {"code": code})


def test_a_link_and_an_invitation(me):
    program_id = me.account.program_id
    link = make_link(page="pages/home/home", query={}, program_id=program_id)
    with at_most(8):  # account, link, opening, what it brings to the numbers, and the transaction around them
        me.got("GET", f"/links/{link.short}?visit=v1")
    with at_most(5):
        me.got("GET", f"/links/{link.short}?visit=v1")
    save_rules(ReferralRules(is_active=True, inviter_points=10), by=SYSTEM)
    code = me.got("GET", "/referral")["code"]
    for _ in range(6):
        newcomer = Member.objects.create()
        touch(member_id=newcomer.pk, code=code, program_id=program_id)
    with at_most(8) as seen:
        assert len(me.got("GET", "/referral")["invitees"]) == 6
    assert len([sql for sql in seen.statements if "referral_touch" in sql]) == 2
    with at_most(3):
        me.got("GET", "/referral/leaderboard")


def test_points_and_checking_in(me):
    earn(member_id=me.account.member_id, points=50, growth=5, reason="review", key="a")
    for path, budget in (
        ("/loyalty", 6),
        ("/loyalty/entries", 2),
        ("/loyalty/calendar", 4),
        ("/activities", 5),
    ):
        with at_most(budget):
            me.got("GET", path)
    with at_most(40):
        assert me.got("POST", "/loyalty/check-in")["is_new"]
    with at_most(8):
        assert not me.got("POST", "/loyalty/check-in")["is_new"]


def test_group_buys_cost_the_same_however_many_there_are(me, asker, shelf):
    account = me.account
    for sku in shelf:
        campaign = campaign_of(sku, size=9)
    everybody = [friend(account.program, number) for number in range(1, 9)]
    group = group_of(everybody[0].order(campaign))
    Group.objects.filter(pk=group.pk).update(
        status="open", paid=1, expires_at=timezone.now() + dt.timedelta(hours=1)
    )
    for one in everybody[1:]:
        one.order(campaign, group.number)
    with at_most(3):
        assert len(me.got("GET", "/groupbuy/campaigns")["items"]) == 5
    with at_most(4):
        assert len(me.got("GET", f"/groupbuy/campaigns/{campaign.pk}")["groups"]) == 1
    with at_most(7):
        assert len(me.got("GET", f"/groupbuy/groups/{group.number}")["members"]) == 8
    body = {
        "lines": [{"sku_id": shelf[-1].pk, "quantity": 1}],
        "address_id": me.address(),
        "group": {"campaign_id": campaign.pk, "number": group.number},
    }
    with at_most(18):
        assert me.got("POST", "/quote", body)["can_submit"]
    with at_most(30):
        me.got("POST", "/orders", body, **{"Idempotency-Key": "k"})
    with at_most(2):
        assert len(me.got("GET", "/groupbuy/groups")["items"]) == 1


def test_consents_and_messages(me):
    with at_most(3):
        me.got("GET", "/messages")
    with at_most(2):
        me.got("GET", "/consents?moment=order_submit")
    with at_most(3):
        me.got("GET", "/messages/preferences")
    with at_most(11):
        me.got("PUT", "/messages/preferences", {"marketing_texts": True})
