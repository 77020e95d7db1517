"""Products, stock, categories and the home page at the console."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from fangcun.kernel.actors import SYSTEM
from fangcun.shop.catalog.models import Category, HomeSettings, Product, Sku, StockChange
from fangcun.shop.catalog.services import create_category, set_home

pytestmark = pytest.mark.django_db(databases="__all__")
NEW = "admin:catalog_product_add"


def sheet(category: Category, **changes: object) -> dict[str, object]:
    """What a browser sends for a product with two SKUs."""
    return {
        "title": "红富士苹果", "subtitle": "脆甜", "category": category.pk, "on_sale": "on", "options": "规格",
        "tags": "当季", "services": "坏果包赔", "keywords": "苹果", "rank": "5", "detail_html": "<p>好吃</p>",
        "sku-TOTAL_FORMS": 2, "sku-INITIAL_FORMS": 0,
        "sku-0-values": "500g", "sku-0-price_amount": "8.90", "sku-0-market_amount": "11.90",
        "sku-0-weight_g": 500, "sku-0-barcode": "6901", "sku-0-stock": 7, "sku-0-picture": "",
        "sku-1-values": "2.5kg", "sku-1-price_amount": "36.8", "sku-1-market_amount": "",
        "sku-1-weight_g": 2500, "sku-1-barcode": "", "sku-1-stock": 3, "sku-1-picture": "",
        **changes,
    }  # fmt: skip


@pytest.fixture
def category(db):
    return create_category(name="水果", by=SYSTEM)


def picture(content: bytes, name: str = "a.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/png")


def test_a_product_is_made_with_pictures_and_skus_and_goes_on_sale(enter, category, png, audited):
    body = sheet(category, new_pictures=[picture(png)], new_detail_pictures=[picture(png, "b.png")])
    answer = enter("operator").post(reverse(NEW), body, follow=True)
    assert "已保存并发布" in answer.content.decode()
    product = Product.objects.get()
    assert (product.title, product.on_sale, product.price_amount, product.rank) == (
        "红富士苹果",
        True,
        890,
        5,
    )
    skus = list(Sku.objects.order_by("id").values_list("title", "price_amount", "market_amount", "stock"))
    assert skus == [("500g", 890, 1190, 7), ("2.5kg", 3680, None, 3)]
    assert [p.in_detail for p in product.pictures.all()] == [False, True]
    assert "catalog.create_product" in audited()


def test_a_refused_product_keeps_everything_typed_and_marks_the_fields(enter, category, png):
    body = sheet(category, title="苹" * 61, new_pictures=[picture(png)], **{"sku-1-market_amount": "1.00"})
    html = enter("operator").post(reverse(NEW), body).content.decode()
    assert "标题 1–60 个字" in html
    assert "划线价不能低于售价" in html
    for typed in ("苹" * 61, 'value="脆甜"', 'value="2.5kg"', 'value="36.8', 'value="1.00"', 'value="6901"'):
        assert typed in html
    assert Product.objects.count() == 0
    ticket = html.split('name="stored" value="')[1].split('"')[0]
    again = sheet(category, stored=[ticket])  # the picture need not be chosen again
    enter("owner").post(reverse(NEW), again)
    assert Product.objects.get().pictures.count() == 1


def test_a_product_without_a_picture_is_not_sold_and_not_made_by_halves(enter, category):
    answer = enter("operator").post(reverse(NEW), sheet(category))
    assert answer.status_code == 200
    assert (Product.objects.count(), Sku.objects.count(), StockChange.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    "content", [b"", b"<svg onload=alert(1)>", b"GIF89a" + b"\0" * 50, b"\x89PNG broken"]
)
def test_a_file_that_is_no_picture_is_refused_by_name(enter, category, content):
    body = sheet(category, new_pictures=[picture(content, "发票.png")])
    answer = enter("operator").post(reverse(NEW), body)
    assert answer.status_code == 200
    assert "还没有保存" in answer.content.decode()
    assert Product.objects.count() == 0


def test_a_forged_picture_ticket_is_left_aside(enter, category):
    body = sheet(category, stored=["eyJ4IjoxfQ:forged"])
    assert enter("operator").post(reverse(NEW), body).status_code == 200
    assert Product.objects.count() == 0


def test_an_edit_changes_prices_but_not_stock(enter, carrot, audited):
    body = sheet(
        carrot.product.category, options="", title="胡萝卜",
        **{"sku-TOTAL_FORMS": 1, "sku-INITIAL_FORMS": 1, "sku-0-values": "", "sku-0-market_amount": "",
           "sku-0-stock": 9999, "sku-0-price_amount": "9.90", "sku-0-barcode": ""},
    )  # fmt: skip
    path = reverse("admin:catalog_product_change", args=[carrot.product_id])
    assert enter("operator").post(path, body).status_code == 302
    carrot.refresh_from_db()
    assert (carrot.price_amount, carrot.stock, carrot.product.title) == (990, 20, "胡萝卜")
    assert "catalog.update_product" in audited()


@pytest.mark.parametrize(
    ("reason", "quantity", "stock"), [("purchase", 5, 25), ("damage", -3, 17), ("count", 11, 11)]
)
def test_stock_changes_with_a_reason(enter, carrot, audited, reason, quantity, stock):
    path = reverse("admin:catalog_product_stock", args=[carrot.product_id])
    enter("operator").post(
        path, {"sku_id": carrot.pk, "reason": reason, "quantity": quantity, "note": "清晨"}
    )
    carrot.refresh_from_db()
    change = StockChange.objects.order_by("-id")[0]
    assert (carrot.stock, change.balance, change.reason, change.note) == (stock, stock, reason, "清晨")
    assert "catalog.change_stock" in audited()


def test_stock_never_goes_below_nothing(enter, carrot):
    path = reverse("admin:catalog_product_stock", args=[carrot.product_id])
    body = {"sku_id": carrot.pk, "reason": "damage", "quantity": -21}
    assert "库存只有 20" in enter("operator").post(path, body, follow=True).content.decode()
    carrot.refresh_from_db()
    assert carrot.stock == 20


def test_another_products_sku_is_not_found(enter, carrot, category):
    path = reverse("admin:catalog_product_stock", args=[carrot.product_id + 1])
    body = {"sku_id": carrot.pk, "reason": "purchase", "quantity": 1}
    assert enter("operator").post(path, body).status_code == 404
    carrot.refresh_from_db()
    assert carrot.stock == 20


def test_products_are_taken_off_sale_from_the_list(enter, carrot, audited):
    body = {"action": "stop_selling", "_selected_action": [carrot.product_id]}
    answer = enter("operator").post(reverse("admin:catalog_product_changelist"), body, follow=True)
    assert "已下架 1 件" in answer.content.decode()
    assert not Product.objects.get().on_sale
    assert "catalog.take_off_sale" in audited()


def test_a_category_gets_an_icon_and_is_refused_at_its_field(enter, category, png, audited):
    browser, path = enter("operator"), reverse("admin:catalog_category_add")
    body = {"name": "蔬菜", "position": 3, "visible": "on", "parent": ""}
    browser.post(path, {**body, "new_icon": picture(png)})
    assert Category.objects.get(name="蔬菜").icon.startswith("images/")
    assert "catalog.create_category" in audited()
    twice = browser.post(path, body)
    assert twice.status_code == 200
    assert "蔬菜" in twice.content.decode()
    broken = browser.post(path, {**body, "name": "水产", "new_icon": picture(b"no picture")})
    assert "只接受 JPEG、PNG、WebP 和 GIF 图片" in broken.content.decode()
    assert sorted(Category.objects.values_list("name", flat=True)) == sorted(["水果", "蔬菜"])


def test_a_category_in_use_is_not_deleted(enter, carrot):
    path = reverse("admin:catalog_category_delete", args=[carrot.product.category_id])
    answer = enter("operator").post(path, {"post": "yes"}, follow=True)
    assert answer.status_code == 200
    assert Category.objects.filter(pk=carrot.product.category_id).exists()


def test_the_home_page_gets_banners_in_the_order_asked_for(enter, png, audited):
    set_home(banners=[{"image": "images/aa/" + "a" * 64 + ".webp", "title": "一", "subtitle": "", "link": ""}],
             by=SYSTEM)  # fmt: skip
    body = {
        "notice": "明日达", "hot_words": "草莓，牛排", "banner-TOTAL_FORMS": 2, "banner-INITIAL_FORMS": 1,
        "banner-0-image": "images/aa/" + "a" * 64 + ".webp", "banner-0-title": "一", "banner-0-position": 2,
        "banner-1-upload": picture(png), "banner-1-title": "二", "banner-1-position": 1,
        "banner-1-link": "/pages/home/home",
    }  # fmt: skip
    path = reverse("admin:catalog_homesettings_change", args=[1])
    browser = enter("operator")
    assert "已保存并发布" in browser.post(path, body, follow=True).content.decode()
    home = HomeSettings.objects.get()
    assert [banner["title"] for banner in home.banners] == ["二", "一"]
    assert (home.notice, home.hot_words) == ("明日达", ["草莓", "牛排"])
    assert "catalog.set_home" in audited()
    wrong = {**body, "banner-1-upload": picture(png), "banner-1-link": "https://evil.example"}
    html = browser.post(path, wrong).content.decode()
    assert "链接要以 /pages 开头" in html
    assert "https://evil.example" in html
    assert HomeSettings.objects.get().banners == home.banners
