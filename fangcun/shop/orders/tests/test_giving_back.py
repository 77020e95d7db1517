"""Orders that wait, that are given up, and of which a part is paid back."""

from __future__ import annotations

import pytest

from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.kernel.models import AuditEntry, Job
from fangcun.shop.catalog.models import Sku
from fangcun.shop.offers.terms import Terms
from fangcun.shop.offers.tests.makers import coupon_of
from fangcun.shop.orders import services
from fangcun.shop.orders.errors import NothingToRefund, OrderHeld, OrderNotCancellable
from fangcun.shop.orders.models import Order
from fangcun.shop.orders.queries import order_of
from fangcun.shop.payments.models import Refund

pytestmark = pytest.mark.django_db
CLERK = Actor.staff(7, "店员")


def told(name: str) -> list[dict[str, object]]:
    return [job.kwargs for job in Job.objects.filter(task__contains=name).order_by("id")]


def test_a_part_is_paid_back_by_what_it_cost_and_the_parts_add_up(buy, account, carrot, pear, pay, went_back):
    coupon = coupon_of(account.member_id)
    order = pay(buy(lines=[(carrot.pk, 3), (pear.pk, 1)]))  # 41.73 less 10.00
    carrots, pears = order.lines.get(sku=carrot), order.lines.get(sku=pear)
    assert (carrots.net_amount, pears.net_amount) == (2920, 253)
    parts = [services.refund_lines(order, lines={carrots.pk: 1}, by=CLERK, reason="坏了") for _ in range(3)]
    assert (parts, sum(parts)) == ([973, 973, 974], 2920)
    assert Sku.objects.get(pk=carrot.pk).stock == 20
    went_back()
    order.refresh_from_db()
    coupon.refresh_from_db()
    assert (order.status, order.refunded_amount, coupon.status) == ("paid", 2920, "used")
    assert services.refund_lines(order, lines={pears.pk: 1}, by=CLERK, reason="没货") == 253
    went_back()
    order.refresh_from_db()
    coupon.refresh_from_db()
    assert (order.status, order.refunded_amount, coupon.status) == ("cancelled", 3173, "unused")
    assert Sku.objects.get(pk=pear.pk).stock == 50
    assert AuditEntry.objects.filter(action="orders.refund_lines").count() == 3


def test_the_coupon_comes_back_when_all_goods_of_a_shipped_order_are_paid_back(
    buy, account, carrot, pay, went_back
):
    coupon = coupon_of(account.member_id)
    order = pay(buy(2))
    services.ship_order(order, carrier="SF", tracking_number="SF1234567", by=CLERK)
    line = order.lines.get()
    services.refund_lines(order, lines={line.pk: 1}, by=CLERK, reason="坏了")
    went_back()
    coupon.refresh_from_db()
    assert coupon.status == "used"
    services.refund_lines(order, lines={line.pk: 1}, by=CLERK, reason="坏了")
    went_back()
    coupon.refresh_from_db()
    order.refresh_from_db()
    assert (coupon.status, order.status, order.refunded_amount) == ("unused", "shipped", 1560)
    assert Sku.objects.get(pk=carrot.pk).stock == 18, "what the customer has is not on the shelf"
    last = told("after_order.count_the_refund")[-1]
    assert (last["amount"], last["full"], last["refunded_amount"]) == (780, True, 1560)


@pytest.mark.parametrize("wanted", [{}, {0: 1}, {1: 0}, {1: 3}, {1: -1}])
def test_what_was_not_bought_is_not_paid_back(buy, pay, wanted):
    order = pay(buy(2))
    line = order.lines.get()
    with pytest.raises(NothingToRefund):
        services.refund_lines(
            order, lines={line.pk if key else 0: n for key, n in wanted.items()}, by=CLERK, reason=""
        )
    assert Refund.objects.count() == 0


def test_a_held_order_does_not_ship_until_it_is_released_once(buy, pay):
    order = pay(buy(1, terms=Terms(held_for="group")))
    with pytest.raises(OrderHeld):
        services.ship_order(order, carrier="SF", tracking_number="SF1234567", by=CLERK)
    assert services.release_order(order_id=order.pk, by=SYSTEM) is True
    assert services.release_order(order_id=order.pk, by=SYSTEM) is False
    order.refresh_from_db()
    services.ship_order(order, carrier="SF", tracking_number="SF1234567", by=CLERK)


def test_a_customer_may_leave_while_his_paid_order_is_held_and_not_after(buy, account, pay):
    order = pay(buy(1, key="a", terms=Terms(held_for="group")))
    services.cancel_order(order, by=Actor.member(account.member_id), reason="不等了")
    assert (order.status, Refund.objects.get().amount) == ("cancelled", 1280)
    late = pay(buy(1, key="b", terms=Terms(held_for="group")))
    services.release_order(order_id=late.pk, by=SYSTEM)
    late.refresh_from_db()
    with pytest.raises(OrderNotCancellable):
        services.cancel_order(late, by=Actor.member(account.member_id))


def test_what_was_paid_back_a_moment_before_the_cancellation_is_not_given_back_twice(
    buy, account, carrot, pay, went_back
):
    order = pay(buy(3, terms=Terms(held_for="group")))
    seen = order_of(member_id=account.member_id, number=order.number)  # as the customer's page has read it
    assert seen.payment is not None
    services.refund_lines(order, lines={order.lines.get().pk: 1}, by=CLERK, reason="坏了")
    services.cancel_order(seen, by=Actor.member(account.member_id), reason="不等了")
    assert Sku.objects.get(pk=carrot.pk).stock == 20
    went_back()
    order.refresh_from_db()
    assert (order.status, order.refunded_amount) == ("cancelled", order.paid_amount)


def test_an_order_is_given_up_once_unpaid_or_held_and_never_else(buy, pay):
    unpaid = buy(1, key="a")
    assert services.give_up_order(order_id=unpaid.pk, by=SYSTEM, reason="未成团") is True
    assert services.give_up_order(order_id=unpaid.pk, by=SYSTEM, reason="未成团") is False
    held = pay(buy(1, key="b", terms=Terms(held_for="group")))
    assert services.give_up_order(order_id=held.pk, by=SYSTEM, reason="未成团") is True
    assert services.give_up_order(order_id=held.pk, by=SYSTEM, reason="未成团") is False
    plain = pay(buy(1, key="c"))
    assert services.give_up_order(order_id=plain.pk, by=SYSTEM, reason="未成团") is False
    held.refresh_from_db()
    assert (held.status, held.cancelled_by, Refund.objects.get().amount) == ("cancelled", "system", 1280)
    assert Order.objects.get(pk=plain.pk).status == "paid"
