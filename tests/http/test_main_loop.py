"""The main loop over HTTP: a phone, the platform on a port, and WeChat's box with real signatures."""

from __future__ import annotations

import pytest

from fangcun.shop.catalog.models import Sku
from fangcun.shop.orders.models import Order

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


def test_a_customer_buys_pays_and_finds_the_order(phone, shop, until):
    customer = phone()
    answer = customer.buy(shop.sku.pk, 2)
    assert answer.status_code == 201, answer.text
    order = answer.json()
    assert (order["status"], order["total_amount"]) == ("pending_payment", 2560)
    assert customer.cashier(order["number"])["errMsg"] == "requestPayment:ok"
    until(lambda: customer.order(order["number"])["status"] == "paid")
    paid = customer.order(order["number"])
    assert paid["paid_amount"] == 2560
    assert [step["status"] for step in paid["timeline"]] == ["pending_payment", "paid"]
    assert Sku.objects.get(pk=shop.sku.pk).stock == 18


def test_the_same_key_gives_the_same_order_and_other_content_is_refused(phone, shop):
    customer = phone()
    body = {"lines": [{"sku_id": shop.sku.pk, "quantity": 1}], "address_id": customer.address()}
    first = customer.send("POST", "/orders", body, **{"Idempotency-Key": "k1"})
    again = customer.send("POST", "/orders", body, **{"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["number"] == again.json()["number"]
    body["lines"][0]["quantity"] = 2
    other = customer.send("POST", "/orders", body, **{"Idempotency-Key": "k1"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
    assert Order.objects.count() == 1
    assert Sku.objects.get(pk=shop.sku.pk).stock == 19


def test_the_cart_is_bought_and_left_empty(phone, shop):
    customer = phone()
    customer.post("/cart/lines", {"sku_id": shop.sku.pk, "quantity": 3})
    quote = customer.post("/quote", {"address_id": customer.address()})
    assert (quote["items_amount"], quote["can_submit"], quote["problems"]) == (3840, True, [])
    answer = customer.send(
        "POST", "/orders", {"address_id": quote["address"]["id"]}, **{"Idempotency-Key": "cart"}
    )
    assert answer.status_code == 201, answer.text
    assert customer.get("/cart")["lines"] == []


def test_nobody_sees_or_moves_somebody_elses_order_or_address(phone, shop):
    customer, stranger = phone("小方"), phone("路人")
    address = customer.address()
    number = customer.buy(shop.sku.pk, 1, address).json()["number"]
    for method, path in (
        ("GET", f"/orders/{number}"),
        ("POST", f"/orders/{number}/pay"),
        ("POST", f"/orders/{number}/pay/check"),
        ("POST", f"/orders/{number}/cancel"),
        ("POST", f"/orders/{number}/confirm"),
        ("PUT", f"/addresses/{address}"),
        ("DELETE", f"/addresses/{address}"),
    ):
        body = {"name": "x", "phone": "13800138001", "region_code": "530102", "detail": "y"}
        answer = stranger.send(method, path, body if method == "PUT" else None)
        assert answer.status_code == 404, (method, path, answer.text)
    assert stranger.buy(shop.sku.pk, 1, address).status_code == 404
    assert customer.order(number)["status"] == "pending_payment"
