"""Exact end states when many want the same coupon, the same piece or the same code at the same moment."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from fangcun.identity.members.models import Account, Address, Member
from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.shop.catalog.models import Sku
from fangcun.shop.offers.errors import (
    CodeSpent,
    CouponLimitReached,
    CouponsGone,
    CouponSpent,
)
from fangcun.shop.offers.models import Coupon, CouponCode, CouponHolder, CouponTemplate, FlashBuyer, FlashLine
from fangcun.shop.offers.queries import Claimant
from fangcun.shop.offers.rules import ThresholdKind
from fangcun.shop.offers.services import claim_coupon, give_coupon, make_codes, redeem_code
from fangcun.shop.offers.terms import Terms
from fangcun.shop.offers.tests.makers import coupon_of, flash_of, template_of, threshold_of
from fangcun.shop.orders import services
from fangcun.shop.orders.errors import PriceChanged
from fangcun.shop.orders.models import Order
from tests.races.test_trade_races import customer

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True, databases="__all__")]


def claimants(number: int) -> list[Claimant]:
    return [Claimant(Member.objects.create(nickname=f"会员{n}").pk, is_newcomer=True) for n in range(number)]


def buy(buyer: tuple[Account, Address], sku_id: int, *, key: str = "k", **asked: Any) -> Order:
    account, address = buyer
    return services.place_order(
        account=account, address=address, idempotency_key=key, lines=[(sku_id, 1)], **asked
    ).order


def kinds(results: list[object]) -> dict[str, int]:
    found: dict[str, int] = {}
    for result in results:
        found[type(result).__name__] = found.get(type(result).__name__, 0) + 1
    return found


def test_the_last_coupons_are_claimed_by_as_many_as_there_are(wechat_program, at_once):
    template = template_of(total=5)
    claim = partial(claim_coupon, template_id=template.pk, program_id=wechat_program.pk)
    results = at_once(*[partial(claim, claimant=claimant) for claimant in claimants(30)])
    assert kinds(results) == {"Coupon": 5, "CouponsGone": 25}
    assert sum(isinstance(result, CouponsGone) for result in results) == 25
    assert (CouponTemplate.objects.get().claimed, Coupon.objects.count()) == (5, 5)
    assert sum(CouponHolder.objects.values_list("taken", flat=True)) == 5


def test_one_member_who_claims_many_times_at_once_gets_what_he_may_have(wechat_program, at_once):
    template = template_of(total=50, per_member=2)
    (claimant,) = claimants(1)
    claim = partial(claim_coupon, template_id=template.pk, program_id=wechat_program.pk, claimant=claimant)
    results = at_once(*[claim for _ in range(12)])
    assert kinds(results) == {"Coupon": 2, "CouponLimitReached": 10}
    assert sum(isinstance(result, CouponLimitReached) for result in results) == 10
    assert (CouponTemplate.objects.get().claimed, CouponHolder.objects.get().taken) == (2, 2)


def test_one_code_is_good_for_one_of_many(wechat_program, at_once):
    make_codes(template_of(way="code"), number=1, by=SYSTEM)
    code = CouponCode.objects.get().code
    redeem = partial(redeem_code, code=code, program_id=wechat_program.pk)
    results = at_once(*[partial(redeem, claimant=claimant) for claimant in claimants(10)])
    assert kinds(results) == {"Coupon": 1, "CodeSpent": 9}
    assert sum(isinstance(result, CodeSpent) for result in results) == 9
    assert (Coupon.objects.count(), CouponTemplate.objects.get().claimed) == (1, 1)
    assert CouponCode.objects.get().coupon_id == Coupon.objects.get().pk


def test_one_key_gives_one_coupon_however_often_it_is_said_at_once(at_once):
    template, member = template_of(total=9), Member.objects.create(nickname="小方")
    give = partial(give_coupon, template_id=template.pk, member_id=member.pk, by=SYSTEM, key="invite:1")
    results = at_once(*[give for _ in range(8)])
    assert {getattr(result, "pk", result) for result in results} == {Coupon.objects.get().pk}
    assert CouponTemplate.objects.get().claimed == 1


def test_one_coupon_in_two_orders_at_once_is_used_by_one(wechat_program, carrot, at_once):
    account, address = customer(wechat_program, 1)
    coupon = coupon_of(account.member_id)

    one = partial(
        buy, (account, address), carrot.pk, expected_total_amount=280, terms=Terms(coupon_id=coupon.pk)
    )
    results = at_once(*[partial(one, key=f"k{number}") for number in range(6)])
    assert kinds(results) == {"Order": 1, "CouponSpent": 5}
    assert sum(isinstance(result, CouponSpent) for result in results) == 5
    coupon.refresh_from_db()
    assert (coupon.status, coupon.order_number) == ("used", Order.objects.get().number)
    assert Sku.objects.get(pk=carrot.pk).stock == 19


def test_the_proposed_coupon_is_never_used_twice(wechat_program, carrot, at_once):
    account, address = customer(wechat_program, 1)
    coupon_of(account.member_id)

    one = partial(buy, (account, address), carrot.pk, expected_total_amount=280)
    results = at_once(*[partial(one, key=f"k{number}") for number in range(6)])
    assert sum(isinstance(result, Order) for result in results) == 1
    assert all(isinstance(result, Order | CouponSpent | PriceChanged) for result in results)
    assert (Order.objects.get().total_amount, Sku.objects.get(pk=carrot.pk).stock) == (280, 19)


def test_the_last_pieces_of_a_flash_sale_go_to_as_many_as_there_are(wechat_program, carrot, at_once):
    flash_of(carrot.pk, price=500, stock=3)
    buyers = [customer(wechat_program, number) for number in range(20)]

    results = at_once(*[partial(buy, buyer, carrot.pk, expected_total_amount=500) for buyer in buyers])
    assert kinds(results) == {"Order": 3, "PriceChanged": 17}
    assert FlashLine.objects.get().taken == sum(FlashBuyer.objects.values_list("taken", flat=True)) == 3
    assert Sku.objects.get(pk=carrot.pk).stock == 17
    assert set(Order.objects.values_list("total_amount", flat=True)) == {500}


def test_one_buyer_who_orders_many_times_at_once_gets_what_he_may_have(wechat_program, carrot, at_once):
    flash_of(carrot.pk, price=500, stock=10, per_member=2)
    account, address = customer(wechat_program, 1)

    one = partial(buy, (account, address), carrot.pk, expected_total_amount=500)
    results = at_once(*[partial(one, key=f"k{number}") for number in range(8)])
    assert kinds(results) == {"Order": 2, "PriceChanged": 6}
    assert (FlashLine.objects.get().taken, FlashBuyer.objects.get().taken) == (2, 2)


def test_cancelled_many_times_at_once_pieces_and_coupon_come_back_once(wechat_program, carrot, at_once):
    flash_of(carrot.pk, price=1100, stock=5)
    account, address = customer(wechat_program, 1)
    template = template_of(threshold_amount=0, kind="exchange", value_amount=100, scope="products",
                           scope_ids=[carrot.product_id])  # fmt: skip
    coupon = give_coupon(template_id=template.pk, member_id=account.member_id, by=SYSTEM, key="k")
    assert coupon is not None
    other = services.place_order(
        account=account, address=address, idempotency_key="other", lines=[(carrot.pk, 1)],
        terms=Terms(coupon_id=0),
    ).order  # fmt: skip
    number = services.place_order(
        account=account, address=address, idempotency_key="k", lines=[(carrot.pk, 2)]
    ).order.number
    assert FlashLine.objects.get().taken == 3

    def cancel() -> Order:
        return services.cancel_order(Order.objects.get(number=number), by=Actor.member(account.member_id))

    Order.objects.filter(number=number).update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    results = at_once(*[cancel for _ in range(5)], services.close_unpaid_orders, services.close_unpaid_orders)
    assert (
        sum(isinstance(result, Order) for result in results)
        + sum(result for result in results if isinstance(result, int))
        == 1
    )
    coupon.refresh_from_db()
    assert (FlashLine.objects.get().taken, FlashBuyer.objects.get().taken) == (1, 1)
    assert (coupon.status, coupon.order_number) == ("unused", "")
    assert (Sku.objects.get(pk=carrot.pk).stock, Order.objects.get(pk=other.pk).status) == (
        19,
        "pending_payment",
    )


def test_orders_that_give_each_others_goods_as_gifts_do_not_wait_for_each_other(
    wechat_program, carrot, at_once
):
    other = Sku.objects.create(product=carrot.product, values=["小"], price_amount=1280, stock=40)
    Sku.objects.filter(pk=carrot.pk).update(stock=40)
    threshold_of((1, 1), kind=ThresholdKind.GIFT, sku_id=carrot.pk)
    threshold_of((1, 1), kind=ThresholdKind.GIFT, sku_id=other.pk)
    buyers = [customer(wechat_program, number) for number in range(12)]

    wanted = [carrot.pk, other.pk] * 6
    results = at_once(*[partial(buy, buyer, sku) for buyer, sku in zip(buyers, wanted, strict=True)])
    assert kinds(results) == {"Order": 12}
    assert sorted(Sku.objects.values_list("stock", flat=True)) == [40 - 12 - 6, 40 - 12 - 6]
