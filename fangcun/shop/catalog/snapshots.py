"""Published pages: rendered when an operator saves, in the same transaction, and sent as they are.

Rows are claimed before the facts are read, in one order (products, home, categories), so that of two operators
who save at once the second renders what the first has written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Final, Literal

import orjson
from django.db import connection, transaction
from django.db.models import F, QuerySet

from fangcun.shop.catalog.cards import CARD_FIELDS, Card, card, picture
from fangcun.shop.catalog.models import Category, HomeSettings, Product, Snapshot

HOME: Final = "home"
CATEGORIES: Final = "categories"
BANNER_WIDTH = 1372
GALLERY_WIDTH = 750
ICON_WIDTH = 160
SKU_WIDTH = 240


def product_key(product_id: int) -> str:
    return f"product:{product_id}"


def snapshot(key: str) -> tuple[bytes, str] | None:
    """The published bytes of a page and their ETag, in one read by primary key. None: not published."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT body, etag FROM catalog_snapshot WHERE key = %s", [key])
        row = cursor.fetchone()
    return (bytes(row[0]), row[1]) if row else None


def publish_product(product_id: int) -> None:
    """Render the detail page of a product, or take it away when the product is not on sale."""
    key = product_key(product_id)
    _claim(key)
    product = Product.objects.prefetch_related("pictures", "skus").filter(pk=product_id, on_sale=True).first()
    if product is None:
        Snapshot.objects.filter(key=key).delete()
    else:
        _store(key, detail(product))


def publish_window() -> None:
    """Render what shows many products or shelves at once: home and categories."""
    _claim(HOME)
    _store(HOME, home())
    _claim(CATEGORIES)
    _store(CATEGORIES, {"items": shelves()})


def window_page(key: Literal["home", "categories"]) -> tuple[bytes, str]:
    """Home or categories as published; a shop that never published anything is published now."""
    found = snapshot(key)
    if found is None:
        with transaction.atomic():
            publish_window()
        return window_page(key)
    return found


def republish_all(progress: Callable[[int, int], None] | None = None) -> int:
    """Render every page anew, e.g. after the public address changed; how many products are shown.

    `progress` is called with (done, of). Products are rendered in transactions of their own, so that the shop
    goes on selling meanwhile.
    """
    ids = list(Product.objects.order_by("id").values_list("pk", flat=True))
    for done, product_id in enumerate(ids, 1):
        with transaction.atomic():
            Product.objects.select_for_update(no_key=True).filter(pk=product_id).first()
            publish_product(product_id)
        if progress:
            progress(done, len(ids))
    with transaction.atomic():
        publish_window()
    return Product.objects.filter(on_sale=True).count()


def detail(product: Product) -> dict[str, Any]:
    """The detail page without stock, which is asked for live."""
    pictures = product.pictures.all()
    skus = [sku for sku in product.skus.all() if sku.active]
    return {
        "id": product.pk,
        "title": product.title,
        "subtitle": product.subtitle,
        "category_id": product.category_id,
        "cover": picture(product.cover, GALLERY_WIDTH),
        "pictures": [
            {"src": picture(p.path, GALLERY_WIDTH), "width": p.width, "height": p.height}
            for p in pictures
            if not p.in_detail
        ],
        "detail_html": product.detail_html,
        "detail_pictures": [picture(p.path, GALLERY_WIDTH) for p in pictures if p.in_detail],
        "options": product.options,
        "skus": [
            {
                "id": sku.pk,
                "values": sku.values,
                "title": sku.title,
                "price_amount": sku.price_amount,
                "market_amount": sku.market_amount,
                "picture": picture(sku.picture, SKU_WIDTH) or None,
                "weight_g": sku.weight_g,
                "barcode": sku.barcode,
            }
            for sku in skus
        ],
        "price_amount": product.price_amount,
        "market_amount": product.market_amount,
        "sales": product.sold,
        "tags": product.tags,
        "services": product.services,
        "on_sale": True,
    }


def shelves() -> list[dict[str, Any]]:
    """The visible categories, second level under first."""
    rows = list(Category.objects.filter(visible=True))
    return [
        {**_shelf(top), "children": [_shelf(row) for row in rows if row.parent_id == top.pk]}
        for top in rows
        if top.parent_id is None
    ]


def home() -> dict[str, Any]:
    """The home page: banners, shelves, and three shelves-full of products that do not repeat each other."""
    settings = HomeSettings.objects.first() or HomeSettings()
    on_sale = Product.objects.filter(on_sale=True)
    cheaper = (
        on_sale.filter(market_amount__gt=F("price_amount"))
        .alias(percent=(F("market_amount") - F("price_amount")) * 1000 / F("market_amount"))
        .order_by("-percent", "-rank", "-id")
    )
    shown: set[int] = set()
    sections = [
        ("specials", "今日特价", "好价不等人", _pick(cheaper, 6, shown)),
        ("hot", "大家都在买", "人气鲜货", _pick(on_sale.order_by("-sold", "-rank", "-id"), 10, shown)),
        ("new", "新品尝鲜", "刚刚上架", _pick(on_sale.order_by("-id"), 10, shown)),
    ]
    return {
        "banners": [
            {**banner, "image": picture(banner["image"], BANNER_WIDTH)} for banner in settings.banners
        ],
        "categories": [_shelf(row) for row in Category.objects.filter(visible=True, parent=None)],
        "sections": [
            {"id": name, "title": title, "subtitle": subtitle, "products": products}
            for name, title, subtitle, products in sections
            if products
        ],
        "notice": settings.notice or None,
    }


def _pick(products: QuerySet[Product], count: int, shown: set[int]) -> list[Card]:
    rows = list(products.exclude(pk__in=shown).values(*CARD_FIELDS)[:count])
    shown.update(row["id"] for row in rows)
    return [card(row) for row in rows]


def _shelf(row: Category) -> dict[str, Any]:
    return {"id": row.pk, "name": row.name, "icon": picture(row.icon, ICON_WIDTH)}


def _claim(key: str) -> None:
    Snapshot.objects.bulk_create([Snapshot(key=key)], ignore_conflicts=True)
    Snapshot.objects.select_for_update().filter(key=key).values("key").first()


def _store(key: str, page: dict[str, Any]) -> None:
    body = orjson.dumps(page)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    Snapshot(key=key, body=body, etag=etag).save(force_update=True)
