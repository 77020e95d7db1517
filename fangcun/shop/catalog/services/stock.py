"""Stock: taken and returned by orders, changed by operators; always with a line in the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from fangcun.kernel import audit
from fangcun.kernel.actors import Actor
from fangcun.kernel.errors import NotFound
from fangcun.shop.catalog.errors import OutOfStock, ProductGone, ProductInvalid, StockTooLow
from fangcun.shop.catalog.models import Sku, StockChange, StockReason
from fangcun.shop.catalog.specs import MOST_STOCK


@dataclass(frozen=True, slots=True)
class TakenSku:
    """A SKU that was just taken from the shelf, as the order line keeps it.

    Amounts in fen, weight in grams, `stock` what is left, `cover` a storage path; `category_ids`: the product's
    category and the first-level one over it.
    """

    sku_id: int
    product_id: int
    title: str
    sku_title: str
    cover: str
    price_amount: int
    market_amount: int | None
    weight_g: int
    stock: int
    category_ids: tuple[int, int]
    quantity: int


# Where several rows are locked, PostgreSQL takes them in the order of their ids, so that two orders never wait
# for each other. SQLite has one writer at a time and neither needs nor knows row locks.
_LOCKED = """, held AS (
  SELECT id FROM catalog_sku WHERE id IN (SELECT id FROM wanted) ORDER BY id FOR NO KEY UPDATE
)"""

_TAKE = """
WITH wanted (id, quantity) AS (VALUES {rows}){locked}
UPDATE catalog_sku SET
  stock = catalog_sku.stock - wanted.quantity, sold = catalog_sku.sold + wanted.quantity
FROM wanted, catalog_product{held}
WHERE catalog_sku.id = wanted.id AND catalog_product.id = catalog_sku.product_id{same}
  AND catalog_sku.stock >= wanted.quantity AND catalog_sku.active AND catalog_product.on_sale
RETURNING catalog_sku.id, catalog_sku.product_id,
  (SELECT p.title FROM catalog_product p WHERE p.id = catalog_sku.product_id), catalog_sku.title,
  COALESCE(NULLIF(catalog_sku.picture, ''),
           (SELECT p.cover FROM catalog_product p WHERE p.id = catalog_sku.product_id)),
  catalog_sku.price_amount, catalog_sku.market_amount, catalog_sku.weight_g, catalog_sku.stock,
  (SELECT p.category_id FROM catalog_product p WHERE p.id = catalog_sku.product_id),
  (SELECT p.top_category_id FROM catalog_product p WHERE p.id = catalog_sku.product_id)
"""

_RETURN = """
WITH wanted (id, quantity) AS (VALUES {rows}){locked}
UPDATE catalog_sku SET
  stock = catalog_sku.stock + wanted.quantity, sold = catalog_sku.sold - wanted.quantity
FROM wanted{held} WHERE catalog_sku.id = wanted.id{same}
RETURNING catalog_sku.id, catalog_sku.stock
"""


_LEDGER = """
INSERT INTO catalog_stockchange
  (sku_id, delta, balance, reason, reference, note, actor_kind, actor_id, actor_name, at) VALUES {rows}
