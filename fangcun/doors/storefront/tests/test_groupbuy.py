"""Group-buys over the storefront API: what runs, a group, mine, the poster; open and join by an order."""

from __future__ import annotations

import io
import time

import pytest
from PIL import Image

from fangcun.flows.tests.groupbuy.friends import PRICE, campaign_of, expire
from fangcun.grow.groupbuy.models import Group, Seat
from fangcun.grow.groupbuy.services import expire_groups, pause_campaign
from fangcun.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


@pytest.fixture
def campaign(shop):
    return campaign_of(shop.sku)


def take(phone, campaign, number=None, key="k"):
    """Ask for a seat; the answer of the door."""
    body = {
        "lines": [{"sku_id": campaign.skus.get().sku_id, "quantity": 1}],
        "address_id": phone.address(),
        "group": {"campaign_id": campaign.pk, "number": number},
    }
    return phone.send("POST", "/orders", body, **{"Idempotency-Key": key})


def join(phone, campaign, number=None):
    """Take a seat and pay for it; the order, when the seat is known to be paid."""
    order = take(phone, campaign, number).json()
    assert phone.cashier(order["number"])["errMsg"] == "requestPayment:ok"
    phone.post(f"/orders/{order['number']}/pay/check")
    deadline = time.monotonic() + 20
    while (
        Seat.objects.get(order_number=order["number"]).status != "paid"
    ):  # WeChat's notice may be counting still
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return phone.order(order["number"])


def test_running_campaigns_are_listed_with_price_and_what_is_left(campaign, phone, carrot):
    me = phone()
    (item,) = me.get("/groupbuy/campaigns")["items"]
    assert (item["id"], item["state"], item["size"], item["joined"]) == (campaign.pk, "running", 2, 0)
    assert (item["price_amount"], item["list_amount"]) == (PRICE, 1280)
    assert [(sku["sku_id"], sku["stock"]) for sku in item["skus"]] == [(carrot.pk, 20)]
    assert len(me.get("/groupbuy/campaigns", product_id=carrot.product_id)["items"]) == 1
    assert me.get("/groupbuy/campaigns", product_id=999)["items"] == []
    pause_campaign(campaign.pk, by=SYSTEM)
    assert me.get("/groupbuy/campaigns")["items"] == []
    shown = me.get(f"/groupbuy/campaigns/{campaign.pk}")
    assert (shown["state"], shown["can_open"]) == ("paused", False)


def test_two_phones_open_join_and_form_a_group(campaign, phone, drain, until):
    opener, guest = phone("小方"), phone("小圆")
    quote = opener.post(
        "/quote",
        {"lines": [{"sku_id": campaign.skus.get().sku_id, "quantity": 1}],
         "group": {"campaign_id": campaign.pk, "number": None}},
    )  # fmt: skip
    assert quote["total_amount"] == PRICE
    order = take(opener, campaign).json()
    number = order["group"]["number"]
    assert (order["total_amount"], order["held_for"], order["group"]["status"]) == (
        PRICE,
        "group",
        "reserved",
    )
    opener.cashier(order["number"])
    opener.post(f"/orders/{order['number']}/pay/check")
    until(lambda: opener.order(order["number"])["group"]["status"] == "open")
    paid = opener.order(order["number"])
    assert (paid["status"], paid["actions"]) == ("paid", ["cancel"])

    seen = guest.get(f"/groupbuy/groups/{number}")
    assert (seen["status"], seen["left"], seen["paid"], seen["can_join"]) == ("open", 1, 1, True)
    assert [(one["is_opener"], one["is_me"], one["paid"]) for one in seen["members"]] == [(True, False, True)]
    assert guest.get(f"/groupbuy/campaigns/{campaign.pk}")["groups"][0]["number"] == number
    mine = opener.get(f"/groupbuy/groups/{number}")
    assert (mine["can_join"], mine["reason_code"]) == (False, "already_in_group")
    assert mine["my_seat"] == {"status": "paid", "order_number": order["number"], "is_opener": True}

    done = join(guest, campaign, number)
    until(lambda: guest.order(done["number"])["group"]["status"] == "formed")
    drain()
    assert guest.order(done["number"])["held_for"] == opener.order(order["number"])["held_for"] == ""
    (row,) = guest.get("/groupbuy/groups")["items"]
    assert (row["number"], row["status"], row["my_status"], row["is_opener"]) == (
        number,
        "formed",
        "paid",
        False,
    )
    assert opener.get("/messages")["items"][0]["title"] == "拼团成功"


def test_who_comes_too_late_hears_so_and_may_open_his_own(campaign, phone):
    number = join(phone("小方"), campaign)["group"]["number"]
    join(phone("小圆"), campaign, number)
    late = phone("小迟")
    refused = take(late, campaign, number)
    assert (refused.status_code, refused.json()["code"]) == (409, "group_over")
    assert refused.json()["details"] == {"campaign_id": campaign.pk, "can_open": True}
    seen = late.get(f"/groupbuy/groups/{number}")
    assert (seen["can_join"], seen["reason_code"], seen["can_open"]) == (False, "group_over", True)
    assert take(late, campaign, None, key="own").status_code == 201


def test_a_group_that_expires_shows_who_was_in_it_and_the_money_comes_back(campaign, phone, drain, until):
    me = phone()
    order = join(me, campaign)
    number = order["group"]["number"]
    expire(Group.objects.get())
    expire_groups()
    drain()
    until(lambda: me.order(order["number"])["refunded_amount"] == PRICE)
    seen = me.get(f"/groupbuy/groups/{number}")
    assert (seen["status"], seen["paid"], seen["reason_failed"]) == ("failed", 1, "到时间未凑齐人数")
    assert [one["is_me"] for one in seen["members"]] == [True]
    (row,) = me.get("/groupbuy/groups")["items"]
    assert (row["status"], row["refunded_amount"]) == ("failed", PRICE)


def test_names_of_others_are_masked_and_my_own_is_not(campaign, phone):
    opener, guest = phone("小方"), phone("小圆")
    opener.send("PATCH", "/me", {"nickname": "方方方"})
    number = join(opener, campaign)["group"]["number"]
    assert guest.get(f"/groupbuy/groups/{number}")["members"][0]["nickname"] == "方**"
    assert opener.get(f"/groupbuy/groups/{number}")["members"][0]["nickname"] == "方方方"


def test_whoever_has_the_number_sees_the_group_without_a_token_and_nobody_else_does(campaign, phone):
    number = join(phone(), campaign)["group"]["number"]
    stranger = phone("生人")
    del stranger.http.headers["Authorization"]
    assert stranger.get(f"/groupbuy/groups/{number}")["my_seat"] is None
    assert stranger.send("GET", "/groupbuy/groups/nosuchgroup2").status_code == 404
    assert stranger.send("GET", "/groupbuy/groups").status_code == 401


def test_a_poster_is_a_picture_that_needs_no_headers(campaign, phone):
    me = phone()
    number = join(me, campaign)["group"]["number"]
    address = me.get(f"/groupbuy/groups/{number}")["poster"]
    for name in ("Authorization", "X-Program"):
        del me.http.headers[name]
    answer = me.http.get(address)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")
    assert Image.open(io.BytesIO(answer.content)).size[0] == 750
    assert me.http.get(address).content == answer.content
