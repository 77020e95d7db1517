"""The price of a piece: the lowest of those it could have, or the group's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from fangcun.shop.offers.rules import FlashOffer, Running
from fangcun.shop.offers.sale import Discount, DiscountKind, SaleLine
from fangcun.shop.offers.terms import Terms


class Piece(NamedTuple):
    """What one piece costs and why; `kind` is None when it is the price on the shelf."""

    amount: int
    kind: DiscountKind | None
    source_id: int
    title: str


def flash_wanted(
    lines: Sequence[SaleLine], *, running: Running, terms: Terms, now: dt.datetime
) -> list[tuple[SaleLine, FlashOffer]]:
    """The lines that would go at a flash price if there are enough pieces, in the order of the offers' ids."""
    if terms.group_prices or not running.flash:
        return []
    found = [
        (line, offer)
        for line in lines
        if (offer := _flash(line, running, terms, now)) is not None
        and offer.price_amount < _without_flash(line, running, terms, now).amount
    ]
    return sorted(found, key=lambda pair: pair[1].offer_id)


def piece_of(
    line: SaleLine, *, running: Running, terms: Terms, now: dt.datetime, pieces: Mapping[int, int]
) -> Piece:
    """What a piece of this line costs. `pieces`: how many the member may have of each line of a flash sale."""
    if terms.group_prices:
        price = terms.group_prices.get(line.sku_id)
        if price is None or price >= line.list_amount:
            return Piece(line.list_amount, None, 0, "")
        return Piece(max(price, 0), DiscountKind.GROUP, 0, str(DiscountKind.GROUP.label))
    usual = _without_flash(line, running, terms, now)
    offer = _flash(line, running, terms, now)
    if offer is None or offer.price_amount >= usual.amount or pieces.get(offer.offer_id, 0) < line.quantity:
        return usual
    return Piece(offer.price_amount, DiscountKind.FLASH, offer.offer_id, offer.title)


def told(line: SaleLine, piece: Piece) -> Discount | None:
    """What the price of its pieces saves on a line."""
    if piece.kind is None:
        return None
    saved = (line.list_amount - piece.amount) * line.quantity
    return Discount(piece.kind, piece.source_id, piece.title, saved, quantity=line.quantity)


def _flash(line: SaleLine, running: Running, terms: Terms, now: dt.datetime) -> FlashOffer | None:
    early = now + dt.timedelta(hours=terms.early_hours)
    offers = [
        offer
        for offer in running.flash.get(line.sku_id, ())
        if offer.starts_at <= early and now < offer.ends_at
    ]
    return min(offers, key=lambda offer: (offer.price_amount, offer.offer_id), default=None)


def _without_flash(line: SaleLine, running: Running, terms: Terms, now: dt.datetime) -> Piece:
    found = [Piece(line.list_amount, None, 0, "")]
    if (price := terms.member_prices.get(line.sku_id)) is not None:
        title = str(DiscountKind.MEMBER_PRICE.label)
        found.append(Piece(max(price, 0), DiscountKind.MEMBER_PRICE, terms.tier, title))
    found += [
        Piece(offer.price_amount, DiscountKind.LIMITED, offer.offer_id, offer.title)
        for offer in running.limited.get(line.sku_id, ())
        if offer.runs(now)
    ]
    return min(found, key=lambda piece: piece.amount)  # of equal ones the first: the shelf's own
