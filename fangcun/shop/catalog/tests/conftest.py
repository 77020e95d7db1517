from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.db import connection

from fangcun.kernel.actors import Actor
from fangcun.shop.catalog.models import Category, Product, Sku
from fangcun.shop.catalog.queries import snapshot
from fangcun.shop.catalog.services import PictureSpec, ProductSpec, SkuSpec, create_category, create_product


@pytest.fixture
def clerk() -> Actor:
    return Actor.staff(7, "小李", "127.0.0.1")


@pytest.fixture
def fruit(clerk) -> Category:
    return create_category(name="水果", by=clerk)


@pytest.fixture
def berries(fruit, clerk) -> Category:
    return create_category(name="浆果", parent_id=fruit.pk, by=clerk)


@pytest.fixture
def sell(berries, clerk):
    """Put a product on sale: by default one SKU of 10 pieces at 12.30."""

    def sell(title: str = "草莓", *, on_sale: bool = True, **changes) -> Product:
        given = {
            "category_id": berries.pk,
            "title": title,
            "skus": (SkuSpec((), 1230, 1500, weight_g=300, stock=10),),
            "pictures": (PictureSpec("p/cover.webp", 800, 800), PictureSpec("p/scene.webp", 800, 600)),
        }
        return create_product(ProductSpec(**{**given, **changes}), by=clerk, on_sale=on_sale)

    return sell


@pytest.fixture
def sku(sell) -> Sku:
    return Sku.objects.get(product=sell())


@pytest.fixture
def published():
    """The page as a phone gets it."""

    def published(key: str) -> dict[str, Any]:
        found = snapshot(key)
        assert found is not None
        page: dict[str, Any] = orjson.loads(found[0])
        return page

    return published


@pytest.fixture
def at_once():
    """Run `work(number)` in so many threads that start together; errors that it lets out fail the test."""

    def at_once(work: Callable[[int], object], times: int) -> None:
        start = threading.Barrier(times)
        broken: list[Exception] = []

        def run(number: int) -> None:
            try:
                start.wait()
                work(number)
            except Exception as error:
                broken.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=(number,)) for number in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert broken == []

    return at_once
