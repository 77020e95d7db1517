"""Orders that offers make cheaper: taken with the order, returned with it, pro-rated when a part goes back."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from fangcun.kernel.actors import Actor
from fangcun.kernel.models import Job
from fangcun.shop.catalog.models import Sku, StockChange
from fangcun.shop.offers.errors import CouponSpent, CouponUnusable
from fangcun.shop.offers.models import Coupon, FlashBuyer, FlashLine
from fangcun.shop.offers.rules import ThresholdKind
from fangcun.shop.offers.services import expire_coupons
from fangcun.shop.offers.terms import PointsOffer, Terms
from fangcun.shop.offers.tests.makers import coupon_of, flash_of, limited_of, threshold_of
from fangcun.shop.orders import services
from fangcun.shop.orders.errors import PriceChanged
from fangcun.shop.orders.models import Order
from fangcun.shop.orders.queries import quote
from fangcun.shop.payments.models import Refund

pytestmark = pytest.mark.django_db
CLERK = Actor.staff(7, "店员")


def told(name: str) -> list[dict[str, object]]:
    return [job.kwargs for job in Job.objects.filter(task__contains=name).order_by("id")]


def test_a_coupon_is_used_with_the_order_and_shared_out_to_the_fen(buy, account, carrot, pear):
    coupon = coupon_of(account.member_id)
    order = buy(lines=[(carrot.pk, 1), (pear.pk, 1)], expected_total_amount=613)
    lines = {line.sku_id: line for line in order.lines.all()}
    assert (order.items_amount, order.discount_amount, order.total_amount) == (1613, 1000, 613)
    assert (lines[carrot.pk].discount_amount, lines[pear.pk].discount_amount) == (794, 206)
    discount = order.discounts.get()
    assert (discount.kind, discount.source_id, discount.amount) == ("coupon", coupon.pk, 1000)
    coupon.refresh_from_db()
    assert (coupon.status, coupon.order_number) == ("used", order.number)


def test_a_coupon_that_does_not_fit_or_is_spent_is_refused_and_nothing_changes(buy, account, carrot):
    coupon = coupon_of(account.member_id, threshold_amount=2000)
    with pytest.raises(CouponUnusable) as refused:
        buy(1, terms=Terms(coupon_id=coupon.pk))
    assert refused.value.details == {"reason": "还差 ¥7.20"}
    with pytest.raises(CouponSpent):
        buy(1, terms=Terms(coupon_id=coupon.pk + 1))
    assert (Order.objects.count(), Sku.objects.get(pk=carrot.pk).stock) == (0, 20)
    assert Coupon.objects.get().status == "unused"
    assert buy(1, terms=Terms(coupon_id=0)).total_amount == 1280


def test_the_coupon_comes_back_with_the_cancelled_order_and_is_expired_when_its_time_is_over(buy, account):
    coupon = coupon_of(account.member_id)
    services.cancel_order(buy(1, key="a"), by=Actor.member(account.member_id))
    coupon.refresh_from_db()
    assert (coupon.status, coupon.order_number, coupon.used_at) == ("unused", "", None)
    order = buy(1, key="b")
    Coupon.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    services.cancel_order(order, by=Actor.member(account.member_id))
    coupon.refresh_from_db()
    assert coupon.status == "expired"
    assert expire_coupons() == 0


def test_flash_pieces_are_taken_and_returned_and_the_limit_counts_across_orders(buy, account, carrot):
    line = flash_of(carrot.pk, price=500, stock=5, per_member=2)
    order = buy(2, key="a", expected_total_amount=1000)
    assert (order.lines.get().price_amount, order.lines.get().list_amount) == (500, 1280)
    assert (FlashLine.objects.get().taken, FlashBuyer.objects.get().taken) == (2, 2)
    with pytest.raises(PriceChanged):
        buy(1, key="b", expected_total_amount=500)
    assert buy(1, key="c").total_amount == 1280
    services.cancel_order(order, by=Actor.member(account.member_id))
    assert (FlashLine.objects.get().taken, FlashBuyer.objects.get().taken) == (0, 0)
    assert buy(1, key="d", expected_total_amount=500).discounts.get().source_id == line.pk


def test_more_than_is_left_of_a_flash_sale_costs_what_it_usually_does_and_says_so(
    buy, account, address, carrot
):
    flash_of(carrot.pk, stock=1)
    found = quote(member_id=account.member_id, lines=[(carrot.pk, 2)], address=address)
    assert (found.total_amount, found.priced.hints) == (
        2560,
        ("「早市秒杀」您最多还能买 1 件，超出时全部按平时价格计算",),
    )
    assert buy(2).total_amount == 2560
    assert FlashLine.objects.get().taken == 0


def test_money_that_comes_late_takes_pieces_and_coupon_again(buy, account, carrot, pay):
    flash_of(carrot.pk, price=500, stock=1)
    coupon = coupon_of(account.member_id, kind="freight")
    order = buy(1)
    assert coupon.status == "unused"
    Order.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    services.close_unpaid_orders()
    assert (FlashLine.objects.get().taken, Sku.objects.get(pk=carrot.pk).stock) == (0, 20)
    order = pay(order)
    assert (order.status, FlashLine.objects.get().taken) == ("paid", 1)


def test_money_that_comes_late_goes_back_when_the_last_piece_is_somebody_elses(buy, account, carrot, pay):
    flash_of(carrot.pk, price=500, stock=1)
    order = buy(1, key="a")
    Order.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    services.close_unpaid_orders()
    assert buy(1, key="b").total_amount == 500
    order = pay(order)
    assert (order.status, Refund.objects.get().amount) == ("cancelled", 500)
    assert (FlashLine.objects.get().taken, Sku.objects.get(pk=carrot.pk).stock) == (1, 19)


def test_a_gift_leaves_the_shelf_with_the_order_and_comes_back_with_it(buy, account, address, carrot, pear):
    threshold_of((2000, 1), kind=ThresholdKind.GIFT, sku_id=pear.pk, title="送梨")
    found = quote(member_id=account.member_id, lines=[(carrot.pk, 2)], address=address)
    assert [(gift.title, gift.quantity) for gift in found.gifts] == [("梨", 1)]
    order = buy(2)
    gift = order.lines.get(is_gift=True)
    assert (gift.sku_id, gift.price_amount, gift.quantity, order.total_amount) == (pear.pk, 0, 1, 2560)
    assert Sku.objects.get(pk=pear.pk).stock == 49
    services.cancel_order(order, by=Actor.member(account.member_id))
    assert Sku.objects.get(pk=pear.pk).stock == 50
    assert sum(StockChange.objects.filter(sku=pear).values_list("delta", flat=True)) == 50


def test_a_gift_that_has_run_out_stops_no_order(buy, account, address, carrot, pear):
    threshold_of((2000, 1), kind=ThresholdKind.GIFT, sku_id=pear.pk)
    Sku.objects.filter(pk=pear.pk).update(stock=0)
    assert quote(member_id=account.member_id, lines=[(carrot.pk, 2)], address=address).gifts == []
    assert buy(2).lines.count() == 1


def test_what_is_bought_for_a_gift_may_be_the_gift_itself(buy, carrot):
    threshold_of((2000, 1), kind=ThresholdKind.GIFT, sku_id=carrot.pk)
    order = buy(19)
    assert [(line.quantity, line.is_gift) for line in order.lines.order_by("id")] == [(19, False), (1, True)]
    assert Sku.objects.get(pk=carrot.pk).stock == 0


def test_quote_and_order_agree_with_everything_at_once(buy, account, address, carrot, pear):
    limited_of(carrot.pk, price=900)
    threshold_of((3000, 300), (5000, 700))
    coupon_of(account.member_id, value_amount=500, threshold_amount=2000)
    terms = Terms(tier=1, tier_permille=950, points=PointsOffer(1000, 100, 500, wanted=1000))
    lines = [(carrot.pk, 3), (pear.pk, 7)]
    found = quote(member_id=account.member_id, lines=lines, address=address, terms=terms)
    # 3 × 9.00 + 7 × 3.33 = 50.31, less 7.00, of the rest 95 %, less 5.00, less half at most: 10.00 of points
    assert (found.priced.items_amount, found.priced.discount_amount, found.total_amount) == (5031, 2416, 2615)
    order = buy(lines=lines, terms=terms, expected_total_amount=2615)
    assert (order.points_used, order.discount_amount) == (1000, 2416)
    assert [(one.kind, one.amount) for one in order.discounts.order_by("id")] == [
        ("limited", 1140), ("threshold", 700), ("tier", 216), ("coupon", 500), ("points", 1000),
    ]  # fmt: skip
    assert sum(line.discount_amount for line in order.lines.all()) == 2416


def test_an_order_that_costs_nothing_is_paid_at_once_and_can_be_given_back(buy, account, carrot):
    coupon = coupon_of(
        account.member_id, kind="exchange", value_amount=0, scope="products", scope_ids=[carrot.product_id]
    )
    order = buy(1, expected_total_amount=0)
    assert (order.status, order.total_amount, order.paid_amount) == ("paid", 0, 0)
    assert told("after_order.count_the_payment")[0]["number"] == order.number
    services.cancel_order(order, by=CLERK, reason="缺货")
    coupon.refresh_from_db()
    assert (order.status, coupon.status, Refund.objects.count()) == ("cancelled", "unused", 0)
    assert Sku.objects.get(pk=carrot.pk).stock == 20


def test_offers_cost_a_constant_number_of_statements(
    buy, account, carrot, pear, django_assert_max_num_queries
):
    coupon_of(account.member_id)
    flash_of(carrot.pk, stock=9)
    threshold_of((100, 1), kind=ThresholdKind.GIFT, sku_id=pear.pk)
    threshold_of((100, 10))
    buy(1, key="a")  # the offers are read once
    Coupon.objects.update(status="unused", order_number="")
    # beyond the ten and the look at the book: coupons, gifts' locks, two of flash, two to use, the gift, what came off
    with django_assert_max_num_queries(23):
        buy(lines=[(carrot.pk, 1), (pear.pk, 1)], key="b")
