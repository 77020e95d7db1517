"""Prices of this moment: flash sales with what is left of them, and what one product costs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from fangcun.shop.catalog.queries import SkuFacts, shelves_of, skus_for
from fangcun.shop.offers.models import FlashBuyer, FlashLine, FlashSale
from fangcun.shop.offers.pricing.prices import Piece, flash_wanted, piece_of
from fangcun.shop.offers.rules import FlashOffer, LimitedOffer, Running, ThresholdRule
from fangcun.shop.offers.sale import DiscountKind, SaleLine
from fangcun.shop.offers.terms import PLAIN, Terms

MOST_SALES = 5


def pieces_for(
    lines: Sequence[SaleLine],
    *,
    member_id: int | None,
    found: Running,
    terms: Terms,
    now: dt.datetime,
) -> dict[int, int]:
    """How many pieces the member may have of the flash sales that these lines would go at; no statement without."""
    wanted = flash_wanted(lines, running=found, terms=terms, now=now)
    return left_of([offer.offer_id for _, offer in wanted], member_id=member_id)


def left_of(line_ids: Sequence[int], *, member_id: int | None) -> dict[int, int]:
    """How many pieces the member may still have of each line of a flash sale. At most two statements."""
    if not line_ids:
        return {}
    rows = FlashLine.objects.filter(pk__in=line_ids).values_list("pk", "stock", "taken", "per_member")
    mine = _mine(line_ids, member_id)
    return {
        pk: max(min(stock - taken, stock if per_member is None else per_member - mine.get(pk, 0)), 0)
        for pk, stock, taken, per_member in rows
    }


@dataclass(frozen=True, slots=True)
class FlashLineNow:
    """A line of a flash sale with its SKU, and how many of it the member took."""

    line: FlashLine
    sku: SkuFacts
    mine: int


@dataclass(frozen=True, slots=True)
class FlashSaleNow:
    """A flash sale that runs, or will."""

    sale: FlashSale
    state: Literal["running", "next"]
    lines: list[FlashLineNow]


def flash_sales(
    *, member_id: int | None, now: dt.datetime, early: dt.timedelta = dt.timedelta()
) -> list[FlashSaleNow]:
    """Flash sales that run, and the next ones, by their beginning; goods that left the shop are left out.

    `early`: how much sooner than others the member may buy.
    """
    sales = FlashSale.objects.filter(is_active=True, ends_at__gt=now).order_by("starts_at", "pk")
    found = list(sales.prefetch_related("lines")[:MOST_SALES])
    lines = [line for sale in found for line in sale.lines.all()]
    skus = skus_for([line.sku_id for line in lines])
    mine = _mine([line.pk for line in lines], member_id)
    return [
        FlashSaleNow(
            sale,
            "running" if sale.starts_at - early <= now else "next",
            [
                FlashLineNow(line, sku, mine.get(line.pk, 0))
                for line in sale.lines.all()
                if (sku := skus.get(line.sku_id)) is not None and sku.on_sale
            ],
        )
        for sale in found
    ]


@dataclass(frozen=True, slots=True)
class SkuPrice:
    """What a SKU costs now, until when, and what of a flash sale is left."""

    sku_id: int
    list_amount: int
    piece: Piece
    ends_at: dt.datetime | None
    left: int | None
    per_member: int | None


def sku_prices(
    skus: Sequence[tuple[int, int]], *, product_id: int, member_id: int | None, found: Running,
    terms: Terms = PLAIN, now: dt.datetime,
) -> tuple[list[SkuPrice], list[LimitedOffer]]:  # fmt: skip
    """What one piece of each (sku id, price on the shelf) costs now, and lower prices that are to come."""
    lines = [SaleLine(sku_id, product_id, (), 1, amount) for sku_id, amount in skus]
    pieces = pieces_for(lines, member_id=member_id, found=found, terms=terms, now=now)
    prices = [_price(line, found, terms, now, pieces) for line in lines]
    coming: list[LimitedOffer] = [
        offer
        for line in lines
        for offer in (*found.flash.get(line.sku_id, ()), *found.limited.get(line.sku_id, ()))
        if offer.starts_at > now and offer.price_amount < line.list_amount
    ]
    return prices, sorted(coming, key=lambda offer: (offer.starts_at, offer.price_amount))


def one_of(product_id: int) -> SaleLine:
    """A piece of a product, whichever of its SKUs, to ask which offers are for it. One statement."""
    return SaleLine(0, product_id, shelves_of(product_id), 1, 1)


def thresholds_for(goods: SaleLine, *, found: Running, now: dt.datetime) -> list[ThresholdRule]:
    """The thresholds that run and that these goods count for."""
    return [rule for rule in found.thresholds if rule.runs(now) and rule.scope.covers(goods)]


def _price(
    line: SaleLine, found: Running, terms: Terms, now: dt.datetime, pieces: Mapping[int, int]
) -> SkuPrice:
    piece = piece_of(line, running=found, terms=terms, now=now, pieces=pieces)
    at: dict[DiscountKind | None, Sequence[LimitedOffer]] = {
        DiscountKind.FLASH: found.flash.get(line.sku_id, ()),
        DiscountKind.LIMITED: found.limited.get(line.sku_id, ()),
    }
    offer = next((one for one in at.get(piece.kind, ()) if one.offer_id == piece.source_id), None)
    flash = offer if isinstance(offer, FlashOffer) else None
    return SkuPrice(
        line.sku_id,
        line.list_amount,
        piece,
        offer.ends_at if offer else None,
        pieces.get(flash.offer_id) if flash else None,
        flash.per_member if flash else None,
    )


def _mine(line_ids: Sequence[int], member_id: int | None) -> dict[int, int]:
    if member_id is None or not line_ids:
        return {}
    bought = FlashBuyer.objects.filter(line_id__in=line_ids, member_id=member_id)
    return dict(bought.values_list("line_id", "taken"))
