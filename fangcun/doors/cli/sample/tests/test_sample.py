"""The sample shop is complete, honest and loads again and again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from fangcun.doors.cli.sample import load
from fangcun.doors.cli.sample.load import HERE, load_catalog
from fangcun.gateways.storage import StoredImage
from fangcun.kernel.actors import SYSTEM
from fangcun.shop.catalog.lists import search_products
from fangcun.shop.catalog.models import Category, HomeSettings, Product, Sku
from fangcun.shop.catalog.services import set_home
from fangcun.shop.catalog.specs import checked


@pytest.fixture(autouse=True)
def quick_storage(monkeypatch):
    """Keeps no picture: encoding two hundred of them is another test's work."""

    def store(data: bytes) -> StoredImage:
        assert data[8:12] == b"WEBP"
        return StoredImage(f"images/{len(data)}.webp", 800, 800)

    monkeypatch.setattr(load, "store_image", store)


def catalog() -> list[dict[str, Any]]:
    return [YAML(typ="safe").load(path) for path in sorted((HERE / "catalog").glob("*.yaml"))]


def test_there_are_eight_shelves_and_enough_to_buy():
    shelves = catalog()
    products = [product for shelf in shelves for product in shelf["products"]]
    assert len(shelves) == 8
    assert len(products) >= 64
    assert all(2 <= len(shelf["children"]) <= 4 for shelf in shelves)
    assert all(1 <= len(product["skus"]) <= 4 for product in products)
    for shelf in shelves:
        assert {child["name"] for child in shelf["children"]} == {p["category"] for p in shelf["products"]}


def test_bar_codes_are_valid_and_unique():
    codes = [
        sku["barcode"] for shelf in catalog() for product in shelf["products"] for sku in product["skus"]
    ]
    assert len(codes) == len(set(codes))
    for code in codes:
        assert len(code) == 13
        assert code.startswith("69")
        assert sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(code)) % 10 == 0


def test_every_picture_is_there_and_all_together_are_small():
    pictures = {path.stem: path.stat().st_size for path in (HERE / "pictures").glob("*.webp")}
    needed = {f"banner-{banner['key']}" for banner in YAML(typ="safe").load(HERE / "home.yaml")["banners"]}
    for shelf in catalog():
        needed |= {f"category-{shelf['key']}"}
        needed |= {f"category-{shelf['key']}-{n}" for n in range(1, len(shelf["children"]) + 1)}
        needed |= {f"{product['key']}-{n}" for product in shelf["products"] for n in (1, 2, 3)}
    assert needed == set(pictures)
    assert sum(pictures.values()) < 6_000_000


def test_the_licence_of_the_pictures_lies_beside_them():
    assert "Microsoft Corporation" in (Path(load.__file__).parent / "LICENSES.md").read_text()


@pytest.mark.django_db
def test_loading_fills_the_shop_and_loading_again_changes_nothing():
    steps: list[tuple[int, int]] = []
    total = load_catalog(lambda done, of: steps.append((done, of)))

    assert (steps[0], steps[-1]) == ((1, total), (total, total))
    assert Product.objects.filter(on_sale=True).count() == total >= 64
    assert Category.objects.filter(parent=None).count() == 8
    assert not Sku.objects.exclude(sold=0).exists()
    assert not Sku.objects.filter(stock=0).exists()
    assert search_products("丹东草莓").items[0]["title"] == "丹东 99 红颜草莓"

    Product.objects.filter(title="烟台红富士苹果").update(title="改过的苹果")
    set_home(notice="改过的公告", by=SYSTEM)
    before = list(Product.objects.order_by("id").values())
    assert load_catalog() == 0
    assert list(Product.objects.order_by("id").values()) == before
    assert HomeSettings.objects.get().notice == "改过的公告"


def test_no_text_of_the_sample_is_altered_by_the_shops_own_rules():
    shelves = {child["name"]: 1 for shelf in catalog() for child in shelf["children"]}
    for shelf in catalog():
        for product in shelf["products"]:
            spec = load._spec(product, shelf, shelves)
            assert checked(spec) == spec
