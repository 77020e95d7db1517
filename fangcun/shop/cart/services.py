"""The verbs of the cart."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone

from fangcun.insight.tracking.services import record_later
from fangcun.shop.cart.errors import CartFull, NotInCart, QuantityInvalid, ShortOfStock, SkuGone
from fangcun.shop.cart.models import CartLine
from fangcun.shop.catalog.queries import SkuFacts, skus_for

MOST_LINES = 100
MOST_OF_ONE = 999


def add_to_cart(*, member_id: int, program_id: int, sku_id: int, quantity: int) -> None:
    """Put so many more of a SKU into the cart.

    Raises QuantityInvalid, SkuGone, ShortOfStock (details.stock), CartFull.
    """
    sku = _buyable(sku_id)
    with transaction.atomic():
        line = CartLine.objects.select_for_update().filter(member_id=member_id, sku_id=sku_id).first()
        wanted = quantity + (line.quantity if line else 0)
        _refuse(quantity, wanted, sku)
        if line is None and CartLine.objects.filter(member_id=member_id).count() >= MOST_LINES:
            raise CartFull(limit=MOST_LINES)
        CartLine.objects.bulk_create(
            [
                CartLine(
                    member_id=member_id,
                    sku_id=sku_id,
                    quantity=wanted,
                    price_amount=sku.price_amount,
                )
            ],
            update_conflicts=True,
            unique_fields=["member", "sku"],
            update_fields=["quantity", "selected", "price_amount"],
        )
        record_later(
            "cart_added",
            event_id=f"cart_added:{uuid4()}",
            member_id=member_id,
            program_id=program_id,
            props={"sku_id": sku_id, "product_id": sku.product_id, "quantity": quantity},
            at=timezone.now(),
        )


def change_line(
    *, member_id: int, sku_id: int, quantity: int | None = None, selected: bool | None = None
) -> None:
    """Set how many, or whether the line is to be bought. Raises NotInCart and what add_to_cart raises."""
    changes: dict[str, int | bool] = {}
    if quantity is not None:
        sku = _buyable(sku_id)
        _refuse(quantity, quantity, sku)
        changes |= {"quantity": quantity, "price_amount": sku.price_amount}
    if selected is not None:
        changes["selected"] = selected
    lines = CartLine.objects.filter(member_id=member_id, sku_id=sku_id)
    if not (lines.update(**changes) if changes else lines.exists()):
        raise NotInCart


def remove_line(*, member_id: int, sku_id: int) -> None:
    """Take a SKU out of the cart. Raises NotInCart."""
    if not CartLine.objects.filter(member_id=member_id, sku_id=sku_id).delete()[0]:
        raise NotInCart


def select_lines(*, member_id: int, selected: bool, sku_ids: Sequence[int] | None = None) -> None:
    """Tick or untick some lines, or all."""
    lines = CartLine.objects.filter(member_id=member_id)
    if sku_ids is not None:
        lines = lines.filter(sku_id__in=sku_ids)
    lines.update(selected=selected)


def clear_cart(*, member_id: int) -> None:
    """Empty the cart."""
    CartLine.objects.filter(member_id=member_id).delete()


def take_selected(*, member_id: int) -> list[tuple[int, int]]:
    """Take the ticked lines out of the cart, in the caller's transaction: [(sku id, quantity)]."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM cart_cartline WHERE member_id = %s AND selected RETURNING sku_id, quantity",
            [member_id],
        )
        return [(int(sku_id), int(quantity)) for sku_id, quantity in cursor.fetchall()]


def reassign_cart(*, kept_id: int, gone_id: int) -> None:
    """Give one member's lines to another; of a SKU that both had, the kept member's line stays."""
    both = CartLine.objects.filter(member_id=kept_id).values("sku_id")
    CartLine.objects.filter(member_id=gone_id, sku_id__in=both).delete()
    CartLine.objects.filter(member_id=gone_id).update(member_id=kept_id)


def _buyable(sku_id: int) -> SkuFacts:
    sku = skus_for([sku_id]).get(sku_id)
    if sku is None or not sku.on_sale:
        raise SkuGone
    return sku


def _refuse(asked: int, wanted: int, sku: SkuFacts) -> None:
    if asked < 1 or wanted > MOST_OF_ONE:
        raise QuantityInvalid(most=MOST_OF_ONE)
    if wanted > sku.stock:
        raise ShortOfStock(stock=max(sku.stock, 0))
