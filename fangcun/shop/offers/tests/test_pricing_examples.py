"""Sales that can be worked out on paper."""

from __future__ import annotations

import datetime as dt

import pytest

from fangcun.shop.offers.pricing import priced
from fangcun.shop.offers.rules import (
    CouponKind,
    CouponTerms,
    FlashOffer,
    HeldCoupon,
    LimitedOffer,
    Running,
    Scope,
    ScopeKind,
    Stacking,
    Step,
    ThresholdKind,
    ThresholdRule,
)
from fangcun.shop.offers.sale import DiscountKind, Priced, SaleLine
from fangcun.shop.offers.terms import PLAIN, PointsOffer, Terms

NOW = dt.datetime(2026, 11, 26, 4, tzinfo=dt.UTC)
ALL = Scope()
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
APPLE = SaleLine(1, 10, (100, 100), 2, 1000)
PEAR = SaleLine(2, 20, (100, 100), 1, 500)
SOAP = SaleLine(3, 30, (300, 300), 1, 3000)


def sale(*lines: SaleLine, shop: Running | None = None, terms: Terms = PLAIN, **more) -> Priced:
    return priced(lines, running=shop or Running(), terms=terms, now=NOW, **more)


def rule(kind: ThresholdKind, *steps: tuple[int, int], number: int = 1, scope=ALL, **more) -> ThresholdRule:
    values = {"priority": 0, "starts_at": NOW - HOUR, "ends_at": None, **more}
    return ThresholdRule(
        number, f"规则{number}", kind, scope, tuple(Step(n, g, 9) for n, g in steps), **values
    )


def coupon(kind: CouponKind = CouponKind.AMOUNT, number: int = 1, **terms) -> HeldCoupon:
    return HeldCoupon(
        number, number, CouponTerms(kind, f"券{number}", **terms), NOW - HOUR, NOW + number * DAY
    )


def test_a_piece_costs_the_lowest_of_its_prices():
    shop = Running(
        limited={1: (LimitedOffer(1, 1, "周末价", 900, NOW - HOUR, NOW + HOUR),)},
        flash={1: (FlashOffer(7, 1, "秒杀", 600, NOW - HOUR, NOW + HOUR, 2),)},
    )
    member = Terms(member_prices={1: 800})
    assert sale(APPLE).lines[0].price_amount == 1000
    assert sale(APPLE, shop=shop).lines[0].price_amount == 900
    assert sale(APPLE, shop=shop, terms=member).lines[0].price_amount == 800
    got = sale(APPLE, shop=shop, terms=member, pieces={7: 2})
    assert (got.lines[0].price_amount, got.lines[0].labels, got.items_amount) == (600, ("秒杀价",), 1200)
    assert got.discounts[0].amount == 800


def test_whoever_may_begin_earlier_has_the_flash_price_before_others():
    shop = Running(flash={1: (FlashOffer(7, 1, "秒杀", 600, NOW + HOUR, NOW + 2 * HOUR, None),)})
    assert sale(APPLE, shop=shop, pieces={7: 9}).items_amount == 2000
    assert sale(APPLE, shop=shop, pieces={7: 9}, terms=Terms(early_hours=1)).items_amount == 1200


def test_a_price_counts_from_its_first_moment_and_not_at_its_last():
    def at(starts: dt.datetime, ends: dt.datetime) -> int:
        shop = Running(limited={1: (LimitedOffer(1, 1, "价", 900, starts, ends),)})
        return sale(APPLE, shop=shop).lines[0].price_amount

    assert at(NOW, NOW + HOUR) == 900
    assert at(NOW - HOUR, NOW) == 1000


def test_a_group_has_its_own_price_and_nothing_else_stacks():
    shop = Running(thresholds=(rule(ThresholdKind.SPEND_SAVE, (100, 50)),))
    terms = Terms(group_prices={1: 700}, member_prices={1: 100}, tier_permille=900)
    got = sale(APPLE, shop=shop, terms=terms, coupons=[coupon(value_amount=300)])
    assert (got.total_amount, got.discount_amount) == (1400, 0)
    assert got.coupons[0].reason == "不与拼团价同享"


def test_the_highest_step_that_is_reached_counts_and_the_next_is_hinted_at():
    shop = Running(thresholds=(rule(ThresholdKind.SPEND_SAVE, (1000, 100), (2000, 300), (5000, 900)),))
    got = sale(APPLE, shop=shop)
    assert (got.discount_amount, got.hints) == (300, ("再买 ¥30.00 可减 ¥9.00",))


@pytest.mark.parametrize(
    ("kind", "step", "off"),
    [
        (ThresholdKind.PIECES_PRICE, (2, 1500), 500),  # the two apples for 15 yuan
        (ThresholdKind.PIECES_PRICE, (3, 2000), 500),  # all three for 20
        (ThresholdKind.PIECES_PRICE, (3, 2600), 0),  # dearer than they are
        (ThresholdKind.PIECES_FREE, (3, 2), 500),  # the pear is free
        (ThresholdKind.PIECES_FREE, (2, 1), 500),  # one pair: the cheapest of all is free
        (ThresholdKind.PIECES_FREE, (4, 1), 0),
    ],
)
def test_so_many_for_so_much(kind, step, off):
    got = sale(APPLE, PEAR, shop=Running(thresholds=(rule(kind, step),)))
    assert got.discount_amount == sum(line.discount_amount for line in got.lines) == off


