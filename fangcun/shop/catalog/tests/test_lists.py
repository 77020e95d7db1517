"""Lists and search: complete, in order, and deaf to forged cursors."""

from __future__ import annotations

import base64

import orjson
import pytest

from fangcun.shop.catalog.errors import CursorMalformed
from fangcun.shop.catalog.lists import page_of_products, search_products
from fangcun.shop.catalog.models import Product
from fangcun.shop.catalog.services import SkuSpec, create_category, update_category

pytestmark = pytest.mark.django_db


def titles(page) -> list[str]:
    return [card["title"] for card in page.items]


@pytest.fixture
def shelf(sell):
    """Nine products with ties in every column that lists are ordered by."""
    made = []
    for n in range(9):
        product = sell(f"商品{n}", rank=n % 2, skus=(SkuSpec((), 100 * (n % 3 + 1), stock=1),))
        Product.objects.filter(pk=product.pk).update(sold=n % 4)
        made.append(product)
    return made


@pytest.mark.parametrize(
    ("sort", "key"),
    [
        ("default", lambda p: (-p.rank, -p.pk)),
        ("sales", lambda p: (-p.sold, -p.pk)),
        ("price", lambda p: (p.price_amount, p.pk)),
        ("-price", lambda p: (-p.price_amount, -p.pk)),
        ("new", lambda p: -p.pk),
    ],
)
def test_pages_follow_each_other_without_gap_or_repeat(shelf, sort, key, fruit):
    expected = [p.pk for p in sorted(Product.objects.all(), key=key)]
    for category_id in (None, fruit.pk):
        seen, cursor = [], None
        while True:
            page = page_of_products(category_id=category_id, sort=sort, cursor=cursor, limit=2)
            seen += [card["id"] for card in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == expected


def test_a_list_is_one_statement_and_says_when_it_ends(shelf, django_assert_num_queries):
    page_of_products(limit=9)
    with django_assert_num_queries(1):
        page = page_of_products(limit=9)
    assert (len(page.items), page.next_cursor) == (9, None)
    assert page_of_products(limit=8).next_cursor is not None


def test_a_list_holds_only_its_category_and_what_is_on_sale(sell, fruit, berries, clerk):
    other = create_category(name="蔬菜", by=clerk)
    sell("草莓")
    sell("下架的", on_sale=False)
    sell("番茄", category_id=other.pk)
    assert titles(page_of_products(category_id=fruit.pk)) == ["草莓"]
    assert titles(page_of_products(category_id=berries.pk)) == ["草莓"]
    assert titles(page_of_products(category_id=other.pk)) == ["番茄"]
    assert titles(page_of_products(category_id=999_999)) == []


def forged(*content) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(list(content))).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "🍓",
        "!!!!",
        forged(),
        forged("default"),
        forged("sales", 1, 2),
        forged("default", 1),
        forged("default", "1", 2),
        forged("default", True, 2),
        forged("default", 1.5, 2),
        forged("default", 2**63, 2),
        forged("default", None, 2),
        base64.urlsafe_b64encode(b'{"a":1}').decode(),
    ],
)
def test_a_forged_cursor_is_refused(shelf, cursor):
    with pytest.raises(CursorMalformed):
        page_of_products(cursor=cursor)
    with pytest.raises(CursorMalformed):
        search_products("商品", cursor=cursor)


@pytest.fixture
def shop(sell):
    sell("丹东红颜草莓", subtitle="清晨采摘", keywords="九九 奶油草莓", tags=("当季",))
    sell("烟台红富士苹果", subtitle="脆甜", skus=(SkuSpec((), 800, barcode="6975208000012"),))
    sell("草莓奶油蛋糕", subtitle="下午茶")
    sell("苹果汁 NFC 100%", subtitle="不加糖", options=("规格",), skus=(SkuSpec(("礼盒装",), 900),))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("草莓", ["草莓奶油蛋糕", "丹东红颜草莓"]),
        ("奶油草莓", ["丹东红颜草莓"]),
        ("苹果", ["苹果汁 NFC 100%", "烟台红富士苹果"]),
        ("苹果 脆甜", ["烟台红富士苹果"]),
        ("nfc", ["苹果汁 NFC 100%"]),
        ("ＮＦＣ　１００％", ["苹果汁 NFC 100%"]),
        ("hongfushi", ["烟台红富士苹果"]),
        ("HFS", ["烟台红富士苹果"]),
        ("caomei dangao", ["草莓奶油蛋糕"]),
        ("6975208000012", ["烟台红富士苹果"]),
        ("礼盒装", ["苹果汁 NFC 100%"]),
        ("当季", ["丹东红颜草莓"]),
        ("100%", ["苹果汁 NFC 100%"]),
        ("苹%果", []),
        ("苹_果", []),
        ("_", []),
        ("\\", []),
        ("' OR 1=1 --", []),
        ("\x00", []),
        ("", []),
        ("   ", []),
        ("榴莲", []),
    ],
)
def test_search_finds_what_is_meant(shop, words, found):
    assert sorted(titles(search_products(words))) == sorted(found)


def test_whole_shelves_are_found_by_their_name(shop, fruit, clerk):
    assert len(search_products("水果").items) == 4
    update_category(fruit.pk, name="鲜果", by=clerk)
    assert len(search_products("鲜果").items) == 4
    assert search_products("水果").items == []


def test_titles_come_first_then_sales(shop):
    Product.objects.filter(title="丹东红颜草莓").update(sold=5)
    Product.objects.filter(title="烟台红富士苹果").update(sold=99, search_text="草莓")
    assert titles(search_products("草莓")) == ["丹东红颜草莓", "草莓奶油蛋糕", "烟台红富士苹果"]


def test_when_nothing_has_all_words_the_nearest_come(shop, django_assert_num_queries):
    with django_assert_num_queries(2):
        page = search_products("红颜草莓礼盒")
    # 红颜 颜草 草莓 礼盒: three, one and one of four pairs; the newer first among equals
    assert titles(page) == ["丹东红颜草莓", "苹果汁 NFC 100%", "草莓奶油蛋糕"]
    with django_assert_num_queries(1):
        search_products("草莓")


def test_search_results_page_without_gap_or_repeat(shop, sell):
    for n in range(5):
        sell(f"草莓{n}")
    for words, count in (("草莓", 7), ("草莓味的礼盒", 8)):
        whole = titles(search_products(words, limit=50))
        seen, cursor = [], None
        while True:
            page = search_products(words, cursor=cursor, limit=3)
            seen += titles(page)
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == whole
        assert len(seen) == count


def test_very_long_words_are_cut_and_do_no_harm(shop):
    assert search_products("草" * 100_000).items == []
    assert len(search_products(" ".join("草莓" for _ in range(1000))).items) == 2
