"""Points through a whole sale: quoted, spent, given back, earned, taken back; told and counted."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from fangcun.gateways.wechat.answers import Transaction
from fangcun.grow.loyalty.models import PointsEntry
from fangcun.grow.loyalty.queries import sums_agree
from fangcun.grow.loyalty.services import TierSpec, earn, give_by_hand, save_tiers, set_member_prices
from fangcun.grow.messaging.models import Message
from fangcun.identity.members.models import Account
from fangcun.insight.tracking.models import Batch
from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.shop.orders.models import Order
from fangcun.shop.orders.services import cancel_order, confirm_receipt, note_refund, ship_order
from fangcun.shop.payments.models import Refund
from fangcun.shop.payments.services import apply_transaction, open_payment
from fangcun.shop.payments.services.refunding import refund

pytestmark = pytest.mark.django_db(databases="__all__")
CLERK = Actor.staff(7, "店员")


@pytest.fixture
def me(asker, wechat):
    """A customer with 300 points, worth 3 yuan."""
    customer = asker()
    earn(member_id=customer.account.member_id, points=300, reason="review", key="a")
    return customer


def lines_of(me) -> list[tuple[str, int]]:
    rows = PointsEntry.objects.filter(member_id=me.account.member_id).order_by("id")
    return list(rows.values_list("reason", "points"))


def balance(me) -> int:
    assert sums_agree() == []
    return int(me.got("GET", "/loyalty")["balance"])


def pay(number: str, drain: Any) -> Order:
    """Let WeChat say that an order is paid."""
    order = Order.objects.get(number=number)
    account = Account.objects.select_related("program__merchant", "member").get(member_id=order.member_id)
    assert account.program.merchant is not None
    payment = open_payment(
        reference=number, program=account.program, member=account.member, openid=account.openid,
        amount=order.total_amount, description="高原胡萝卜", expires_at=order.expires_at,
    )  # fmt: skip
    told = Transaction(
        state="SUCCESS", out_trade_no=payment.out_trade_no, mchid=account.program.merchant.mchid,
        appid=account.program.appid, transaction_id=f"42{payment.pk:08}", amount_total=order.total_amount,
        amount_paid=order.total_amount, currency="CNY", payer_openid=account.openid, success_at=timezone.now(),
        trade_type="JSAPI", bank_type="OTHERS", attach=None,
    )  # fmt: skip
    apply_transaction(told)
    drain()
    return Order.objects.get(number=number)


def complete(order: Order, drain: Any) -> Order:
    order = ship_order(order, carrier="SF", tracking_number="SF1234567890", by=CLERK)
    order = confirm_receipt(order, by=SYSTEM)
    drain()
    return order


def money_is_back(order: Order, amount: int, drain: Any) -> None:
    """Let WeChat say that so much of an order is back."""
    assert order.payment is not None
    refund(order.payment, amount=amount, reason="少件", by=CLERK)
    row = Refund.objects.latest("id")
    Refund.objects.filter(pk=row.pk).update(status="succeeded")
    note_refund(refund_id=row.pk)
    drain()


def test_a_sale_with_points_and_its_cancellation(me, carrot, drain):
    lines = [{"sku_id": carrot.pk, "quantity": 2}]
    address = me.address()
    plain = me.got("POST", "/quote", {"lines": lines, "address_id": address})
    assert plain["points"]["balance"] == 300
    found = me.got("POST", "/quote", {"lines": lines, "address_id": address, "points": 200})
    assert (found["points"]["used"], found["points"]["amount"]) == (200, 200)
    assert found["total_amount"] == plain["total_amount"] - 200
    body = {
        "lines": lines,
        "address_id": address,
        "points": 200,
        "expected_total_amount": found["total_amount"],
    }
    order = me.got("POST", "/orders", body, **{"Idempotency-Key": "k"})
    again = me.got("POST", "/orders", body, **{"Idempotency-Key": "k"})
    assert order["number"] == again["number"]
    assert (order["points_used"], balance(me)) == (200, 100)
    assert lines_of(me) == [("review", 300), ("spend", -200)]
    me.got("POST", f"/orders/{order['number']}/cancel", {"reason": ""})
    drain()
    assert lines_of(me) == [("review", 300), ("spend", -200), ("return", 200)]
    assert balance(me) == 300
    entry = me.got("GET", "/loyalty/entries")["items"][0]
    assert (entry["title"], entry["order_number"]) == ("退回抵扣的积分", order["number"])


def test_points_that_went_meanwhile_make_no_order(me, carrot):
    body = {"lines": [{"sku_id": carrot.pk, "quantity": 2}], "address_id": me.address(), "points": 300}
    quoted = me.got("POST", "/quote", body)
    assert quoted["points"]["used"] == 300
    give_by_hand(member_id=me.account.member_id, points=-1, note="误发", key="f", by=CLERK)
    sent = {**body, "expected_total_amount": quoted["total_amount"]}
    answer = me("POST", "/orders", sent, **{"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["code"]) == (409, "price_changed")
    assert (Order.objects.count(), balance(me)) == (0, 299)


def test_a_completed_order_earns_and_is_told_and_counted(me, carrot, drain):
    order = pay(me.buy(carrot.pk, 2)["number"], drain)
    assert lines_of(me) == [("review", 300)]
    complete(order, drain)
    yuan = order.paid_amount // 100
    assert lines_of(me) == [("review", 300), ("order", yuan)]
    assert me.got("GET", "/loyalty")["growth"] == yuan
    told = Message.objects.get(dedupe_key=f"points:order:{order.number}")
    assert (told.title, told.link) == ("积分变动", "/pages-grow/points/points")
    assert told.body == f"购物获得（订单 {order.number}）：+{yuan} 积分，现有 {300 + yuan} 积分。"
    facts = Batch.objects.filter(payload__contains='"name":"points_changed"')
    assert facts.count() == 2


def test_a_refund_takes_its_part_back_and_returns_its_part(me, carrot, drain):
    order = me.got(
        "POST", "/orders",
        {"lines": [{"sku_id": carrot.pk, "quantity": 2}], "address_id": me.address(), "points": 100},
        **{"Idempotency-Key": "k"},
    )  # fmt: skip
    bought = complete(pay(order["number"], drain), drain)
    paid = bought.paid_amount
    earned = paid // 100
    assert balance(me) == 200 + earned
    money_is_back(bought, paid // 2, drain)
    kept = earned * (paid - paid // 2) // paid
    assert balance(me) == 200 + kept + 100 * (paid // 2) // paid
    money_is_back(bought, paid - paid // 2, drain)
    assert balance(me) == 300
    assert me.got("GET", "/loyalty")["growth"] == 0


def test_the_shop_cancels_a_paid_order_and_the_points_are_back(me, carrot, drain):
    order = me.got(
        "POST", "/orders",
        {"lines": [{"sku_id": carrot.pk, "quantity": 2}], "address_id": me.address(), "points": 100},
        **{"Idempotency-Key": "k"},
    )  # fmt: skip
    bought = pay(order["number"], drain)
    cancel_order(bought, by=CLERK, reason="缺货")
    drain()
    assert balance(me) == 300


def test_a_tier_pays_less_and_a_member_price_counts(me, carrot):
    silver, *_rest = save_tiers([TierSpec("银卡", 10, permille=900)], by=SYSTEM)
    body = {"lines": [{"sku_id": carrot.pk, "quantity": 1}], "address_id": me.address()}
    usual = me.got("POST", "/quote", body)
    earn(member_id=me.account.member_id, growth=10, reason="automation", key="g")
    assert me.got("GET", "/loyalty")["tier"]["name"] == "银卡"
    cheaper = me.got("POST", "/quote", body)
    assert cheaper["total_amount"] == usual["total_amount"] - 128
    set_member_prices(tier=silver, prices={carrot.pk: 1000}, by=SYSTEM)
    assert me.got("POST", "/quote", body)["lines"][0]["price_amount"] == 1000
