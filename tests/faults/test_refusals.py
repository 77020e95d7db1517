"""What an order does not allow any more is refused with its reason, and nothing changes."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


def test_a_paid_order_is_neither_paid_nor_cancelled_nor_confirmed_again(phone, shop, until):
    customer = phone()
    number = customer.buy(shop.sku.pk).json()["number"]
    customer.cashier(number)
    until(lambda: customer.order(number)["status"] == "paid")
    before = customer.order(number)
    for act, code in (
        ("pay", "order_not_payable"),
        ("cancel", "order_not_cancellable"),
        ("confirm", "order_not_confirmable"),
    ):
        answer = customer.send("POST", f"/orders/{number}/{act}", {})
        assert (answer.status_code, answer.json()["code"]) == (409, code), answer.text
        assert "待发货" in answer.json()["message"]
    assert customer.order(number) == before


def test_a_cancelled_order_is_neither_paid_nor_cancelled_nor_confirmed(phone, shop):
    customer = phone()
    number = customer.buy(shop.sku.pk).json()["number"]
    cancelled = customer.post(f"/orders/{number}/cancel")
    for act in ("pay", "cancel", "confirm"):
        assert customer.send("POST", f"/orders/{number}/{act}", {}).status_code == 409
    assert customer.order(number) == cancelled
