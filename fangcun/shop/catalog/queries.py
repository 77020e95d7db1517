"""What others ask the catalog: facts of SKUs, published pages, live stock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef

from fangcun.shop.catalog.compiled import Compiled
from fangcun.shop.catalog.models import HomeSettings, Product, Sku
from fangcun.shop.catalog.snapshots import snapshot

__all__ = [
    "SkuFacts",
    "hot_words",
    "live_stock",
    "product_for_staff",
    "shelves_of",
    "skus_for",
    "snapshot",
    "sold_out_count",
]


@dataclass(frozen=True, slots=True)
class SkuFacts:
    """One SKU as carts and quotes see it now. Amounts in fen; `cover` is a storage path.

    `category_ids`: the product's category and the first-level one over it, or the same twice.
    """

    sku_id: int
    product_id: int
    title: str
    sku_title: str
    cover: str
    price_amount: int
    market_amount: int | None
    stock: int
    weight_g: int
    on_sale: bool
    category_ids: tuple[int, ...]


def skus_for(sku_ids: Iterable[int]) -> dict[int, SkuFacts]:
    """What can be said now of each of these SKUs, in one statement; unknown ids are left out."""
    rows = (
        Sku.objects.filter(pk__in=set(sku_ids))
        .order_by()
        .values_list(
            "pk", "product_id", F("product__title"), "title", "picture", F("product__cover"), "price_amount",
            "market_amount", "stock", "weight_g", "active", F("product__on_sale"), F("product__category_id"),
            F("product__top_category_id"),
        )
    )  # fmt: skip
    return {
        pk: SkuFacts(
            pk,
            product_id,
            title,
            sku_title,
            picture or cover,
            price,
            market,
            stock,
            weight,
            active and on_sale,
            (shelf, top),
        )
        for (
            pk,
            product_id,
            title,
            sku_title,
            picture,
            cover,
            price,
            market,
            stock,
            weight,
            active,
            on_sale,
            shelf,
            top,
        ) in rows
    }


_live = Compiled(
    lambda product_id: (
        Sku.objects.filter(product_id=product_id, active=True)
        .order_by("position", "id")
        .values("id", "price_amount", "stock", on_sale=F("product__on_sale"))
    ),
    arguments=1,
)


_shelves = Compiled(
    lambda product_id: (
        Product.objects.filter(pk=product_id).order_by().values("category_id", "top_category_id")
    ),
    arguments=1,
)


def live_stock(product_id: int) -> dict[str, Any]:
    """Price and stock of a product's SKUs at this moment, for the detail page; never cached."""
    rows = _live(product_id) if 0 < product_id < 2**63 else []
    if not rows or not rows[0]["on_sale"]:
        return {"on_sale": False, "skus": []}
    skus = [{"id": row["id"], "price_amount": row["price_amount"], "stock": row["stock"]} for row in rows]
    return {"on_sale": True, "skus": skus}


def shelves_of(product_id: int) -> tuple[int, ...]:
    """The category of a product and the first-level one over it; nothing for an unknown product."""
    rows = _shelves(product_id) if 0 < product_id < 2**63 else []
    return tuple(value for row in rows for value in (row["category_id"], row["top_category_id"]))


def hot_words() -> list[str]:
    """The words an operator recommends to search for."""
    words: list[str] | None = HomeSettings.objects.values_list("hot_words", flat=True).first()
    return words or []


def product_for_staff(product_id: int) -> Product | None:
    """A product with everything that belongs to it, on sale or not."""
    return (
        Product.objects.select_related("category", "top_category")
        .prefetch_related("pictures", "skus")
        .filter(pk=product_id)
        .first()
    )


def sold_out_count() -> int:
    """How many products on sale have nothing left to sell."""
    in_stock = Sku.objects.filter(product=OuterRef("pk"), active=True, stock__gt=0)
    return Product.objects.filter(~Exists(in_stock), on_sale=True).count()
