"""What an order took from offers goes back when it doesn't stand, and is taken again when it does after all."""

from __future__ import annotations

import datetime as dt

from fangcun.kernel.actors import Actor
from fangcun.shop.offers.errors import CouponSpent
from fangcun.shop.offers.sale import BY_COUPON, DiscountKind
from fangcun.shop.offers.services import return_coupon, return_flash, take_flash, use_coupon
from fangcun.shop.orders.models import Order, OrderDiscount


class OfferOver(Exception):
    """What made the order cheaper can't be had again."""


def give_offers_back(order: Order, *, now: dt.datetime, by: Actor) -> None:
    """Put pieces of flash sales and the coupon back, in the transaction that cancels the order."""
    taken = list(order.discounts.all())
    return_flash(_pieces(taken), member_id=order.member_id)
    if any(one.kind in BY_COUPON for one in taken):
        return_coupon(order_number=order.number, now=now, by=by)


def take_again(order: Order, *, now: dt.datetime) -> None:
    """Take pieces and coupon again for an order that was paid late. Raises OfferOver: then roll back."""
    taken = list(order.discounts.all())
    if pieces := _pieces(taken):
        got = take_flash(
            [(line_id, quantity, None) for line_id, quantity in pieces], member_id=order.member_id
        )
        if len(got) < len(pieces):
            raise OfferOver
    for one in taken:
        if one.kind in BY_COUPON:
            try:
                use_coupon(
                    coupon_id=one.source_id,
                    member_id=order.member_id,
                    order_number=order.number,
                    now=now,
                )
            except CouponSpent:
                raise OfferOver from None


def _pieces(taken: list[OrderDiscount]) -> list[tuple[int, int]]:
    return [(one.source_id, one.quantity) for one in taken if one.kind == DiscountKind.FLASH]