"""


# savepoint=False: a refusal spoils the caller's transaction, so that no half-taken order can be committed
@transaction.atomic(savepoint=False)
def take_stock(lines: Sequence[tuple[int, int]], *, reference: str, by: Actor) -> dict[int, TakenSku]:
    """Take goods from the shelf for an order: all of them or none, never more than there are.

    `lines` are (sku id, quantity > 0); a SKU named twice is summed. Two statements. Raises OutOfStock
    (details.lines) or ProductGone; then the surrounding transaction can only be rolled back.
    """
    wanted = _summed(lines)
    if not wanted:
        return {}
    rows = _move(_TAKE, wanted)
    taken = {row[0]: TakenSku(*(*row[:9], (row[9], row[10]), wanted[row[0]])) for row in rows}
    if len(taken) < len(wanted):
        _refuse({sku_id: quantity for sku_id, quantity in wanted.items() if sku_id not in taken})
    _write_ledger(
        [(sku.sku_id, -sku.quantity, sku.stock) for sku in taken.values()], StockReason.SOLD, reference, by
    )
    return taken


@transaction.atomic(savepoint=False)
def return_stock(lines: Sequence[tuple[int, int]], *, reference: str, by: Actor) -> None:
    """Put the goods of a cancelled order back; the caller sees to it that this happens once. Two statements."""
    wanted = _summed(lines)
    if not wanted:
        return
    rows = _move(_RETURN, wanted)
    if len(rows) < len(wanted):
        raise NotFound(sku_ids=sorted(wanted.keys() - {row[0] for row in rows}))
    _write_ledger(
        [(sku_id, wanted[sku_id], balance) for sku_id, balance in rows], StockReason.RETURNED, reference, by
    )


@transaction.atomic
def change_stock(
    sku_id: int,
    *,
    reason: str,
    by: Actor,
    delta: int | None = None,
    set_to: int | None = None,
    note: str = "",
) -> StockChange:
    """Add or remove goods (`delta`), or write down what was counted (`set_to`).

    Raises StockTooLow (details.stock) when less than nothing would be left.
    """
    if (delta is None) == (set_to is None):
        raise ValueError("Give either delta or set_to.")
    sku = (
        Sku.objects.select_for_update(no_key=True, of=("self",))
        .select_related("product")
        .filter(pk=sku_id)
        .first()
    )
    if sku is None:
        raise NotFound
    before = sku.stock
    sku.stock = before + delta if delta is not None else (set_to or 0)
    if sku.stock < 0:
        raise StockTooLow(stock=before)
    if sku.stock > MOST_STOCK:
        raise ProductInvalid(fields={"stock": "库存超出范围"})
    sku.save(update_fields=["stock"])
    audit.record(
        "catalog.change_stock",
        by=by,
        object=sku,
        before={"stock": before},
        after={"stock": sku.stock},
        note=note,
    )
    return StockChange.objects.create(
        sku=sku,
        delta=sku.stock - before,
        balance=sku.stock,
        reason=StockReason(reason),
        note=note[:200],
        actor_kind=by.kind,
        actor_id=by.id,
        actor_name=by.name,
    )


def lock_stock(sku_ids: Iterable[int]) -> dict[int, int]:
    """Hold the stock of these SKUs until the caller's transaction ends, and say what is left of those on sale.

    For an order that takes stock more than once: rows are held in one order from the beginning. One statement.
    """
    held = Sku.objects.filter(pk__in=set(sku_ids)).order_by("pk").select_for_update(no_key=True, of=("self",))
    rows = held.values_list("pk", "stock", "active", "product__on_sale")
    return {pk: stock for pk, stock, active, on_sale in rows if active and on_sale}


def _summed(lines: Sequence[tuple[int, int]]) -> dict[int, int]:
    wanted: Counter[int] = Counter()
    for sku_id, quantity in lines:
        if quantity <= 0:
            raise ValueError("A quantity is at least 1.")
        wanted[sku_id] += quantity
    return dict(sorted(wanted.items()))


def _move(sql: str, wanted: dict[int, int]) -> list[tuple[Any, ...]]:
    locks = connection.features.has_select_for_update
    statement = sql.format(
        # the casts tell PostgreSQL the type; the first row is enough for all
        rows=", ".join(["(CAST(%s AS bigint), CAST(%s AS bigint))", *["(%s, %s)"] * (len(wanted) - 1)]),
        locked=_LOCKED if locks else "",
        held=", held" if locks else "",
        same=" AND held.id = catalog_sku.id" if locks else "",
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for line in wanted.items() for value in line])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _refuse(missing: dict[int, int]) -> None:
    known = {
        sku.pk: sku
        for sku in Sku.objects.filter(pk__in=missing, active=True, product__on_sale=True).only("stock")
    }
    if gone := [{"sku_id": sku_id} for sku_id in missing if sku_id not in known]:
        raise ProductGone(lines=gone)
    raise OutOfStock(
        lines=[
            {"sku_id": sku_id, "wanted": quantity, "stock": known[sku_id].stock}
            for sku_id, quantity in missing.items()
        ]
    )


def _write_ledger(
    entries: Sequence[tuple[int, int, int]], reason: StockReason, reference: str, by: Actor
) -> None:
    at = connection.ops.adapt_datetimefield_value(timezone.now())
    row = (reason.value, reference, "", by.kind, by.id, by.name[:150], at)
    statement = _LEDGER.format(rows=", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"] * len(entries)))
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for entry in entries for value in (*entry, *row)])
