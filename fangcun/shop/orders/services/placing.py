"""Placing an order: one transaction, a constant number of statements."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Sequence
from typing import NamedTuple

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from fangcun.identity.members.models import Account, Address
from fangcun.identity.members.text import one_line
from fangcun.kernel.actors import Actor
from fangcun.kernel.errors import DomainError
from fangcun.shop.cart.services import MOST_LINES, MOST_OF_ONE, take_selected
from fangcun.shop.catalog.services import lock_stock, take_stock
from fangcun.shop.offers.errors import CouponSpent, CouponUnusable
from fangcun.shop.offers.pricing import priced
from fangcun.shop.offers.queries import running
from fangcun.shop.offers.rules import HeldCoupon, Running
from fangcun.shop.offers.sale import Priced, SaleLine
from fangcun.shop.offers.services import use_coupon
from fangcun.shop.offers.terms import PLAIN, Terms
from fangcun.shop.orders.errors import (
    AreaUnreachable,
    CartEmpty,
    IdempotencyConflict,
    IdempotencyKeyMissing,
    PriceChanged,
    QuantityInvalid,
    TooManyLines,
)
from fangcun.shop.orders.models import Order, OrderDiscount, OrderLine
from fangcun.shop.orders.selling import (
    coupons_for,
    discounts_of,
    gift_of,
    give_with,
    line_of,
    merged,
    record_sale,
    take_pieces,
)
from fangcun.shop.orders.services.paying import enter_paid
from fangcun.shop.shipping.models import FreightRule
from fangcun.shop.shipping.queries import active_rules, match, price

Lines = Sequence[tuple[int, int]]


class Wish(NamedTuple):
    """What somebody wants to buy, where it goes, and what he thinks it costs."""

    account: Account
    address: Address
    key: str
    lines: Lines | None
    remark: str
    expected_total_amount: int | None
    terms: Terms
    now: dt.datetime


class Placed(NamedTuple):
    """An order with its lines; not new when its key had been sent before."""

    order: Order
    lines: list[OrderLine]
    is_new: bool
    discounts: list[OrderDiscount]

    @property
    def points_used(self) -> int:
        return self.order.points_used


def place_order(
    *,
    account: Account,
    address: Address,
    idempotency_key: str,
    lines: Lines | None = None,
    remark: str = "",
    expected_total_amount: int | None = None,
    terms: Terms = PLAIN,
    asked: str = "",
) -> Placed:
    """Buy what is ticked in the cart, or the given (sku id, quantity) pairs, on these terms.

    Prices, discounts, freight and stock are decided here, never by the phone. The same key again gives the same
    order; `asked` is what else the customer asked for, by which the same key is not the same order. An order that
    costs nothing is paid at once. Raises CartEmpty, OutOfStock, ProductGone, AreaUnreachable, CouponUnusable,
    CouponSpent, PriceChanged, IdempotencyConflict: then nothing has changed.
    """
    key = idempotency_key.strip()
    if not (1 <= len(key) <= 64 and key.isascii() and key.isprintable()):
        raise IdempotencyKeyMissing
    if lines is not None:
        _refuse_odd(lines)
    now = timezone.now()
    wish = Wish(account, address, key, lines, one_line(remark), expected_total_amount, terms, now)
    digest = _digest(wish, asked)
    # before the write lock is taken: it is held as briefly as can be
    rule = match(active_rules(), address.region_code)
    offers = running()
    coupons = coupons_for(offers, member_id=account.member_id, terms=terms, now=now)
    try:
        with transaction.atomic():
            order, bought, discounts = _place(wish, digest, rule, offers, coupons)
        return Placed(order, bought, is_new=True, discounts=discounts)
    except (DomainError, IntegrityError):
        earlier = _earlier(wish, digest)
        if earlier is None:
            raise
        return earlier


def _place(
    wish: Wish, digest: str, rule: FreightRule | None, offers: Running, coupons: Sequence[HeldCoupon]
) -> tuple[Order, list[OrderLine], list[OrderDiscount]]:
    member_id, now = wish.account.member_id, wish.now
    by = Actor.member(member_id)
    number = f"{timezone.localtime(now):%Y%m%d%H%M%S}{secrets.randbelow(10**6):06d}"
    wanted = take_selected(member_id=member_id) if wish.lines is None else merged(wish.lines)
    if not wanted:
        raise CartEmpty
    gifts = offers.gift_skus(now)
    held = lock_stock([*(sku_id for sku_id, _ in wanted), *gifts]) if gifts else {}
    taken = take_stock(wanted, reference=number, by=by)
    weight_g = sum(taken[sku_id].weight_g * quantity for sku_id, quantity in wanted)
    sale = [
        SaleLine(
            sku_id, taken[sku_id].product_id, taken[sku_id].category_ids, quantity, taken[sku_id].price_amount
        )
        for sku_id, quantity in wanted
    ]
    found = priced(
        sale,
        running=offers,
        coupons=coupons,
        terms=wish.terms,
        now=now,
        freight=lambda items_amount: price(rule, weight_g=weight_g, items_amount=items_amount).amount,
        pieces=take_pieces(sale, offers, member_id=member_id, terms=wish.terms, now=now),
    )
    _refuse_dear(wish, rule, found)
    if found.coupon_id is not None:
        use_coupon(coupon_id=found.coupon_id, member_id=member_id, order_number=number, now=now)
    order = Order.objects.create(
        number=number,
        member_id=member_id,
        program_id=wish.account.program_id,
        idempotency_key=wish.key,
        request_digest=digest,
        items_amount=found.items_amount,
        freight_amount=found.freight_amount,
        discount_amount=found.discount_amount,
        total_amount=found.total_amount,
        points_used=found.points_used,
        held_for=wish.terms.held_for,
        address=wish.address.snapshot(),
        remark=wish.remark[:200],
        created_at=now,
        expires_at=now + dt.timedelta(minutes=settings.ORDER_PAY_MINUTES),
    )
    given = give_with(found.gifts, held, dict(wanted), reference=number, by=by)
    bought = OrderLine.objects.bulk_create(
        [
            *(line_of(order, taken[line.sku_id], line) for line in found.lines),
            *(gift_of(order, sku) for sku in given),
        ]
    )
    discounts = discounts_of(order, found)
    record_sale(order, found, lines=len(wanted))
    if not order.total_amount:
        enter_paid(order, None, now, reason="")
    return order, bought, discounts


def _refuse_dear(wish: Wish, rule: FreightRule | None, found: Priced) -> None:
    freight = price(rule, weight_g=0, items_amount=found.items_amount)
    if not freight.reachable:
        raise AreaUnreachable(note=freight.note)
    if wish.terms.coupon_id and found.coupon_id is None:
        reason = next((one.reason for one in found.coupons), "")
        raise CouponUnusable(reason=reason) if reason else CouponSpent
    if wish.expected_total_amount not in (None, found.total_amount):
        raise PriceChanged(expected_amount=wish.expected_total_amount, total_amount=found.total_amount)


def order_of_key(
    *, account: Account, address: Address, idempotency_key: str, lines: Lines | None, remark: str, asked: str,
    coupon_id: int | None,
) -> Placed | None:  # fmt: skip
    """The order that this key has made already. Raises IdempotencyConflict when it was another one."""
    key, terms = idempotency_key.strip(), Terms(coupon_id=coupon_id)
    wish = Wish(account, address, key, lines, one_line(remark), None, terms, timezone.now())
    return _earlier(wish, _digest(wish, asked))


def _earlier(wish: Wish, digest: str) -> Placed | None:
    earlier = Order.objects.filter(member=wish.account.member, idempotency_key=wish.key).first()
    if earlier is None:
        return None
    if earlier.request_digest != digest:
        raise IdempotencyConflict from None
    return Placed(earlier, list(earlier.lines.all()), is_new=False, discounts=list(earlier.discounts.all()))


def _refuse_odd(lines: Lines) -> None:
    if not lines:
        raise CartEmpty
    if len(lines) > MOST_LINES:
        raise TooManyLines(limit=MOST_LINES)
    if any(not 1 <= quantity <= MOST_OF_ONE for _, quantity in lines):
        raise QuantityInvalid(most=MOST_OF_ONE)


def _digest(wish: Wish, asked: str) -> str:
    lines = sorted(merged(wish.lines)) if wish.lines is not None else "cart"
    content: list[object] = [lines, wish.address.pk, wish.remark]
    if wish.terms.coupon_id is not None or asked:
        content.append([wish.terms.coupon_id, asked])
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
