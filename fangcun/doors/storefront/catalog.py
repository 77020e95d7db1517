"""What a phone sees of the shop: home, shelves, products, search. Anybody may look, logged in or not."""

from __future__ import annotations

from typing import Annotated, Any, cast

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from ninja import Router, Schema
from pydantic import Field

from fangcun.doors.storefront.auth import program_of
from fangcun.doors.storefront.schemas import errors
from fangcun.shop.catalog.errors import ProductNotShown
from fangcun.shop.catalog.lists import MOST_PER_PAGE, CardPage, Sort, page_of_products, search_products
from fangcun.shop.catalog.queries import hot_words, live_stock, snapshot
from fangcun.shop.catalog.snapshots import CATEGORIES, HOME, product_key, window_page

router = Router(tags=["catalog"])

RowId = Annotated[int, Field(ge=1, lt=2**63)]
Limit = Annotated[int, Field(ge=1, le=MOST_PER_PAGE)]
Words = Annotated[str, Field(max_length=200)]
Cursor = Annotated[str | None, Field(max_length=200)]
# A minute everywhere, then the old page for ten more while the new one is fetched; prices are checked live.
PUBLIC = "public, max-age=60, stale-while-revalidate=600"


class CardOut(Schema):
    id: int
    title: str
    subtitle: str
    cover: str
    price_amount: int
    market_amount: int | None
    sales: int
    tags: list[str]
    sku_count: int
    sku_id: int | None


class CardPageOut(Schema):
    items: list[CardOut]
    next_cursor: str | None


class ShelfOut(Schema):
    id: int
    name: str
    icon: str


class TopShelfOut(ShelfOut):
    children: list[ShelfOut]


class CategoriesOut(Schema):
    items: list[TopShelfOut]


class BannerOut(Schema):
    image: str
    title: str
    subtitle: str
    link: str


class SectionOut(Schema):
    id: str
    title: str
    subtitle: str
    products: list[CardOut]


class HomeOut(Schema):
    banners: list[BannerOut]
    categories: list[ShelfOut]
    sections: list[SectionOut]
    notice: str | None


class PictureOut(Schema):
    src: str
    width: int
    height: int


class OptionOut(Schema):
    name: str
    values: list[str]


class SkuOut(Schema):
    id: int
    values: list[str]
    title: str
    price_amount: int
    market_amount: int | None
    picture: str | None
    weight_g: int
    barcode: str


class ProductOut(Schema):
    id: int
    title: str
    subtitle: str
    category_id: int
    cover: str
    pictures: list[PictureOut]
    detail_html: str
    detail_pictures: list[str]
    options: list[OptionOut]
    skus: list[SkuOut]
    price_amount: int
    market_amount: int | None
    sales: int
    tags: list[str]
    services: list[str]
    on_sale: bool


class SkuStockOut(Schema):
    id: int
    price_amount: int
    stock: int


class StockOut(Schema):
    on_sale: bool
    skus: list[SkuStockOut]


class HotOut(Schema):
    items: list[str]


@router.get("/home", response={200: HomeOut, 304: None, **errors(400)})
def get_home(request: HttpRequest) -> HttpResponse:
    """The home page as it was published; send If-None-Match to get 304 when it is still the same."""
    program_of(request)
    return _published(request, window_page(HOME))


@router.get("/categories", response={200: CategoriesOut, 304: None, **errors(400)})
def get_categories(request: HttpRequest) -> HttpResponse:
    """All shelves, second level under first, as they were published."""
    program_of(request)
    return _published(request, window_page(CATEGORIES))


@router.get("/products", response={200: CardPageOut, **errors(400, 422)})
def list_products(
    request: HttpRequest,
    category: RowId | None = None,
    sort: Sort = "default",
    cursor: Cursor = None,
    limit: Limit = 20,
) -> HttpResponse:
    """Products on sale, of a category of either level or of all; go on with the cursor of the last answer."""
    program_of(request)
    return _page(page_of_products(category_id=category, sort=sort, cursor=cursor, limit=limit))


@router.get("/products/{product_id}", response={200: ProductOut, 304: None, **errors(400, 404, 422)})
def get_product(request: HttpRequest, product_id: int) -> HttpResponse:
    """The detail page as it was published, without stock; 404 product_gone when it is not on sale."""
    program_of(request)
    found = snapshot(product_key(product_id))
    if found is None:
        raise ProductNotShown
    return _published(request, found)


@router.get("/products/{product_id}/stock", response={200: StockOut, **errors(400, 422)})
def get_stock(request: HttpRequest, product_id: int) -> HttpResponse:
    """Price and stock of each SKU at this moment."""
    program_of(request)
    return _json(live_stock(product_id), "no-store")


@router.get("/search", response={200: CardPageOut, **errors(400, 422)})
def search(
    request: HttpRequest,
    q: Words = "",
    cursor: Cursor = None,
    limit: Limit = 20,
) -> HttpResponse:
    """Products by words, pinyin or initials; several words must all be found."""
    program_of(request)
    return _page(search_products(q, cursor=cursor, limit=limit))


@router.get("/search/hot", response={200: HotOut, **errors(400)})
def get_hot_words(request: HttpRequest) -> HttpResponse:
    """Words that are worth searching for."""
    program_of(request)
    return _json({"items": hot_words()}, PUBLIC)


def _published(request: HttpRequest, found: tuple[bytes, str]) -> HttpResponse:
    body, etag = found
    response = HttpResponse(body, content_type="application/json; charset=utf-8")
    response["ETag"] = etag
    response["Cache-Control"] = PUBLIC
    return cast(HttpResponse, get_conditional_response(request, etag=etag, response=response))


def _page(page: CardPage) -> HttpResponse:
    return _json({"items": page.items, "next_cursor": page.next_cursor}, "public, max-age=30")


def _json(body: dict[str, Any], cache: str) -> HttpResponse:
    response = HttpResponse(orjson.dumps(body), content_type="application/json; charset=utf-8")
    response["Cache-Control"] = cache
    return response
