"""Exact end states when many things happen to the same goods, orders and payments at the same moment."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest
from django.utils import timezone

from fangcun.identity.members.models import Account, Address, Member
from fangcun.kernel.actors import Actor
from fangcun.kernel.models import Transition
from fangcun.shop.catalog.errors import OutOfStock
from fangcun.shop.catalog.models import Sku, StockChange
from fangcun.shop.orders import services
from fangcun.shop.orders.models import Order, OrderLine
from fangcun.shop.payments.models import Payment, Refund
from fangcun.shop.payments.states import PaymentStatus, RefundStatus

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True, databases="__all__")]


def customer(program, number: int) -> tuple[Account, Address]:
    member = Member.objects.create(nickname=f"买家{number}")
    account = Account.objects.create(program=program, openid=f"o{number:027d}", member=member)
    address = Address.objects.create(
        member=member, name="方", phone="13800138000", region_code="530102",
        province="云南省", city="昆明市", district="五华区", detail="1 号",
    )  # fmt: skip
    return account, address


def buy(account: Account, address: Address, sku_id: int, key: str = "k") -> Order:
    return services.place_order(account=account, address=address, idempotency_key=key, lines=[(sku_id, 1)])[0]


def test_sixty_buyers_get_twenty_units_and_not_one_more(wechat_program, carrot, at_once):
    buyers = [customer(wechat_program, number) for number in range(60)]
    results = at_once(*[partial(buy, *buyer, carrot.pk) for buyer in buyers])
    assert sum(isinstance(result, Order) for result in results) == 20
    assert sum(isinstance(result, OutOfStock) for result in results) == 40
    assert Sku.objects.get(pk=carrot.pk).stock == 0
    assert Order.objects.count() == OrderLine.objects.count() == 20
    assert sum(StockChange.objects.filter(sku=carrot).values_list("delta", flat=True)) == 0


def test_one_key_sent_ten_times_at_once_is_one_order(wechat_program, carrot, at_once):
    buyer = customer(wechat_program, 1)
    results = at_once(*[partial(buy, *buyer, carrot.pk) for _ in range(10)])
    assert {result.number for result in results if isinstance(result, Order)} == {Order.objects.get().number}
    assert len([result for result in results if isinstance(result, Order)]) == 10
    assert Sku.objects.get(pk=carrot.pk).stock == 19


@pytest.fixture
def paid(shop, net, phone, until):
    """An order whose payment WeChat has taken, with the notice caught before it arrived."""
    buyer = phone()
    number = buyer.buy(shop.sku.pk, 2).json()["number"]
    assert buyer.cashier(number)["errMsg"] == "requestPayment:ok"
    until(lambda: [one for one in net if b"TRANSACTION.SUCCESS" in one[1] and "SIGNTEST" not in str(one[0])])
    return number, next(one for one in net if "SIGNTEST" not in str(one[0])), buyer


def test_twenty_identical_notices_at_once_pay_once(paid, throw, at_once):
    number, notice, _buyer = paid
    answers = at_once(*[partial(throw, notice) for _ in range(20)])
    assert [answer.status_code for answer in answers] == [200] * 20
    order = Order.objects.get(number=number)
    assert (order.status, order.paid_amount) == ("paid", 2560)
    assert Transition.objects.filter(subject="orders.order", target="paid").count() == 1
    assert Payment.objects.get().status == PaymentStatus.SUCCEEDED
    assert Refund.objects.count() == 0


def test_cancel_against_pay_ends_paid_or_cancelled_and_refunded(paid, throw, at_once, drain):
    number, notice, buyer = paid
    cancelled, told = at_once(partial(buyer.send, "POST", f"/orders/{number}/cancel"), partial(throw, notice))
    drain()
    order, payment = Order.objects.get(number=number), Payment.objects.get()
    assert told.status_code == 200
    assert payment.status == PaymentStatus.SUCCEEDED
    if order.status == "paid":
        assert cancelled.status_code == 409
        assert Refund.objects.count() == 0
        assert Sku.objects.get().stock == 18
    else:
        assert (order.status, cancelled.status_code) == ("cancelled", 200)
        assert Refund.objects.get().amount == payment.refunded_amount == 2560
        assert Sku.objects.get().stock == 20


def test_timeout_against_notice_ends_paid_with_the_goods(paid, throw, at_once, drain):
    number, notice, _buyer = paid
    Order.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    at_once(
        partial(throw, notice),
        services.close_unpaid_orders,
        services.close_unpaid_orders,
    )
    drain()
    order = Order.objects.get(number=number)
    assert (order.status, order.paid_amount) == ("paid", 2560)
    assert Sku.objects.get().stock == 18
    assert Refund.objects.count() == 0


def test_money_for_a_closed_order_whose_goods_are_gone_goes_back(paid, throw, drain, until, box):
    number, notice, _buyer = paid
    Order.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert services.close_unpaid_orders() == 1
    Sku.objects.update(stock=1)
    assert throw(notice).status_code == 200
    drain()
    order, refund = Order.objects.get(number=number), Refund.objects.get()
    assert (order.status, refund.amount) == ("cancelled", 2560)
    assert refund.status in (RefundStatus.PROCESSING, RefundStatus.SUCCEEDED)
    assert Sku.objects.get().stock == 1


def test_many_workers_close_each_late_order_once(wechat_program, carrot, at_once):
    buyers = [customer(wechat_program, number) for number in range(10)]
    for buyer in buyers:
        buy(*buyer, carrot.pk)
    Order.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    closed = at_once(*[services.close_unpaid_orders] * 6)
    assert sum(count for count in closed if isinstance(count, int)) == 10
    assert not [result for result in closed if isinstance(result, Exception)]
    assert Sku.objects.get().stock == 20
    assert Transition.objects.filter(subject="orders.order", target="cancelled").count() == 10


def test_two_operators_ship_one_order_once(paid, throw, at_once):
    number, notice, _buyer = paid
    throw(notice)

    def ship(tracking_number: str) -> object:
        order = Order.objects.get(number=number)
        return services.ship_order(
            order, carrier="SF", tracking_number=tracking_number, by=Actor.staff(1, "店员")
        )

    results = at_once(partial(ship, "SF1000001"), partial(ship, "SF1000002"))
    assert len([result for result in results if isinstance(result, Order)]) == 1
    assert Order.objects.get(number=number).status == "shipped"
