"""Orders: placed in one go, moved by the table alone, their goods returned exactly once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.kernel.models import AuditEntry, Transition
from fangcun.kernel.states import IllegalTransition, StatusChanged
from fangcun.shop.cart.models import CartLine
from fangcun.shop.cart.services import add_to_cart
from fangcun.shop.catalog.errors import OutOfStock
from fangcun.shop.catalog.models import Sku
from fangcun.shop.orders import services
from fangcun.shop.orders.errors import (
    AreaUnreachable,
    CartEmpty,
    OrderNotCancellable,
    OrderNotConfirmable,
    OrderNotShippable,
    PriceChanged,
    QuantityInvalid,
)
from fangcun.shop.orders.models import Order
from fangcun.shop.orders.queries import counts_of, quote
from fangcun.shop.orders.states import OrderStatus
from fangcun.shop.shipping.models import FreightRule, Shipment
from fangcun.shop.shipping.services import save_freight_rule

pytestmark = pytest.mark.django_db
MEMBER = Actor.member(1)
CLERK = Actor.staff(7, "店员")


def stock() -> int:
    return Sku.objects.get().stock


def test_an_order_keeps_what_was_agreed(buy, carrot):
    order = buy(3, remark="放门口")
    Sku.objects.update(price_amount=1)
    order = Order.objects.get(pk=order.pk)
    line = order.lines.get()
    assert (line.price_amount, line.quantity, line.title, order.total_amount) == (1280, 3, "高原胡萝卜", 3840)
    assert (order.address["detail"], order.remark) == ("翠湖南路 1 号", "放门口")
    assert order.expires_at - order.created_at == dt.timedelta(minutes=15)


@pytest.mark.parametrize("lines", [[], [(1, 0)], [(1, -5)], [(1, 1000)]])
def test_senseless_lines_are_refused_and_nothing_changes(buy, carrot, lines):
    with pytest.raises((CartEmpty, QuantityInvalid)):
        buy(lines=[(carrot.pk, quantity) for _, quantity in lines])
    assert (Order.objects.count(), stock()) == (0, 20)


def test_more_than_there_is_cannot_be_bought(buy):
    with pytest.raises(OutOfStock) as refused:
        buy(21)
    assert refused.value.details["lines"][0]["stock"] == 20
    assert (Order.objects.count(), stock()) == (0, 20)


def test_a_price_that_changed_meanwhile_is_not_charged_silently(buy):
    with pytest.raises(PriceChanged) as refused:
        buy(1, expected_total_amount=1)
    assert refused.value.details == {"expected_amount": 1, "total_amount": 1280}
    assert (Order.objects.count(), stock()) == (0, 20)


def test_where_we_do_not_deliver_nothing_is_sold(buy):
    save_freight_rule(FreightRule(name="云南不送", areas=["53"], deliverable=False), by=SYSTEM)
    with pytest.raises(AreaUnreachable):
        buy(1)
    assert (Order.objects.count(), stock()) == (0, 20)


def test_the_cart_leaves_with_the_order_and_stays_without_it(buy, account, carrot):
    add_to_cart(member_id=account.member_id, program_id=account.program_id, sku_id=carrot.pk, quantity=2)
    with pytest.raises(PriceChanged):
        buy(lines=None, expected_total_amount=1)
    assert CartLine.objects.count() == 1
    assert buy(lines=None).lines.get().quantity == 2
    assert CartLine.objects.count() == 0


def test_submitting_costs_at_most_twelve_statements(buy, account, carrot, django_assert_max_num_queries):
    add_to_cart(member_id=account.member_id, program_id=account.program_id, sku_id=carrot.pk, quantity=2)
    with django_assert_max_num_queries(10):  # the door adds the login and the address
        buy(lines=None)


def test_the_quote_and_the_order_agree(buy, account, address, carrot):
    save_freight_rule(FreightRule(name="全国", first_amount=800, free_over_amount=9900), by=SYSTEM)
    found = quote(member_id=account.member_id, lines=[(carrot.pk, 2)], address=address)
    assert (found.priced.items_amount, found.freight.amount, found.total_amount) == (2560, 800, 3360)
    assert buy(2, expected_total_amount=3360).total_amount == 3360


def test_a_quote_names_what_is_wrong_with_each_line(account, address, carrot):
    found = quote(member_id=account.member_id, lines=[(carrot.pk, 21), (999_999, 1)], address=address)
    assert [(problem.sku_id, problem.code) for problem in found.problems] == [
        (carrot.pk, "short"),
        (999_999, "gone"),
    ]
    assert not found.can_submit


def test_cancelling_puts_the_goods_back_once(buy):
    order = buy(2)
    stale = Order.objects.get(pk=order.pk)
    services.cancel_order(order, by=MEMBER, reason="不要了")
    assert (order.status, order.cancel_reason, stock()) == (OrderStatus.CANCELLED, "不要了", 20)
    with pytest.raises(StatusChanged):
        services.cancel_order(stale, by=MEMBER)
    with pytest.raises(OrderNotCancellable):
        services.cancel_order(order, by=MEMBER)
    assert stock() == 20


def test_late_orders_are_closed_and_punctual_ones_are_not(buy):
    late, punctual = buy(2, key="a"), buy(3, key="b")
    Order.objects.filter(pk=late.pk).update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert services.close_unpaid_orders() == 1
    assert services.close_unpaid_orders() == 0
    late.refresh_from_db()
    punctual.refresh_from_db()
    assert (late.status, late.cancelled_by, punctual.status) == ("cancelled", "deadline", "pending_payment")
    assert stock() == 17
    assert services.close_unpaid_orders(now=punctual.expires_at) == 1
    assert stock() == 20


def paid(order: Order) -> Order:
    order.enter(OrderStatus.PAID, by=SYSTEM, paid_at=timezone.now())
    return order


def test_only_a_paid_order_ships_and_only_a_shipped_one_is_confirmed(buy):
    order = buy()
    with pytest.raises(OrderNotShippable):
        services.ship_order(order, carrier="SF", tracking_number="SF1234567", by=CLERK)
    with pytest.raises(OrderNotConfirmable):
        services.confirm_receipt(order, by=MEMBER)
    services.ship_order(paid(order), carrier="SF", tracking_number="SF1234567", by=CLERK)
    assert Shipment.objects.get().order_number == order.number
    services.confirm_receipt(order, by=MEMBER)
    assert order.status == OrderStatus.COMPLETED
    assert AuditEntry.objects.filter(action="orders.ship", actor_name="店员").count() == 1


def test_what_nobody_confirms_completes_by_itself(buy):
    order = paid(buy())
    services.ship_order(order, carrier="SF", tracking_number="SF1234567", by=CLERK)
    assert services.complete_delivered_orders() == 0
    assert services.complete_delivered_orders(now=timezone.now() + dt.timedelta(days=9)) == 0
    Order.objects.update(shipped_at=timezone.now() - dt.timedelta(days=10, seconds=1))
    assert services.complete_delivered_orders() == 1
    assert Order.objects.get().status == OrderStatus.COMPLETED


def test_every_step_leaves_a_row_and_no_other_step_is_possible(buy):
    order = paid(buy())
    with pytest.raises(IllegalTransition):
        order.enter(OrderStatus.COMPLETED, by=SYSTEM)
    steps = Transition.objects.filter(subject="orders.order").values_list("source", "target")
    assert list(steps) == [("pending_payment", "paid")]


def test_the_counts_on_the_profile_are_his_own(buy, account):
    buy(key="a")
    paid(buy(key="b"))
    assert counts_of(account.member_id) == {"pending_payment": 1, "paid": 1, "shipped": 0}
    assert counts_of(account.member_id + 1) == {"pending_payment": 0, "paid": 0, "shipped": 0}


def test_a_note_is_for_colleagues_and_is_audited(buy):
    order = services.annotate_order(buy(), text="常客", by=CLERK)
    assert Order.objects.get(pk=order.pk).staff_note == "常客"
    assert AuditEntry.objects.get(action="orders.annotate").after == {"staff_note": "常客"}
