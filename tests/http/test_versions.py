"""The version that a phone says: counted with every request, and with the order that somebody went to pay."""

from __future__ import annotations

import pytest

from fangcun.build.rollout import counting
from fangcun.build.rollout.models import MemberVersion, PaymentAttempt, VersionMinute

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
NEW = {"X-Version": "1.2.0"}


@pytest.fixture(autouse=True)
def _nothing_counted():
    for kept in (counting._answers, counting._versions, counting._members, counting._written):
        kept.clear()


def counted() -> list[tuple[str, int, int]]:
    counting.flush()
    return sorted(VersionMinute.objects.values_list("version", "requests", "errors"))


def test_requests_and_what_was_misunderstood_are_counted_by_version(asker, carrot):
    me = asker()
    me.got("GET", "/home", **NEW)
    assert me("GET", "/products/999999", **NEW).status_code == 404
    assert me("POST", "/cart", {"sku_id": "?"}, **NEW).status_code == 422
    assert me("GET", "/nowhere", **{"X-Version": "1.1.0"}).status_code == 404
    assert me("GET", "/home", **{"X-Version": "1.2.0;drop"}).status_code == 200
    me.got("GET", "/home")
    assert counted() == [("1.1.0", 1, 0), ("1.2.0", 3, 1)]
    seen = MemberVersion.objects.get()
    assert (seen.member_id, seen.version) == (me.account.member_id, "1.2.0")


def test_who_brings_a_token_that_is_no_good_counts_without_a_member(asker):
    me = asker()
    me.token = "nobody"
    assert me("GET", "/me", **NEW).status_code == 401
    assert counted() == [("1.2.0", 1, 0)]
    assert not MemberVersion.objects.exists()


def test_a_payment_counts_for_the_version_that_went_to_pay(phone, shop, until):
    customer = phone()
    number = customer.buy(shop.sku.pk).json()["number"]
    assert customer.send("POST", f"/orders/{number}/pay", **NEW).status_code == 200
    attempt = PaymentAttempt.objects.get()
    assert (attempt.order_number, attempt.version, attempt.failed, attempt.paid_at) == (
        number,
        "1.2.0",
        "",
        None,
    )
    customer.cashier(number)
    until(lambda: PaymentAttempt.objects.exclude(paid_at=None).exists())


def test_a_cashier_that_never_opened_is_told_apart(asker, carrot, wechat, settings):
    settings.WECHAT_PAY_BASE = "http://127.0.0.1:9"
    me = asker()
    number = me.buy(carrot.pk)["number"]
    assert me("POST", f"/orders/{number}/pay", **NEW).status_code == 502
    assert PaymentAttempt.objects.get().failed
    assert me("POST", f"/orders/{number}/pay").status_code == 502
    assert me("POST", "/orders/none/pay", **NEW).status_code == 404
    assert PaymentAttempt.objects.count() == 1
