"""What offers do to an order: what is read before, taken with it and written down."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence

from fangcun.insight.tracking.services import record_later
from fangcun.kernel.actors import Actor
from fangcun.shop.catalog.services import TakenSku, take_stock
from fangcun.shop.offers.pricing import flash_wanted
from fangcun.shop.offers.queries import held_coupons
from fangcun.shop.offers.rules import HeldCoupon, Running
from fangcun.shop.offers.sale import BY_COUPON, Gift, Priced, PricedLine, SaleLine
from fangcun.shop.offers.services import take_flash
from fangcun.shop.offers.terms import Terms
from fangcun.shop.orders.models import Order, OrderDiscount, OrderLine


def merged(lines: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """(sku id, quantity) pairs with each SKU once."""
    total: Counter[int] = Counter()
    for sku_id, quantity in lines:
        total[sku_id] += quantity
    return list(total.items())


def coupons_for(
    offers: Running, *, member_id: int, terms: Terms, now: dt.datetime, all_of_them: bool = False
) -> list[HeldCoupon]:
    """The coupons to reckon with: none, the named one, or all. No statement where none are needed."""
    if not offers.any_coupons or (terms.coupon_id == 0 and not all_of_them):
        return []
    chosen = None if all_of_them else terms.coupon_id
    return held_coupons(member_id=member_id, now=now, coupon_id=chosen)


def take_pieces(
    lines: Sequence[SaleLine], offers: Running, *, member_id: int, terms: Terms, now: dt.datetime
) -> dict[int, int]:
    """Take what flash sales offer for these lines: how many pieces of each line of a sale were got."""
    wanted = flash_wanted(lines, running=offers, terms=terms, now=now)
    if not wanted:
        return {}
    asked = [(offer.offer_id, line.quantity, offer.per_member) for line, offer in wanted]
    taken = take_flash(asked, member_id=member_id)
    return {offer_id: quantity for offer_id, quantity, _ in asked if offer_id in taken}


def give_with(
    gifts: Sequence[Gift], held: Mapping[int, int], bought: Mapping[int, int], *, reference: str, by: Actor
) -> list[TakenSku]:
    """Take the gifts from the shelf that are still there. `held`: what the shelf had before the order."""
    wanted: Counter[int] = Counter()
    for gift in gifts:
        left = held.get(gift.sku_id, 0) - bought.get(gift.sku_id, 0) - wanted[gift.sku_id]
        if gift.quantity <= left:
            wanted[gift.sku_id] += gift.quantity
    lines = [(sku_id, quantity) for sku_id, quantity in wanted.items() if quantity]
    return list(take_stock(lines, reference=reference, by=by).values())


def line_of(order: Order, sku: TakenSku, line: PricedLine) -> OrderLine:
    """A line of an order, at what it costs."""
    return OrderLine(
        order=order,
        sku_id=sku.sku_id,
        product_id=sku.product_id,
        title=sku.title,
        sku_title=sku.sku_title,
        cover=sku.cover,
        price_amount=line.price_amount,
        quantity=line.quantity,
        list_amount=line.list_amount,
        discount_amount=line.discount_amount,
    )


def gift_of(order: Order, sku: TakenSku) -> OrderLine:
    """A line that comes for nothing."""
    return OrderLine(
        order=order,
        sku_id=sku.sku_id,
        product_id=sku.product_id,
        title=sku.title,
        sku_title=sku.sku_title,
        cover=sku.cover,
        price_amount=0,
        quantity=sku.quantity,
        list_amount=sku.price_amount,
        is_gift=True,
    )


def discounts_of(order: Order, found: Priced) -> list[OrderDiscount]:
    """Write down what took something off; nothing when nothing did."""
    if not found.discounts:
        return []
    return OrderDiscount.objects.bulk_create(
        OrderDiscount(
            order=order,
            kind=one.kind,
            source_id=one.source_id,
            title=one.title[:60],
            amount=one.amount,
            points=one.points,
            quantity=one.quantity,
        )
        for one in found.discounts
    )


def record_sale(order: Order, found: Priced, *, lines: int) -> None:
    """The facts of it for the numbers."""
    record_later(
        "order_submitted",
        event_id=f"order_submitted:{order.number}",
        member_id=order.member_id,
        program_id=order.program_id,
        props={"order_number": order.number, "total_amount": order.total_amount, "lines": lines},
        at=order.created_at,
    )
    if (coupon := next((one for one in found.discounts if one.kind in BY_COUPON), None)) is not None:
        record_later(
            "coupon_used",
            event_id=f"coupon_used:{order.number}",
            member_id=order.member_id,
            program_id=order.program_id,
            props={"template_id": found.template_id or 0, "amount": coupon.amount},
            at=order.created_at,
        )