def test_a_line_counts_for_one_threshold_the_first_by_priority_then_the_better():
    small, big = rule(ThresholdKind.SPEND_SAVE, (1, 100)), rule(ThresholdKind.SPEND_SAVE, (1, 200), number=2)
    assert sale(APPLE, shop=Running(thresholds=(small, big))).discount_amount == 200
    first = rule(ThresholdKind.SPEND_SAVE, (1, 100), priority=5)
    assert sale(APPLE, shop=Running(thresholds=(first, big))).discount_amount == 100
    soap_only = rule(
        ThresholdKind.SPEND_SAVE, (1, 70), number=3, scope=Scope(ScopeKind.CATEGORIES, frozenset({300})), priority=9
    )  # fmt: skip
    assert sale(APPLE, SOAP, shop=Running(thresholds=(big, soap_only))).discount_amount == 270


def test_a_gift_is_deserved_by_what_is_bought():
    shop = Running(thresholds=(rule(ThresholdKind.GIFT, (2000, 1), (9000, 3)),))
    assert [(gift.sku_id, gift.quantity) for gift in sale(APPLE, shop=shop).gifts] == [(9, 1)]
    assert sale(PEAR, shop=shop).gifts == ()
    assert sale(PEAR, shop=shop).hints == ("再买 ¥15.00 可得赠品（规则1）",)


@pytest.mark.parametrize(
    ("held", "off"),
    [
        (coupon(value_amount=300), 300),
        (coupon(value_amount=99_999), 2500),
        (coupon(CouponKind.PERCENT, permille=850), 375),
        (coupon(CouponKind.PERCENT, permille=850, cap_amount=100), 100),
        (coupon(CouponKind.EXCHANGE, scope=Scope(ScopeKind.PRODUCTS, frozenset({10}))), 1000),
        (
            coupon(CouponKind.EXCHANGE, value_amount=100, scope=Scope(ScopeKind.PRODUCTS, frozenset({10}))),
            900,
        ),
        (coupon(value_amount=300, scope=Scope(ScopeKind.PRODUCTS, frozenset({20}))), 300),
    ],
)
def test_what_a_coupon_takes_off(held, off):
    got = sale(APPLE, PEAR, coupons=[held])
    assert (got.discount_amount, got.total_amount) == (off, 2500 - off)


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        (coupon(value_amount=1, threshold_amount=2600), "还差 ¥1.00"),
        (coupon(value_amount=1, scope=Scope(ScopeKind.PRODUCTS, frozenset({77}))), "不适用于所选商品"),
        (
            coupon(value_amount=1, scope=Scope(ScopeKind.CATEGORIES, frozenset({77}))),
            "不适用于所选商品的分类",
        ),
        (coupon(CouponKind.FREIGHT), "本单没有运费可减"),
        (
            coupon(CouponKind.EXCHANGE, scope=Scope(ScopeKind.PRODUCTS, frozenset({77}))),
            "需购买指定的兑换商品",
        ),
        (
            HeldCoupon(1, 1, CouponTerms(CouponKind.AMOUNT, "券", 1), NOW + HOUR, NOW + DAY),
            "2026-11-26 13:00 起可用",
        ),
        (HeldCoupon(1, 1, CouponTerms(CouponKind.AMOUNT, "券", 1), NOW - DAY, NOW), "已过期"),
    ],
)
def test_why_a_coupon_can_not_be_used(held, reason):
    got = sale(APPLE, PEAR, coupons=[held])
    assert (got.coupons[0].reason, got.coupons[0].chosen, got.discount_amount) == (reason, False, 0)


def test_a_freight_coupon_pays_the_freight_and_is_compared_with_the_others():
    freight, little = coupon(CouponKind.FREIGHT), coupon(number=2, value_amount=500)
    got = sale(APPLE, coupons=[freight, little], freight=lambda _: 800)
    assert (got.coupon_id, got.freight_amount, got.freight_saved_amount, got.total_amount) == (
        1,
        0,
        800,
        2000,
    )
    free = sale(APPLE, coupons=[freight], freight=lambda _: 800, terms=Terms(free_freight=True))
    assert (free.coupon_id, free.total_amount, free.coupons[0].reason) == (None, 2000, "本单没有运费可减")


def test_of_equal_coupons_the_one_that_ends_first_is_proposed():
    assert (
        sale(APPLE, coupons=[coupon(number=5, value_amount=9), coupon(number=2, value_amount=9)]).coupon_id
        == 2
    )


def test_of_two_kinds_that_do_not_combine_the_first_in_order_is_taken():
    apart = frozenset({(DiscountKind.TIER, DiscountKind.COUPON)})
    terms = Terms(tier=1, tier_permille=900)
    usual = Running(stacking=Stacking(apart=apart))
    assert sale(APPLE, shop=usual, terms=terms, coupons=[coupon(value_amount=500)]).total_amount == 1800
    order = (DiscountKind.COUPON, DiscountKind.TIER, DiscountKind.THRESHOLD)
    other = Running(stacking=Stacking(order, apart))
    assert sale(APPLE, shop=other, terms=terms, coupons=[coupon(value_amount=500)]).total_amount == 1500


@pytest.mark.parametrize(
    ("offer", "used", "amount"),
    [
        (PointsOffer(10_000, 100, 500), 1000, 1000),
        (PointsOffer(300, 100, 500), 300, 300),
        (PointsOffer(10_000, 10, 500), 100, 1000),
        (PointsOffer(10_000, 1000, 500, wanted=1005), 1000, 100),
        (PointsOffer(10_000, 100, 500, wanted=0), 0, 0),
    ],
)
def test_points_pay_half_at_most_and_only_whole_fen(offer, used, amount):
    got = sale(APPLE, terms=Terms(points=offer))
    assert got.points is not None
    assert (got.points.used, got.points.amount, got.total_amount) == (used, amount, 2000 - amount)


def test_nothing_on_offer_takes_nothing_off():
    got = sale(APPLE, PEAR, SOAP)
    assert (got.total_amount, got.discount_amount, got.discounts, got.hints) == (5500, 0, (), ())
