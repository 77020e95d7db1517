"""Published pages: what the phone reads is what was saved, and costs one read."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from django.db import transaction

from fangcun.kernel.actors import Actor
from fangcun.shop.catalog.models import Product, Snapshot
from fangcun.shop.catalog.queries import live_stock, snapshot
from fangcun.shop.catalog.services import (
    SkuSpec,
    change_stock,
    create_category,
    put_on_sale,
    republish_all,
    set_home,
    take_off_sale,
    take_stock,
    update_category,
)
from fangcun.shop.catalog.snapshots import window_page
from fangcun.shop.catalog.tasks import refresh_sales

pytestmark = pytest.mark.django_db


def home() -> dict[str, Any]:
    page: dict[str, Any] = orjson.loads(window_page("home")[0])
    return page


def test_a_page_is_one_statement(sell, django_assert_num_queries):
    product = sell()
    with django_assert_num_queries(1):
        body, etag = snapshot(f"product:{product.pk}") or (b"", "")
    assert "草莓".encode() in body
    assert (etag[0], etag[-1], len(etag)) == ('"', '"', 34)
    with django_assert_num_queries(1):
        assert snapshot("product:999999") is None


def test_the_etag_changes_with_the_page_and_only_with_it(sell, clerk, published):
    product = sell()
    first = snapshot(f"product:{product.pk}")
    change_stock(product.skus.get().pk, delta=1, reason="purchase", by=clerk)
    republish_all()
    assert snapshot(f"product:{product.pk}") == first
    Product.objects.filter(pk=product.pk).update(title="大草莓")
    republish_all()
    assert snapshot(f"product:{product.pk}") != first
    assert published(f"product:{product.pk}")["title"] == "大草莓"


@pytest.mark.django_db(transaction=True)
def test_a_save_that_fails_publishes_nothing(sell):
    first = sell()

    @transaction.atomic
    def broken_save() -> None:
        sell("蓝莓")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        broken_save()
    assert list(Snapshot.objects.order_by("key").values_list("key", flat=True)) == [
        "categories",
        "home",
        f"product:{first.pk}",
    ]
    assert [card["title"] for section in home()["sections"] for card in section["products"]] == ["草莓"]


def test_an_empty_shop_has_an_empty_home():
    assert home() == {"banners": [], "categories": [], "sections": [], "notice": None}
    assert orjson.loads(window_page("categories")[0]) == {"items": []}


def test_home_shows_bargains_best_sellers_and_news_without_repeating(sell, clerk):
    deals = [sell(f"特价{n}", skus=(SkuSpec((), 100 * n, 1000, stock=1),)) for n in range(1, 8)]
    plain = [sell(f"平价{n}", skus=(SkuSpec((), 500, stock=9),)) for n in range(12)]
    set_home(notice="满 59 元免运费", by=clerk)

    page = home()
    specials, hot, new = page["sections"]
    assert [section["id"] for section in page["sections"]] == ["specials", "hot", "new"]
    assert [card["id"] for card in specials["products"]] == [product.pk for product in deals[:6]]
    everything = [card["id"] for section in page["sections"] for card in section["products"]]
    assert len(everything) == len(set(everything)) == 19
    assert [card["id"] for card in hot["products"]] == [product.pk for product in plain[:1:-1]]
    assert [card["id"] for card in new["products"]] == [plain[1].pk, plain[0].pk, deals[6].pk]
    assert page["notice"] == "满 59 元免运费"
    card = specials["products"][0]
    assert (card["price_amount"], card["market_amount"], card["sku_count"]) == (100, 1000, 1)
    assert card["sku_id"] == deals[0].skus.get().pk


def test_categories_show_two_levels_in_their_order_without_the_hidden(fruit, berries, clerk):
    first = create_category(name="蔬菜", position=-1, by=clerk)
    create_category(name="仓库", visible=False, by=clerk)
    create_category(name="柑橘", parent_id=fruit.pk, position=-1, by=clerk)
    update_category(berries.pk, name="小浆果", by=clerk)
    items = orjson.loads(window_page("categories")[0])["items"]
    assert [(top["name"], [row["name"] for row in top["children"]]) for top in items] == [
        ("蔬菜", []),
        ("水果", ["柑橘", "小浆果"]),
    ]
    assert [row["id"] for row in home()["categories"]] == [first.pk, fruit.pk]


def test_live_stock_is_one_statement_and_never_stale(sell, clerk, django_assert_num_queries):
    product = sell(options=("规格",), skus=(SkuSpec(("大",), 900, stock=4), SkuSpec(("小",), 500, stock=0)))
    large, small = product.skus.order_by("position")
    take_stock([(large.pk, 3)], reference="N1", by=Actor.member(1))
    with django_assert_num_queries(1):
        found = live_stock(product.pk)
    assert found == {
        "on_sale": True,
        "skus": [
            {"id": large.pk, "price_amount": 900, "stock": 1},
            {"id": small.pk, "price_amount": 500, "stock": 0},
        ],
    }
    take_off_sale(product.pk, by=clerk)
    assert live_stock(product.pk) == {"on_sale": False, "skus": []}
    assert live_stock(999_999) == {"on_sale": False, "skus": []}


def test_sales_numbers_follow_within_the_period(sell, published):
    busy, quiet = sell("草莓"), sell("蓝莓")
    take_stock([(busy.skus.get().pk, 4)], reference="N1", by=Actor.member(1))
    before = snapshot(f"product:{quiet.pk}")
    assert published(f"product:{busy.pk}")["sales"] == 0

    refresh_sales()

    assert published(f"product:{busy.pk}")["sales"] == 4
    assert snapshot(f"product:{quiet.pk}") == before
    assert {card["title"]: card["sales"] for s in home()["sections"] for card in s["products"]} == {
        "草莓": 4,
        "蓝莓": 0,
    }


def test_republishing_tells_how_far_it_is(sell):
    sell("草莓")
    sell("蓝莓", on_sale=False)
    Snapshot.objects.all().delete()
    steps = []
    assert republish_all(lambda done, of: steps.append((done, of))) == 1
    assert steps == [(1, 2), (2, 2)]
    assert Snapshot.objects.count() == 3


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_operators_who_save_at_once_all_appear_on_the_home_page(sell, clerk, at_once):
    products = [sell(f"商品{n}", on_sale=False) for n in range(6)]

    at_once(lambda number: put_on_sale(products[number].pk, by=clerk), 6)

    shown = {card["id"] for section in home()["sections"] for card in section["products"]}
    assert shown == {product.pk for product in products}
