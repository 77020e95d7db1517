"""What must hold for every sale, whatever is bought, offered and held: thousands of random ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from fangcun.shop.offers.pricing import allocate, priced
from fangcun.shop.offers.rules import PRICE_KINDS, HeldCoupon, Running
from fangcun.shop.offers.sale import ON_FREIGHT, DiscountKind, Priced, SaleLine
from fangcun.shop.offers.terms import Terms
from fangcun.shop.offers.tests.shops import NOW, carts, pockets, shops, terms

MANY = settings(max_examples=200, deadline=None)


def freight(items_amount: int) -> int:
    return 0 if items_amount >= 20_000 else 800


def reckon(
    cart: list[SaleLine],
    shop: Running,
    pocket: list[HeldCoupon],
    on: Terms,
    pieces: Mapping[int, int] | None = None,
) -> Priced:
    return priced(cart, running=shop, coupons=pocket, terms=on, now=NOW, freight=freight, pieces=pieces or {})


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**7), max_size=30))
@MANY
def test_shares_add_up_and_nobody_gets_more_than_his_weight(amount, weights):
    amount = min(amount, sum(weights))
    shares = allocate(amount, weights)
    assert sum(shares) == amount
    assert all(0 <= share <= weight for share, weight in zip(shares, weights, strict=True))
    whole = sum(weights) or 1
    assert all(
        abs(share - amount * weight / whole) < 1 for share, weight in zip(shares, weights, strict=True)
    )


@given(carts(), shops(), pockets(), terms(), st.dictionaries(st.integers(1, 12), st.integers(0, 9)))
@MANY
def test_every_fen_is_accounted_for(cart, shop, pocket, on, pieces):
    sale = reckon(cart, shop, pocket, on, pieces)
    assert sale.items_amount == sum(line.line_amount for line in sale.lines)
    assert sale.discount_amount == sum(line.discount_amount for line in sale.lines)
    assert sale.discount_amount == sum(one.amount for one in sale.discounts if one.on_goods)
    assert sale.total_amount == sale.items_amount - sale.discount_amount + sale.freight_amount
    assert sale.total_amount == sum(line.net_amount for line in sale.lines) + sale.freight_amount
    assert sale.freight_amount + sale.freight_saved_amount == freight(sale.items_amount)
    assert sale.freight_saved_amount == sum(one.amount for one in sale.discounts if one.kind in ON_FREIGHT)
    listed = sum(line.list_amount * line.quantity for line in sale.lines)
    in_price = sum(one.amount for one in sale.discounts if one.kind in PRICE_KINDS)
    assert listed - in_price == sale.items_amount


@given(carts(), shops(), pockets(), terms())
@MANY
def test_nothing_falls_below_zero_and_no_piece_costs_more_than_on_the_shelf(cart, shop, pocket, on):
    sale = reckon(cart, shop, pocket, on)
    assert min(line.net_amount for line in sale.lines) >= 0
    assert min(line.discount_amount for line in sale.lines) >= 0
    assert sale.freight_amount >= 0
    assert sale.freight_saved_amount >= 0
    assert all(line.price_amount <= line.list_amount for line in sale.lines)
    assert all(one.amount > 0 for one in sale.discounts)


@given(carts(), shops(), pockets(), terms())
@MANY
def test_the_proposed_coupon_is_the_best_one(cart, shop, pocket, on):
    on = dataclasses.replace(on, points=None)
    proposed = reckon(cart, shop, pocket, on)
    forced = [
        reckon(cart, shop, pocket, dataclasses.replace(on, coupon_id=one.coupon_id)).total_amount
        for one in pocket
    ]
    without = reckon(cart, shop, pocket, dataclasses.replace(on, coupon_id=0))
    assert without.coupon_id is None
    assert proposed.total_amount == min([without.total_amount, *forced])
    if proposed.coupon_id is not None:
        assert proposed.total_amount < without.total_amount


@given(carts(), shops(), pockets(), terms())
@MANY
def test_each_coupon_is_worth_something_or_says_why_not(cart, shop, pocket, on):
    sale = reckon(cart, shop, pocket, on)
    assert {one.coupon_id for one in sale.coupons} == {one.coupon_id for one in pocket}
    for choice in sale.coupons:
        assert choice.usable == (choice.amount > 0) == (not choice.reason)
    used = [one for one in sale.discounts if one.kind in ("coupon", "freight_coupon")]
    assert len(used) == sum(one.chosen for one in sale.coupons) <= 1
    assert all(one.source_id == sale.coupon_id for one in used)


@given(carts(), shops(), pockets(), terms())
@MANY
def test_points_pay_no_more_than_they_may_and_none_is_wasted(cart, shop, pocket, on):
    sale = reckon(cart, shop, pocket, on)
    if on.points is None:
        assert sale.points is None
        return
    use, offer = sale.points, on.points
    assert use is not None
    assert 0 <= use.used <= use.most <= offer.balance
    if offer.wanted is not None:
        assert use.used <= offer.wanted
    else:
        assert use.used == use.most
    assert use.amount == use.used * 100 // offer.points_per_yuan
    assert use.used == 0 or (use.used - 1) * 100 // offer.points_per_yuan < use.amount
    before = sale.items_amount - sale.discount_amount + use.amount
    assert use.amount <= before * offer.most_permille // 1000
    paid = [one for one in sale.discounts if one.kind == DiscountKind.POINTS]
    assert sum(one.points for one in paid) == use.used


@given(carts(), shops(), pockets(), terms())
@MANY
def test_kinds_that_do_not_combine_never_meet_on_a_line(cart, shop, pocket, on):
    """Seen from outside: with everything kept apart a line whose price is lowered has no other discount."""
    pairs = frozenset(
        (price, top) for price in PRICE_KINDS for top in ("threshold", "tier", "coupon", "points")
    )
    apart = dataclasses.replace(shop.stacking, apart=pairs)
    sale = reckon(cart, dataclasses.replace(shop, stacking=apart), pocket, on)
    for line in sale.lines:
        if line.price_amount < line.list_amount:
            assert line.discount_amount == 0


@given(carts(), shops(), pockets(), terms(), st.integers(0, 5), st.integers(1, 10**7))
@MANY
def test_more_money_never_breaks_it(cart, shop, pocket, on, where, more):
    number = where % len(cart)
    dearer = [
        dataclasses.replace(line, list_amount=line.list_amount + more) if n == number else line
        for n, line in enumerate(cart)
    ]
    sale = reckon(dearer, shop, pocket, on)
    assert 0 <= sale.discount_amount <= sale.items_amount
    assert sum(line.discount_amount for line in sale.lines) == sale.discount_amount


@given(carts(), shops(), terms())
@MANY
def test_the_order_of_the_lines_changes_no_total(cart, shop, on):
    there, back = reckon(cart, shop, [], on), reckon(cart[::-1], shop, [], on)
    assert there.total_amount == back.total_amount
    assert sorted(there.gifts, key=str) == sorted(back.gifts, key=str)
