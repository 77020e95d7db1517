"""Coupons, flash sales and prices of the moment over the storefront API, as far as a paid order."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from fangcun.grow.loyalty.services import earn
from fangcun.identity.members.models import Account
from fangcun.kernel.actors import SYSTEM
from fangcun.shop.offers.models import Coupon, CouponCode, FlashSale
from fangcun.shop.offers.services import make_codes
from fangcun.shop.offers.tests.makers import flash_of, limited_of, template_of, threshold_of

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


def quote(phone, sku, quantity=1, **more):
    return phone.post("/quote", {"lines": [{"sku_id": sku.pk, "quantity": quantity}], **more})


def order(phone, sku, quantity=1, key="k", **more):
    known = phone.get("/addresses")["items"]
    address_id = known[0]["id"] if known else phone.address()
    body = {"lines": [{"sku_id": sku.pk, "quantity": quantity}], "address_id": address_id, **more}
    return phone.send("POST", "/orders", body, **{"Idempotency-Key": key})


def agrees(told):
    """The sums that a customer can add up himself."""
    assert sum(line["line_amount"] for line in told["lines"]) == told["items_amount"]
    assert sum(line["discount_amount"] for line in told["lines"]) == told["discount_amount"]
    assert sum(one["amount"] for one in told["discounts"]) == told["discount_amount"]
    assert told["items_amount"] - told["discount_amount"] + told["freight_amount"] == told["total_amount"]
    return told


def test_a_coupon_is_claimed_proposed_used_and_comes_back(phone, carrot):
    me = phone()
    template = template_of(threshold_amount=1000, total=10)
    (seen,) = me.get("/coupon-templates")["items"]
    assert (seen["id"], seen["state"], seen["left"], seen["value_text"], seen["condition"]) == (
        template.pk, "claimable", 10, "¥10", "满 ¥10 可用",
    )  # fmt: skip
    coupon = me.post(f"/coupon-templates/{template.pk}/claim")
    assert (coupon["status"], coupon["title"], coupon["order_number"]) == ("usable", "立减十元", None)
    again = me.send("POST", f"/coupon-templates/{template.pk}/claim")
    assert (again.status_code, again.json()["code"]) == (409, "coupon_limit_reached")
    assert me.get("/coupon-templates")["items"][0]["state"] == "claimed"
    told = agrees(quote(me, carrot))
    assert (told["total_amount"], told["coupons"][0]["chosen"], told["coupons"][0]["amount"]) == (
        280,
        True,
        1000,
    )
    assert quote(me, carrot, coupon_id=0)["total_amount"] == 1280
    placed = agrees(order(me, carrot, expected_total_amount=280).json())
    assert placed["discounts"] == [{"kind": "coupon", "title": "立减十元", "amount": 1000}]
    assert me.get("/coupons")["counts"] == {"usable": 0, "used": 1, "expired": 0}
    assert me.get("/coupons", status="used")["items"][0]["order_number"] == placed["number"]
    me.post(f"/orders/{placed['number']}/cancel")
    assert me.get("/coupons")["items"][0]["id"] == coupon["id"]


def test_a_coupon_that_is_nearly_reached_says_how_much_is_missing(phone, carrot):
    me = phone()
    template = template_of(threshold_amount=2000)
    coupon = me.post(f"/coupon-templates/{template.pk}/claim")
    (choice,) = quote(me, carrot)["coupons"]
    assert (choice["usable"], choice["reason"], choice["amount"]) == (False, "还差 ¥7.20", 0)
    told = quote(me, carrot, coupon_id=coupon["id"])
    assert (told["can_submit"], told["problems"][0]["code"]) == (False, "coupon")
    refused = order(me, carrot, coupon_id=coupon["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "coupon_unusable")
    assert agrees(quote(me, carrot, 2))["total_amount"] == 1560


def test_somebody_elses_coupon_is_nobodys(phone, carrot):
    me, other = phone("小方"), phone("小圆")
    template = template_of()
    coupon = me.post(f"/coupon-templates/{template.pk}/claim")
    assert other.get("/coupons")["items"] == []
    refused = order(other, carrot, coupon_id=coupon["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "coupon_spent")
    assert Coupon.objects.get().status == "unused"


def test_a_code_is_redeemed_once_however_it_is_written(phone):
    me = phone()
    make_codes(template_of(way="code", per_member=5), number=1, by=SYSTEM)
    code = CouponCode.objects.get().code
    assert me.get("/coupon-templates")["items"] == []
    typed = f" {code[:4].lower()}-{code[4:8]} {code[8:]}"
    assert me.post("/coupons/redeem", {"code": typed})["title"] == "立减十元"
    for text, told in ((code, "code_spent"), ("nonsense", "code_unknown")):
        refused = me.send("POST", "/coupons/redeem", {"code": text})
        assert refused.json()["code"] == told
    template_of(way="code", word="暖冬节", title="口令券")
    assert me.post("/coupons/redeem", {"code": "暖冬节"})["title"] == "口令券"


def test_guessing_codes_is_slowed_down(phone):
    me = phone()
    answers = [me.send("POST", "/coupons/redeem", {"code": f"X{n}"}).status_code for n in range(11)]
    assert answers == [404] * 10 + [429]


def test_a_link_leads_to_a_coupon_that_nobody_else_sees(phone):
    me, template = phone(), template_of(way="link")
    assert me.get("/coupon-templates")["items"] == []
    assert me.send("POST", f"/coupon-templates/{template.pk}/claim").status_code == 404
    (seen,) = me.get("/coupon-templates", token=template.link_token)["items"]
    assert seen["id"] == template.pk
    me.post(f"/coupon-templates/{template.pk}/claim", {"token": template.link_token})
    assert me.send("GET", "/coupon-templates?token=nonsense").status_code == 404


def test_who_is_no_newcomer_or_of_no_tier_is_told_so(phone, carrot):
    me = phone()
    newcomers = template_of(audience="newcomers", title="新客券")
    template_of(audience="tier", tier=2, title="金卡券")
    states = {one["title"]: one["state"] for one in me.get("/coupon-templates")["items"]}
    assert states == {"新客券": "claimable", "金卡券": "not_for_you"}
    number = order(me, carrot).json()["number"]
    me.cashier(number)
    me.post(f"/orders/{number}/pay/check")
    refused = me.send("POST", f"/coupon-templates/{newcomers.pk}/claim")
    assert (refused.status_code, refused.json()["code"]) == (409, "coupon_not_for_you")


def test_a_flash_sale_counts_down_by_the_servers_clock_and_sells_what_it_has(phone, carrot):
    me = phone()
    flash_of(carrot.pk, price=500, stock=3, per_member=2)
    (sale,) = me.get("/flash-sales")["items"]
    (line,) = sale["lines"]
    assert (sale["state"], line["price_amount"], line["list_price_amount"], line["stock_left"], line["mine"]) == (
        "running", 500, 1280, 3, 0,
    )  # fmt: skip
    assert "server_time" in me.get("/flash-sales")
    assert agrees(quote(me, carrot, 2))["lines"][0]["labels"] == ["秒杀价"]
    assert agrees(order(me, carrot, 2, expected_total_amount=1000).json())["total_amount"] == 1000
    (line,) = me.get("/flash-sales")["items"][0]["lines"]
    assert (line["stock_left"], line["mine"], line["taken_permille"]) == (1, 2, 666)
    refused = order(me, carrot, key="b", expected_total_amount=500)
    assert (refused.status_code, refused.json()["code"]) == (409, "price_changed")


def test_a_product_tells_what_it_costs_now_and_soon(phone, carrot):
    me = phone()
    limited_of(carrot.pk, price=900)
    flash_of(carrot.pk, price=500)
    later = timezone.now() + dt.timedelta(hours=1)
    FlashSale.objects.update(starts_at=later, ends_at=later + dt.timedelta(hours=1))
    threshold_of((5000, 500), title="满五十减五")
    template_of(scope="products", scope_ids=[carrot.product_id], title="萝卜券")
    template_of(scope="products", scope_ids=[carrot.product_id + 1], title="别的券")
    # saved past the verb: processes would not know
    threshold_of((9000, 900), title="满九十减九", scope="products", scope_ids=[carrot.product_id + 1])
    told = me.get(f"/products/{carrot.product_id}/offers")
    (sku,) = told["skus"]
    assert (sku["price_amount"], sku["list_price_amount"], sku["kind"]) == (900, 1280, "limited")
    assert [(one["kind"], one["price_amount"]) for one in told["coming"]] == [("flash", 500)]
    assert [one["text"] for one in told["thresholds"]] == ["满 ¥50 减 ¥5"]
    assert [one["title"] for one in told["coupons"]] == ["萝卜券"]
    assert me.get("/products/999999/offers")["skus"] == []


def test_points_are_spent_when_asked_for_and_come_back(phone, carrot):
    me = phone()
    member_id = Account.objects.get().member_id
    earn(member_id=member_id, points=100_000, reason="gift", key="k")
    told = agrees(quote(me, carrot))
    assert (told["points"]["used"], told["points"]["balance"], told["total_amount"]) == (0, 100_000, 1280)
    most = told["points"]["most"]
    assert most > 0
    asked = agrees(quote(me, carrot, points=most))
    placed = order(me, carrot, points=most, expected_total_amount=asked["total_amount"])
    assert placed.status_code == 201, placed.json()
    number = agrees(placed.json())["number"]
    again = order(me, carrot, points=most, expected_total_amount=asked["total_amount"])
    assert (again.status_code, again.json()["number"]) == (200, number)
    assert me.get("/loyalty")["balance"] == 100_000 - most
    assert placed.json()["points_used"] == most
    other = order(me, carrot, points=most - 1)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
    me.post(f"/orders/{number}/cancel")
    assert me.get("/loyalty")["balance"] == 100_000


def test_an_order_that_costs_nothing_is_paid_at_once(phone, carrot):
    me = phone()
    template = template_of(
        kind="exchange", value_amount=0, scope="products", scope_ids=[carrot.product_id], title="尝鲜券"
    )
    me.post(f"/coupon-templates/{template.pk}/claim")
    placed = agrees(order(me, carrot, expected_total_amount=0).json())
    assert (placed["status"], placed["actions"]) == ("paid", [])
    assert me.get(f"/orders/{placed['number']}")["status"] == "paid"
