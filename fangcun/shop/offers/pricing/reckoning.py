"""A whole sale, from the prices of its pieces to the freight."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from fangcun.shop.offers.pricing.coupons import take_coupon
from fangcun.shop.offers.pricing.prices import Piece, flash_wanted, piece_of, told
from fangcun.shop.offers.pricing.thresholds import gifts_for, take_thresholds
from fangcun.shop.offers.pricing.till import Till
from fangcun.shop.offers.rules import HeldCoupon, Running
from fangcun.shop.offers.sale import (
    CouponChoice,
    Discount,
    DiscountKind,
    PointsUse,
    Priced,
    PricedLine,
    SaleLine,
)
from fangcun.shop.offers.terms import PointsOffer, Terms
from fangcun.shop.offers.wording import condition_text


def priced(
    lines: Sequence[SaleLine],
    *,
    running: Running,
    coupons: Sequence[HeldCoupon] = (),
    terms: Terms,
    now: dt.datetime,
    freight: Callable[[int], int] = lambda _items_amount: 0,
    pieces: Mapping[int, int] | None = None,
) -> Priced:
    """Reckon a sale of lines of different SKUs.

    First the price of each piece, then what is taken off the whole in the order of the stacking rules, then points,
    then freight.

    `freight` says what delivering goods of so many fen costs; `pieces` how many the member may have of each line
    of a flash sale. The coupon is the best one, or the one that the terms name; a named one that can't be used
    is not used, and its choice says why.
    """
    pieces, asked = pieces or {}, lines
    # in one order whatever order they come in, so that a fen that can't be divided always falls on the same line
    lines = sorted(lines, key=lambda line: line.sku_id)
    found = [piece_of(line, running=running, terms=terms, now=now, pieces=pieces) for line in lines]
    in_price = [discount for line, piece in zip(lines, found, strict=True) if (discount := told(line, piece))]
    nets = [line.quantity * piece.amount for line, piece in zip(lines, found, strict=True)]
    items_amount = sum(nets)
    freight_amount = freight(items_amount) if lines else 0
    till = Till(
        lines,
        running.stacking,
        nets,
        [(str(piece.kind),) if piece.kind else () for piece in found],
        freight_amount,
    )
    if terms.free_freight and till.freight:
        title = str(DiscountKind.FREE_FREIGHT.label)
        till.discounts.append(Discount(DiscountKind.FREE_FREIGHT, terms.tier, title, till.freight))
        till.freight = 0
    gifts, gift_hints = gifts_for(till, running.thresholds, now)
    till, hints, choices = _with_coupon(till, running, coupons, terms, now)
    points = _take_points(till, terms.points) if terms.points else None
    costs = {
        line.sku_id: _line(line, piece, net) for line, piece, net in zip(lines, found, till.nets, strict=True)
    }
    return Priced(
        lines=tuple(costs[line.sku_id] for line in asked),
        items_amount=items_amount,
        discount_amount=items_amount - sum(till.nets),
        freight_amount=till.freight,
        freight_saved_amount=freight_amount - till.freight,
        discounts=(*in_price, *till.discounts),
        gifts=tuple(gifts),
        coupons=tuple(choices),
        points=points,
        hints=(*_flash_hints(lines, running, terms, now, pieces), *hints, *gift_hints),
    )


def _line(line: SaleLine, piece: Piece, net: int) -> PricedLine:
    return PricedLine(
        sku_id=line.sku_id,
        quantity=line.quantity,
        list_amount=line.list_amount,
        price_amount=piece.amount,
        discount_amount=piece.amount * line.quantity - net,
        labels=(str(piece.kind.label),) if piece.kind else (),
    )


def _with_coupon(
    till: Till, running: Running, coupons: Sequence[HeldCoupon], terms: Terms, now: dt.datetime
) -> tuple[Till, list[str], list[CouponChoice]]:
    """The till after all stages with the chosen coupon; what is before the coupon's stage is done once."""
    stages = running.stacking.order
    turn = stages.index(DiscountKind.COUPON)
    hints = _run(till, stages[:turn], running, terms, now)
    without = till.copy()
    later_hints = _run(without, stages[turn + 1 :], running, terms, now)
    tried: list[tuple[HeldCoupon, int, str, Till, list[str]]] = []
    for coupon in coupons:
        attempt = till.copy()
        found = take_coupon(attempt, coupon, now)
        later = _run(attempt, stages[turn + 1 :], running, terms, now) if found.amount else []
        tried.append((coupon, found.amount, found.reason, attempt, later))
    usable = [one for one in tried if one[1] > 0]
    if terms.coupon_id is None:
        usable = [one for one in usable if one[3].total < without.total]
    elif terms.coupon_id:
        usable = [one for one in usable if one[0].coupon_id == terms.coupon_id]
    else:
        usable = []
    best = min(usable, key=lambda one: (one[3].total, one[0].expires_at, one[0].coupon_id), default=None)
    choices = [
        CouponChoice(
            coupon_id=coupon.coupon_id,
            template_id=coupon.template_id,
            title=coupon.terms.title,
            condition=condition_text(coupon.terms),
            amount=amount,
            usable=amount > 0,
            reason=reason,
            chosen=best is not None and best[0] is coupon,
            expires_at=coupon.expires_at,
        )
        for coupon, amount, reason, _attempt, _later in tried
    ]
    choices.sort(key=lambda one: (not one.usable, -one.amount, one.expires_at, one.coupon_id))
    if best is None:
        return without, hints + later_hints, choices
    return best[3], hints + best[4], choices


