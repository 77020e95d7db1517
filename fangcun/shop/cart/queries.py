"""What lies in a cart, and what has become of it since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from fangcun.shop.cart.models import CartLine
from fangcun.shop.catalog.queries import SkuFacts, skus_for

Status = Literal["ok", "gone", "short", "repriced"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line as the customer sees it. Amounts in fen; `price_was` when the price has changed since."""

    sku_id: int
    quantity: int
    selected: bool
    status: Status
    price_was: int | None
    sku: SkuFacts | None

    @property
    def price_amount(self) -> int:
        return self.sku.price_amount if self.sku else (self.price_was or 0)

    @property
    def line_amount(self) -> int:
        return self.price_amount * self.quantity

    @property
    def can_be_bought(self) -> bool:
        return self.status in ("ok", "repriced")


def cart_of(member_id: int) -> list[Line]:
    """The whole cart, the newest line first."""
    rows = list(CartLine.objects.filter(member_id=member_id).order_by("-added_at", "-id"))
    wanted = [(row.sku_id, row.quantity, row.selected, row.price_amount) for row in rows]
    return lines_for(wanted)


def selected_lines(member_id: int) -> list[Line]:
    """The lines of the cart that are ticked."""
    rows = CartLine.objects.filter(member_id=member_id, selected=True).order_by("-added_at", "-id")
    return lines_for([(row.sku_id, row.quantity, True, row.price_amount) for row in rows])


def lines_for(wanted: Sequence[tuple[int, int, bool, int | None]]) -> list[Line]:
    """Look up (sku id, quantity, selected, price seen) and say what became of each, in one statement."""
    if not wanted:
        return []
    facts = skus_for([sku_id for sku_id, *_ in wanted])
    return [_line(facts.get(sku_id), sku_id, *rest) for sku_id, *rest in wanted]  # type: ignore[arg-type]


def _line(sku: SkuFacts | None, sku_id: int, quantity: int, selected: bool, price_seen: int | None) -> Line:
    status: Status = "ok"
    if sku is None or not sku.on_sale:
        status = "gone"
    elif sku.stock < quantity:
        status = "short"
    elif price_seen is not None and price_seen != sku.price_amount:
        status = "repriced"
    changed = price_seen if sku is None or price_seen != sku.price_amount else None
    return Line(sku_id, quantity, selected, status, changed, sku)


def count_of(member_id: int) -> int:
    """How many different things lie in the cart."""
    return CartLine.objects.filter(member_id=member_id).count()
