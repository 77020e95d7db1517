"""The shop as a phone sees it over HTTP."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from pydantic import TypeAdapter

from fangcun.doors.storefront.catalog import CardPageOut, CategoriesOut, HomeOut, HotOut, ProductOut, StockOut
from fangcun.identity.programs.services import register_program
from fangcun.kernel.actors import SYSTEM
from fangcun.shop.catalog.models import Product
from fangcun.shop.catalog.services import (
    PictureSpec,
    ProductSpec,
    SkuSpec,
    create_category,
    create_product,
    set_home,
    take_off_sale,
    take_stock,
)

pytestmark = pytest.mark.django_db
APPID = "wx0123456789abcdef"


@pytest.fixture
def product() -> Product:
    fruit = create_category(name="水果", by=SYSTEM)
    berries = create_category(name="浆果", parent_id=fruit.pk, by=SYSTEM)
    spec = ProductSpec(
        category_id=berries.pk,
        title="红颜草莓",
        subtitle="清晨采",
        options=("规格",),
        detail_html="<p>甜</p>",
        tags=("当季",),
        services=("坏果包赔",),
        pictures=(PictureSpec("images/a.webp", 800, 600),),
        detail_pictures=(PictureSpec("images/b.webp", 800, 900),),
        skus=(
            SkuSpec(("300g",), 2990, 3690, 300, "6901234567892", stock=5),
            SkuSpec(("600g",), 5680, None, 600, picture="images/c.webp", stock=0),
        ),
    )
    set_home(
        banners=[
            {"image": "images/d.webp", "title": "清晨采", "subtitle": "", "link": "/pages/category/category"}
        ],
        hot_words=["草莓"],
        by=SYSTEM,
    )
    return create_product(spec, by=SYSTEM, on_sale=True)


@pytest.fixture
def get(client):
    """GET as a phone of a registered mini program."""
    register_program(appid=APPID, name="青禾鲜", app_secret="s" * 32, by=SYSTEM)

    def get(path: str, **headers: str):
        return client.get(f"/api/v1{path}", headers={"X-Program": APPID, **headers})

    get("/search/hot")  # the mini program is remembered from now on
    return get


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("/home", HomeOut),
        ("/categories", CategoriesOut),
        ("/products", CardPageOut),
        ("/products/{id}", ProductOut),
        ("/products/{id}/stock", StockOut),
        ("/search?q=caomei", CardPageOut),
        ("/search/hot", HotOut),
    ],
)
def test_every_answer_is_what_the_document_says_in_one_statement(
    product, get, path, schema, django_assert_num_queries
):
    with django_assert_num_queries(1):
        answer = get(path.format(id=product.pk))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json; charset=utf-8"
    body = answer.json()
    assert TypeAdapter(schema).validate_json(answer.content, strict=True).model_dump() == body
    assert b"\\u" not in answer.content


def test_the_detail_page_has_everything_but_stock(product, get):
    page = get(f"/products/{product.pk}").json()
    small, large = page["skus"]
    assert (page["title"], page["price_amount"], page["market_amount"], page["sales"]) == (
        "红颜草莓",
        2990,
        3690,
        0,
    )
    assert page["options"] == [{"name": "规格", "values": ["300g", "600g"]}]
    assert page["pictures"][0] == {
        "src": "http://testserver/media/images/a_960.webp",
        "width": 800,
        "height": 600,
    }
    assert page["detail_pictures"] == ["http://testserver/media/images/b_960.webp"]
    assert (small["barcode"], small["picture"], small["market_amount"]) == ("6901234567892", None, 3690)
    assert large["picture"] == "http://testserver/media/images/c_240.webp"
    assert "stock" not in small


def test_an_unchanged_page_is_not_sent_twice(product, get):
    for path in ("/home", "/categories", f"/products/{product.pk}"):
        first = get(path)
        assert "max-age=60" in first["Cache-Control"]
        for known in (first["ETag"], f"W/{first['ETag']}", f'"other", {first["ETag"]}', "*"):
            again = get(path, **{"If-None-Match": known})
            assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
            assert again["Cache-Control"] == first["Cache-Control"]
        assert get(path, **{"If-None-Match": '"other"'}).content == first.content


def test_stock_is_live(product, get):
    small = product.skus.get(title="300g")
    take_stock([(small.pk, 2)], reference="N1", by=SYSTEM)
    answer = get(f"/products/{product.pk}/stock")
    assert answer["Cache-Control"] == "no-store"
    assert answer.json() == {
        "on_sale": True,
        "skus": [
            {"id": small.pk, "price_amount": 2990, "stock": 3},
            {"id": small.pk + 1, "price_amount": 5680, "stock": 0},
        ],
    }


def test_what_is_off_sale_or_never_was_is_gone(product, get):
    take_off_sale(product.pk, by=SYSTEM)
    for number in (product.pk, 999_999, 0, -1, 2**80):
        answer = get(f"/products/{number}")
        assert (answer.status_code, answer.json()["code"]) == (404, "product_gone")
        assert get(f"/products/{number}/stock").json() == {"on_sale": False, "skus": []}
    assert get("/products").json() == {"items": [], "next_cursor": None}


@pytest.mark.parametrize(
    "path",
    [
        "/products?cursor=zzz",
        "/products?cursor=" + "a" * 500,
        "/products?limit=0",
        "/products?limit=51",
        "/products?sort=title",
        "/products?category=x",
        "/products?category=99999999999999999999",
        "/products/x",
        "/search?q=" + "a" * 201,
        "/search?q=a&cursor=WyJzb21lIl0",
    ],
)
def test_a_malformed_question_is_answered_with_its_field(product, get, path):
    answer = get(path)
    assert answer.status_code == 422
    assert answer.json()["code"] == "malformed"
    assert answer.json()["details"]["fields"][0]["loc"][0] in ("query", "path")


@pytest.mark.parametrize(
    "words",
    ["%00", "%", "%25", "_", "%F0%9F%8D%93", "%ED%A0%80", "%27%3B--", "%E2%80%AE", "%FF", "\\", "+++"],
)
def test_hostile_words_find_nothing_and_break_nothing(product, get, words):
    answer = get(f"/search?q={words}")
    assert (answer.status_code, answer.json()) == (200, {"items": [], "next_cursor": None})


def test_an_unknown_mini_program_is_told_so(product, client):
    cache.clear()
    for path in ("/home", "/categories", "/products", f"/products/{product.pk}", "/search", "/search/hot"):
        answer = client.get(f"/api/v1{path}", headers={"X-Program": "wxffffffffffffffff"})
        assert (answer.status_code, answer.json()["code"]) == (400, "program_unknown")