def _run(
    till: Till, stages: Sequence[DiscountKind], running: Running, terms: Terms, now: dt.datetime
) -> list[str]:
    hints: list[str] = []
    for stage in stages:
        if stage == DiscountKind.THRESHOLD:
            hints += take_thresholds(till, running.thresholds, now)
        elif stage == DiscountKind.TIER and terms.tier_permille < 1000:
            numbers = till.open_for(DiscountKind.TIER)
            base = sum(till.nets[number] for number in numbers)
            if amount := base * (1000 - max(terms.tier_permille, 0)) // 1000:
                title = str(DiscountKind.TIER.label)
                till.take_off(amount, numbers, Discount(DiscountKind.TIER, terms.tier, title, amount))
    return hints


def _take_points(till: Till, offer: PointsOffer) -> PointsUse:
    """Points pay for the goods, never for the freight; no point is spent that takes nothing off."""
    numbers = till.open_for(DiscountKind.POINTS)
    payable = sum(till.nets[number] for number in numbers)
    allowed = payable * min(max(offer.most_permille, 0), 1000) // 1000
    rate = max(offer.points_per_yuan, 1)
    most = _points_for(min(allowed * rate // 100, max(offer.balance, 0)) * 100 // rate, rate)
    wanted = most if offer.wanted is None else min(max(offer.wanted, 0), most)
    amount = wanted * 100 // rate
    used = _points_for(amount, rate)
    if amount:
        title = str(DiscountKind.POINTS.label)
        till.take_off(amount, numbers, Discount(DiscountKind.POINTS, 0, title, amount, points=used))
    return PointsUse(
        balance=offer.balance, most=most, most_amount=most * 100 // rate, used=used, amount=amount
    )


def _points_for(amount: int, rate: int) -> int:
    return -(-amount * rate // 100)


def _flash_hints(
    lines: Sequence[SaleLine], running: Running, terms: Terms, now: dt.datetime, pieces: Mapping[int, int]
) -> list[str]:
    hints = []
    for line, offer in flash_wanted(lines, running=running, terms=terms, now=now):
        left = pieces.get(offer.offer_id, 0)
        if 0 < left < line.quantity:
            hints.append(f"「{offer.title}」您最多还能买 {left} 件，超出时全部按平时价格计算")
    return hints
