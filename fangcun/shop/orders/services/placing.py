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
from fangcun.insight.tracking.services import record_later
from fangcun.kernel.actors import Actor
from fangcun.kernel.errors import DomainError
from fangcun.shop.cart.services import MOST_LINES, MOST_OF_ONE, take_selected
from fangcun.shop.catalog.services import TakenSku, take_stock
from fangcun.shop.offers.pricing import priced
from fangcun.shop.offers.sale import PricedLine, SaleLine
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
from fangcun.shop.shipping.models import FreightRule
from fangcun.shop.shipping.queries import active_rules, match, price

Lines = Sequence[tuple[int, int]]


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
) -> Placed:
    """Buy what is ticked in the cart, or the given (sku id, quantity) pairs.

    Prices, freight and stock are decided here, never by the phone. The same key again gives the same order.
    Raises CartEmpty, OutOfStock, ProductGone, AreaUnreachable, PriceChanged, IdempotencyConflict: then nothing
    has changed.
    """
    key = idempotency_key.strip()
    if not (1 <= len(key) <= 64 and key.isascii() and key.isprintable()):
        raise IdempotencyKeyMissing
    remark = one_line(remark)
    if lines is not None:
        _refuse_odd(lines)
    digest = _digest(lines, address, remark)
    rule = match(
        active_rules(), address.region_code
    )  # before the write lock is taken: it is held as briefly as can be
    try:
        with transaction.atomic():
            order, bought = _place(
                account, address, rule, key, digest, lines, remark, expected_total_amount, terms
            )
        return Placed(order, bought, is_new=True, discounts=[])
    except (DomainError, IntegrityError):
        earlier = Order.objects.filter(member=account.member, idempotency_key=key).first()
        if earlier is None:
            raise
        if earlier.request_digest != digest:
            raise IdempotencyConflict from None
        return Placed(
            earlier, list(earlier.lines.all()), is_new=False, discounts=list(earlier.discounts.all())
        )


def _place(
    account: Account,
    address: Address,
    rule: FreightRule | None,
    key: str,
    digest: str,
    lines: Lines | None,
    remark: str,
    expected_total_amount: int | None,
    terms: Terms,
) -> tuple[Order, list[OrderLine]]:
    now = timezone.now()
    number = f"{timezone.localtime(now):%Y%m%d%H%M%S}{secrets.randbelow(10**6):06d}"
    wanted = take_selected(member_id=account.member_id) if lines is None else _merged(lines)
    if not wanted:
        raise CartEmpty
    taken = take_stock(wanted, reference=number, by=Actor.member(account.member_id))
    sale = [
        SaleLine(sku_id, taken[sku_id].product_id, (), quantity, taken[sku_id].price_amount)
        for sku_id, quantity in wanted
    ]
    found = priced(sale, terms=terms, freight_amount=0)
    items_amount = found.items_amount
    weight_g = sum(taken[sku_id].weight_g * quantity for sku_id, quantity in wanted)
    freight = price(rule, weight_g=weight_g, items_amount=items_amount)
    if not freight.reachable:
        raise AreaUnreachable(note=freight.note)
    total_amount = items_amount + freight.amount
    if expected_total_amount not in (None, total_amount):
        raise PriceChanged(expected_amount=expected_total_amount, total_amount=total_amount)
    order = Order.objects.create(
        number=number,
        member_id=account.member_id,
        program_id=account.program_id,
        idempotency_key=key,
        request_digest=digest,
        items_amount=items_amount,
        freight_amount=freight.amount,
        total_amount=total_amount,
        address=address.snapshot(),
        remark=remark[:200],
        held_for=terms.held_for,
        created_at=now,
        expires_at=now + dt.timedelta(minutes=settings.ORDER_PAY_MINUTES),
    )
    bought = OrderLine.objects.bulk_create(_line(order, taken[line.sku_id], line) for line in found.lines)
    record_later(
        "order_submitted",
        event_id=f"order_submitted:{number}",
        member_id=account.member_id,
        program_id=account.program_id,
        props={"order_number": number, "total_amount": total_amount, "lines": len(wanted)},
        at=now,
    )
    return order, bought


def _line(order: Order, sku: TakenSku, line: PricedLine) -> OrderLine:
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


def _refuse_odd(lines: Lines) -> None:
    if not lines:
        raise CartEmpty
    if len(lines) > MOST_LINES:
        raise TooManyLines(limit=MOST_LINES)
    if any(not 1 <= quantity <= MOST_OF_ONE for _, quantity in lines):
        raise QuantityInvalid(most=MOST_OF_ONE)


def _merged(lines: Lines) -> list[tuple[int, int]]:
    total: dict[int, int] = {}
    for sku_id, quantity in lines:
        total[sku_id] = total.get(sku_id, 0) + quantity
    return list(total.items())


def _digest(lines: Lines | None, address: Address, remark: str) -> str:
    content = [sorted(_merged(lines)) if lines is not None else "cart", address.pk, remark]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
