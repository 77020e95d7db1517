"""What a sale costs: a pure function of its lines, the running offers, the member's coupons and terms."""

from __future__ import annotations

from collections.abc import Sequence

from fangcun.shop.offers.sale import Priced, PricedLine, SaleLine
from fangcun.shop.offers.terms import Terms


def priced(lines: Sequence[SaleLine], *, terms: Terms, freight_amount: int) -> Priced:
    """Reckon a sale."""
    found = tuple(
        PricedLine(
            sku_id=line.sku_id,
            quantity=line.quantity,
            list_amount=line.list_amount,
            price_amount=terms.group_prices.get(line.sku_id, line.list_amount),
        )
        for line in lines
    )
    return Priced(
        lines=found,
        items_amount=sum(line.line_amount for line in found),
        discount_amount=0,
        freight_amount=freight_amount,
        freight_saved_amount=0,
    )
