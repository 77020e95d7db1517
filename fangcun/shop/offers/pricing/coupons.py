"""What a coupon takes off a sale, or why it can't."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from django.utils import timezone

from fangcun.kernel.money import yuan
from fangcun.shop.offers.pricing.till import Till
from fangcun.shop.offers.rules import CouponKind, CouponTerms, HeldCoupon, ScopeKind
from fangcun.shop.offers.sale import Discount, DiscountKind


class Worth(NamedTuple):
    """What a coupon takes off the goods (those lines) or, for one of freight, off the freight."""

    amount: int
    numbers: list[int]
    reason: str = ""


def worth(till: Till, coupon: HeldCoupon, now: dt.datetime) -> Worth:
    """What a coupon is worth here; with a reason when it is worth nothing."""
    terms = coupon.terms
    if now < coupon.starts_at:
        return _not(f"{timezone.localtime(coupon.starts_at):%Y-%m-%d %H:%M} 起可用")
    if now >= coupon.expires_at:
        return _not("已过期")
    covered = [number for number, line in enumerate(till.lines) if terms.scope.covers(line)]
    if not covered:
        return _not(_wrong_scope(terms))
    numbers = till.open_for(DiscountKind.COUPON, terms.scope)
    if not numbers:
        return _not(f"不与{_barred_by(till, covered)}同享")
    base = sum(till.nets[number] for number in numbers)
    if base < terms.threshold_amount:
        return _not(f"还差 ¥{yuan(terms.threshold_amount - base)}")
    if terms.kind == CouponKind.FREIGHT:
        amount = till.freight if terms.cap_amount is None else min(till.freight, terms.cap_amount)
        return Worth(amount, numbers) if amount else _not("本单没有运费可减")
    if terms.kind == CouponKind.EXCHANGE:
        return _exchanged(till, terms, numbers)
    if terms.kind == CouponKind.AMOUNT:
        amount = min(terms.value_amount, base)
    else:
        amount = base * (1000 - terms.permille) // 1000
        if terms.cap_amount is not None:
            amount = min(amount, terms.cap_amount)
    return Worth(amount, numbers) if amount > 0 else _not("没有可减的金额")


def take_coupon(till: Till, coupon: HeldCoupon, now: dt.datetime) -> Worth:
    """Take it off, when it is worth something."""
    found = worth(till, coupon, now)
    if not found.amount:
        return found
    title = coupon.terms.title
    if coupon.terms.kind == CouponKind.FREIGHT:
        till.freight -= found.amount
        till.discounts.append(Discount(DiscountKind.FREIGHT_COUPON, coupon.coupon_id, title, found.amount))
        for number in found.numbers:  # it needed them: for others they are spoken for
            till.applied[number] = (*till.applied[number], str(DiscountKind.COUPON))
    else:
        discount = Discount(DiscountKind.COUPON, coupon.coupon_id, title, found.amount)
        till.take_off(found.amount, found.numbers, discount)
    return found


def _exchanged(till: Till, terms: CouponTerms, numbers: list[int]) -> Worth:
    piece, number = max((till.nets[number] // till.lines[number].quantity, -number) for number in numbers)
    saved = piece - terms.value_amount
    return Worth(saved, [-number]) if saved > 0 else _not("商品价格不高于兑换价")


def _not(reason: str) -> Worth:
    return Worth(0, [], reason)


def _wrong_scope(terms: CouponTerms) -> str:
    if terms.kind == CouponKind.EXCHANGE:
        return "需购买指定的兑换商品"
    return "不适用于所选商品" if terms.scope.kind == ScopeKind.PRODUCTS else "不适用于所选商品的分类"


def _barred_by(till: Till, numbers: list[int]) -> str:
    bars = (till.stacking.bar(till.applied[number], DiscountKind.COUPON) for number in numbers)
    return str(DiscountKind(next(bar for bar in bars if bar)).label)
