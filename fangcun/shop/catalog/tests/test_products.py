"""What operators do with products and categories."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fangcun.kernel.errors import NotFound
from fangcun.kernel.models import AuditEntry
from fangcun.shop.catalog.errors import (
    BarcodeTaken,
    CategoryInUse,
    CategoryNameTaken,
    CategoryTooDeep,
    ProductInvalid,
)
from fangcun.shop.catalog.lists import page_of_products
from fangcun.shop.catalog.models import Category, Product, Sku
from fangcun.shop.catalog.queries import skus_for, snapshot
from fangcun.shop.catalog.services import (
    Banner,
    PictureSpec,
    SkuSpec,
    create_category,
    delete_category,
    move_category,
    put_on_sale,
    set_home,
    set_prices,
    spec_of,
    take_off_sale,
    take_stock,
    update_category,
    update_product,
)

pytestmark = pytest.mark.django_db

TWO_SIZES = {
    "options": ("规格",),
    "skus": (
        SkuSpec(("500g",), 1000, 1300, 500, "6901", stock=5),
        SkuSpec(("1kg",), 1800, None, 1000, "6902", stock=3),
    ),
}


def test_a_product_carries_what_lists_need(sell, fruit, berries):
    product = Product.objects.get(pk=sell(**TWO_SIZES).pk)
    assert (product.price_amount, product.market_amount, product.sku_count, product.only_sku_id) == (
        1000,
        1300,
        2,
        None,
    )
    assert product.options == [{"name": "规格", "values": ["500g", "1kg"]}]
    assert (product.category, product.top_category, product.cover) == (berries, fruit, "p/cover.webp")
    single = sell("蓝莓")
    assert single.only_sku_id == single.skus.get().pk


def test_updating_keeps_stock_and_sales_and_drops_what_is_no_longer_named(sell, clerk, published):
    product = sell(**TWO_SIZES)
    small, large = product.skus.order_by("position")
    take_stock([(small.pk, 2)], reference="N1", by=clerk)
    spec = replace(
        spec_of(product),
        title="大草莓",
        skus=(
            SkuSpec(("2kg",), 3000, stock=9, barcode="6902"),
            SkuSpec(("500g",), 1100, barcode="6901", stock=77),
        ),
    )

    update_product(product.pk, spec, by=clerk)

    small.refresh_from_db()
    large.refresh_from_db()
    new = Sku.objects.get(product=product, title="2kg")
    assert (small.stock, small.sold, small.price_amount, small.active, small.position) == (
        3,
        2,
        1100,
        True,
        1,
    )
    assert (large.stock, large.active, large.barcode) == (3, False, "")
    assert (new.stock, new.barcode, new.position) == (9, "6902", 0)
    assert [s["title"] for s in published(f"product:{product.pk}")["skus"]] == ["2kg", "500g"]
    assert published(f"product:{product.pk}")["title"] == "大草莓"

    update_product(product.pk, replace(spec, skus=(SkuSpec(("1kg",), 2000),)), by=clerk)
    large.refresh_from_db()
    assert (large.active, large.stock) == (True, 3)
    assert Product.objects.get(pk=product.pk).only_sku_id == large.pk


def test_a_spec_of_a_product_changes_nothing_when_given_back(sell, clerk):
    product = sell(
        **TWO_SIZES, tags=("当季",), services=("坏果包赔",), keywords="红颜", detail_html="<p>甜</p>"
    )
    before = snapshot(f"product:{product.pk}")
    update_product(product.pk, spec_of(product), by=clerk)
    assert snapshot(f"product:{product.pk}") == before
    entry = AuditEntry.objects.get(action="catalog.update_product")
    assert (entry.before, entry.after) == ({}, {})


def test_every_change_leaves_who_and_what_in_the_audit_log(sell, clerk):
    product = sell()
    sku = product.skus.get()
    set_prices(product.pk, {sku.pk: (990, None)}, by=clerk, note="周末促销")
    entry = AuditEntry.objects.get(action="catalog.set_prices")
    assert (entry.actor_name, entry.object_id, entry.note) == ("小李", str(product.pk), "周末促销")
    before, after = entry.before or {}, entry.after or {}
    assert before["skus"][""]["price_amount"] == 1230
    assert after["skus"][""]["price_amount"] == 990
    assert set(after) == {"skus"}
    take_off_sale(product.pk, by=clerk)
    put_on_sale(product.pk, by=clerk)
    put_on_sale(product.pk, by=clerk)
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
        "catalog.create_category",
        "catalog.create_category",
        "catalog.create_product",
        "catalog.set_prices",
        "catalog.take_off_sale",
        "catalog.put_on_sale",
    ]


def test_new_prices_are_shown_at_once(sell, clerk, published):
    product = sell(**TWO_SIZES)
    large = product.skus.get(title="1kg")
    set_prices(product.pk, {large.pk: (880, 1600)}, by=clerk)
    assert (
        published(f"product:{product.pk}")["price_amount"],
        published(f"product:{product.pk}")["market_amount"],
    ) == (880, 1600)
    assert page_of_products().items[0]["price_amount"] == 880


def test_wrong_prices_are_refused_and_nothing_changes(sell, clerk):
    product = sell()
    sku = product.skus.get()
    for price, market in ((0, None), (-1, None), (1000, 999), (10**12, None)):
        with pytest.raises(ProductInvalid):
            set_prices(product.pk, {sku.pk: (price, market)}, by=clerk)
    with pytest.raises(NotFound):
        set_prices(product.pk, {sku.pk: (900, None), 999_999: (900, None)}, by=clerk)
    sku.refresh_from_db()
    assert (sku.price_amount, sku.market_amount) == (1230, 1500)
    assert not AuditEntry.objects.filter(action="catalog.set_prices").exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " \x00\u200b "}, "title"),
        ({"title": "长" * 61}, "title"),
        ({"subtitle": "长" * 81}, "subtitle"),
        ({"skus": ()}, "skus"),
        ({"skus": (SkuSpec(("500g",), 100),)}, "skus.0.values"),
        ({"skus": (SkuSpec((), 0),)}, "skus.0.price_amount"),
        ({"skus": (SkuSpec((), 100, 99),)}, "skus.0.market_amount"),
        ({"skus": (SkuSpec((), 100, stock=-1),)}, "skus.0.stock"),
        ({"skus": (SkuSpec((), 100), SkuSpec((), 200))}, "skus"),
        ({"options": ("a", "b"), "skus": (SkuSpec(("1", ""), 100),)}, "skus.0.values"),
        ({"skus": (SkuSpec((), 100, weight_g=-1),)}, "skus.0.weight_g"),
        ({"tags": ("好", "好")}, "tags"),
        ({"pictures": ()}, "pictures"),
    ],
)
def test_a_wrong_product_is_refused_field_by_field(sell, changes, field):
    with pytest.raises(ProductInvalid) as refusal:
        sell(**changes)
    assert list(refusal.value.details["fields"]) == [field]
    assert not Product.objects.exists()
    assert not Sku.objects.exists()


def test_a_bar_code_belongs_to_one_sku(sell):
    sell(**TWO_SIZES)
    with pytest.raises(BarcodeTaken) as refusal:
        sell("蓝莓", skus=(SkuSpec((), 100, barcode="6902"),))
    assert str(refusal.value) == "条码 6902 已被其他规格使用"
    assert Product.objects.count() == 1


def test_hostile_text_stays_text_and_hostile_markup_goes(sell, published):
    product = sell(
        "<script>alert(1)</script>\x00'; DROP TABLE--",
        subtitle="a\r\nb\u202ec",
        detail_html='<p onclick="x()">甜<script>alert(1)</script><img src="javascript:x" onerror="x">'
        '<a href="https://evil.example">点</a><iframe src="//evil"></iframe><style>p{}</style></p>\x00',
    )
    page = published(f"product:{product.pk}")
    assert page["title"] == "<script>alert(1)</script> '; DROP TABLE--"
    assert page["subtitle"] == "a b c"
    assert page["detail_html"] == "<p>甜<img>点</p>"


def test_what_is_off_sale_is_nowhere_to_be_seen(sell, clerk, published):
    product = sell()
    sku = product.skus.get()
    assert skus_for([sku.pk])[sku.pk].on_sale is True
    take_off_sale(product.pk, by=clerk)
    assert snapshot(f"product:{product.pk}") is None
    assert page_of_products().items == []
    assert skus_for([sku.pk])[sku.pk].on_sale is False
    put_on_sale(product.pk, by=clerk)
    assert published(f"product:{product.pk}")["title"] == "草莓"


def test_without_a_picture_nothing_goes_on_sale(sell, clerk):
    product = sell(pictures=(), on_sale=False)
    with pytest.raises(ProductInvalid) as refusal:
        put_on_sale(product.pk, by=clerk)
    assert list(refusal.value.details["fields"]) == ["pictures"]
    assert Product.objects.get(pk=product.pk).on_sale is False


def test_pictures_keep_their_order_and_place(sell, clerk, published):
    product = sell(detail_pictures=(PictureSpec("p/d2.webp", 10, 20), PictureSpec("p/d1.webp", 10, 30)))
    page = published(f"product:{product.pk}")
    assert [(p["width"], p["height"]) for p in page["pictures"]] == [(800, 800), (800, 600)]
    assert "p/cover" in page["pictures"][0]["src"]
    assert ["d2" in page["detail_pictures"][0], "d1" in page["detail_pictures"][1]] == [True, True]
    assert page["cover"] == page["pictures"][0]["src"]


def test_facts_of_many_skus_cost_one_statement(sell, django_assert_num_queries):
    product = sell(**TWO_SIZES)
    ids = [sku.pk for sku in product.skus.order_by("position")]
    with django_assert_num_queries(1):
        facts = skus_for([*ids, 999_999])
    assert list(facts) == ids or set(facts) == set(ids)
    large = facts[ids[1]]
    assert (large.title, large.sku_title, large.cover) == ("草莓", "1kg", "p/cover.webp")
    assert (large.price_amount, large.market_amount, large.stock, large.weight_g) == (1800, None, 3, 1000)


def test_a_third_level_is_refused(fruit, berries, clerk):
    with pytest.raises(CategoryTooDeep):
        create_category(name="草莓", parent_id=berries.pk, by=clerk)
    with pytest.raises(CategoryTooDeep):
        move_category(fruit.pk, parent_id=create_category(name="蔬菜", by=clerk).pk, by=clerk)
    assert Category.objects.count() == 3


def test_a_name_stands_once_under_one_parent(fruit, berries, clerk):
    with pytest.raises(CategoryNameTaken):
        create_category(name=" 水果 ", by=clerk)
    with pytest.raises(CategoryNameTaken):
        create_category(name="浆果", parent_id=fruit.pk, by=clerk)
    other = create_category(name="浆果", by=clerk)
    with pytest.raises(CategoryNameTaken):
        update_category(other.pk, name="水果", by=clerk)
    other.refresh_from_db()
    assert other.name == "浆果"
    with pytest.raises(ProductInvalid):
        update_category(other.pk, name=" ", by=clerk)


def test_a_category_with_products_cannot_be_deleted(sell, fruit, berries, clerk):
    product = sell()
    for category in (fruit, berries):
        with pytest.raises(CategoryInUse):
            delete_category(category.pk, by=clerk)
    assert Category.objects.count() == 2
    empty = create_category(name="空", by=clerk)
    delete_category(empty.pk, by=clerk)
    assert not Category.objects.filter(name="空").exists()
    assert Product.objects.get().pk == product.pk


def test_a_moved_category_takes_its_products_along(sell, fruit, berries, clerk):
    product = sell()
    vegetable = create_category(name="蔬菜", by=clerk)
    move_category(berries.pk, parent_id=vegetable.pk, by=clerk)
    assert [card["id"] for card in page_of_products(category_id=vegetable.pk).items] == [product.pk]
    assert page_of_products(category_id=fruit.pk).items == []


def test_links_of_banners_stay_inside_the_mini_program(clerk):
    wrong: Banner = {"image": "b.webp", "title": "", "subtitle": "", "link": "https://evil.example"}
    with pytest.raises(ProductInvalid):
        set_home(banners=[wrong], by=clerk)
    assert not AuditEntry.objects.filter(action="catalog.set_home").exists()
