"""Fill the shop of the sample enterprise 青禾鲜."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from fangcun.gateways.storage import store_image
from fangcun.kernel.actors import SYSTEM
from fangcun.shop.catalog.models import Category, HomeSettings, Sku
from fangcun.shop.catalog.services import (
    PictureSpec,
    ProductSpec,
    SkuSpec,
    create_category,
    create_product,
    set_home,
)

HERE = Path(__file__).parent
Progress = Callable[[int, int], None]


def load_catalog(progress: Progress | None = None) -> int:
    """Load categories, products with pictures, and the home page; how many products are new.

    What is there already is left as it is, so an interrupted load goes on where it stopped. `progress` is called
    with (done, of) after each product.
    """
    catalog = [_read(path) for path in sorted((HERE / "catalog").glob("*.yaml"))]
    total = sum(len(category["products"]) for category in catalog)
    known = set(Sku.objects.exclude(barcode="").values_list("barcode", flat=True))
    done = added = 0
    for position, category in enumerate(catalog):
        shelves = _load_shelves(category, position)
        for product in category["products"]:
            if product["skus"][0]["barcode"] not in known:
                create_product(_spec(product, category, shelves), by=SYSTEM, on_sale=True)
                added += 1
            done += 1
            if progress:
                progress(done, total)
    if not HomeSettings.objects.exists():
        _load_home()
    return added


def _load_shelves(category: dict[str, Any], position: int) -> dict[str, int]:
    """Ids of the second-level categories by name."""
    top = Category.objects.filter(parent=None, name=category["name"]).first() or create_category(
        name=category["name"], icon=_store(f"category-{category['key']}").path, position=position, by=SYSTEM
    )
    known = dict(Category.objects.filter(parent=top).values_list("name", "pk"))
    for index, child in enumerate(category["children"], 1):
        if child["name"] not in known:
            icon = _store(f"category-{category['key']}-{index}").path
            shelf = create_category(
                name=child["name"], parent_id=top.pk, icon=icon, position=index, by=SYSTEM
            )
            known[shelf.name] = shelf.pk
    return known


def _spec(product: dict[str, Any], category: dict[str, Any], shelves: dict[str, int]) -> ProductSpec:
    with ThreadPoolExecutor() as pool:  # encoding leaves the interpreter free
        pictures = tuple(pool.map(_store, (f"{product['key']}-{number}" for number in (1, 2, 3))))
    return ProductSpec(
        category_id=shelves[product["category"]],
        title=product["title"],
        subtitle=product["subtitle"],
        keywords=product["keywords"],
        detail_html=product["detail_html"],
        options=tuple(product["options"]),
        tags=tuple(product["tags"]),
        services=tuple(category["services"]),
        rank=10 if "热卖" in product["tags"] else 0,
        pictures=pictures,
        detail_pictures=pictures[1:],
        skus=tuple(SkuSpec(**{**sku, "values": tuple(sku["values"])}) for sku in product["skus"]),
    )


def _load_home() -> None:
    home = _read(HERE / "home.yaml")
    shelves = dict(Category.objects.filter(parent=None).values_list("name", "pk"))
    set_home(
        banners=[
            {
                "image": _store(f"banner-{banner['key']}").path,
                "title": banner["title"],
                "subtitle": banner["subtitle"],
                "link": f"/pages-goods/list/list?category={shelves[banner['category']]}&name={banner['category']}",
            }
            for banner in home["banners"]
        ],
        notice=home["notice"],
        hot_words=home["hot_words"],
        by=SYSTEM,
    )


def _store(name: str) -> PictureSpec:
    stored = store_image((HERE / "pictures" / f"{name}.webp").read_bytes())
    return PictureSpec(stored.path, stored.width, stored.height)


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = YAML(typ="safe").load(path)
    return content
