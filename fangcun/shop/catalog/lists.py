"""Lists of products: by shelf in a chosen order, and by words. A page is marked by its last row."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from functools import lru_cache, reduce
from operator import add
from typing import Any, Literal, NamedTuple

import orjson
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from fangcun.shop.catalog.cards import CARD_FIELDS, Card, card
from fangcun.shop.catalog.compiled import Compiled
from fangcun.shop.catalog.errors import CursorMalformed
from fangcun.shop.catalog.models import Product
from fangcun.shop.catalog.text import grams, normalise

Sort = Literal["default", "sales", "price", "-price", "new"]
_ORDERS: dict[Sort, str] = {
    "default": "-rank",
    "sales": "-sold",
    "price": "price_amount",
    "-price": "-price_amount",
    "new": "-id",
}
MOST_PER_PAGE = 50
LONGEST_QUERY = 64
MOST_TERMS = 8
MOST_GRAMS = 16


class CardPage(NamedTuple):
    """Some cards and the mark of the next page; None when there is none."""

    items: list[Card]
    next_cursor: str | None


def page_of_products(
    *, category_id: int | None = None, sort: Sort = "default", cursor: str | None = None, limit: int = 20
) -> CardPage:
    """Products on sale, of a category of either level or of all. One statement. Raises CursorMalformed."""
    limit = min(max(limit, 1), MOST_PER_PAGE)
    after = _opened(cursor, sort, 2) if cursor else []
    shelf = [] if category_id is None else [category_id]
    rows = _listing(sort, bool(shelf), bool(after), limit)(*shelf, *after)
    return _page(rows, limit, sort, lambda row: [row[_ORDERS[sort].lstrip("-")], row["id"]])


def search_products(words: str, *, cursor: str | None = None, limit: int = 20) -> CardPage:
    """Products on sale that have all the words, in Chinese, pinyin or initials; those with them in the title first.

    When nothing has them all, what shares the most pairs of characters. One or two statements; nothing for
    empty words. Raises CursorMalformed.
    """
    limit = min(max(limit, 1), MOST_PER_PAGE)
    terms = normalise(words[:LONGEST_QUERY]).split()[:MOST_TERMS]
    if not terms:
        return CardPage([], None)
    kind, after = _search_mark(cursor)
    if kind == "all":
        rows = _ranked(_having_all(terms), after, limit)
        if rows or after:
            return _page(rows, limit, "all", _search_place)
    pieces = [piece for term in terms for piece in grams(term)][:MOST_GRAMS]
    if not pieces:
        return CardPage([], None)
    return _page(_ranked(_having_some(pieces), after, limit), limit, "some", _search_place)


@lru_cache(maxsize=512)
def _listing(sort: Sort, in_category: bool, resumed: bool, limit: int) -> Compiled:
    order = _ORDERS[sort]
    column = order.lstrip("-")
    side = "lt" if order.startswith("-") else "gt"

    def build(*marks: int) -> QuerySet[Product, dict[str, Any]]:
        products = Product.objects.filter(on_sale=True)
        if in_category:
            products = products.filter(Q(category_id=marks[0]) | Q(top_category_id=marks[0]))
        if resumed:
            key, row_id = marks[-2:]
            products = products.filter(
                Q(**{f"{column}__{side}e": key}),
                Q(**{f"{column}__{side}": key}) | Q(**{f"id__{side}": row_id}),
            )
        listed: QuerySet[Product, dict[str, Any]] = products.order_by(
            order, "-id" if side == "lt" else "id"
        ).values(*CARD_FIELDS, "rank")[: limit + 1]
        return listed

    return Compiled(build, arguments=in_category + 2 * resumed)


def _having_all(terms: list[str]) -> QuerySet[Product]:
    everywhere, in_title = Q(), Q()
    for term in terms:
        everywhere &= Q(search_text__contains=term)
        in_title &= Q(search_title__contains=term)
    return Product.objects.filter(everywhere, on_sale=True).annotate(hits=_one_if(in_title))


def _having_some(pieces: list[str]) -> QuerySet[Product]:
    hits = reduce(add, [_one_if(Q(search_text__contains=piece)) for piece in pieces])
    return Product.objects.filter(on_sale=True).annotate(hits=hits).filter(hits__gt=0)


def _one_if(condition: Q) -> Case:
    return Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())


def _ranked(found: QuerySet[Any], after: list[int], limit: int) -> list[dict[str, Any]]:
    if after:
        hits, sold, row_id = after
        found = found.filter(
            Q(hits__lt=hits) | Q(hits=hits, sold__lt=sold) | Q(hits=hits, sold=sold, id__lt=row_id)
        )
    return list(found.order_by("-hits", "-sold", "-id").values(*CARD_FIELDS, "hits")[: limit + 1])


def _search_place(row: dict[str, Any]) -> list[int]:
    return [row["hits"], row["sold"], row["id"]]


def _search_mark(cursor: str | None) -> tuple[str, list[int]]:
    if not cursor:
        return "all", []
    for kind in ("all", "some"):
        try:
            return kind, _opened(cursor, kind, 3)
        except CursorMalformed:
            continue
    raise CursorMalformed(fields=[{"loc": ["query", "cursor"], "msg": "unknown cursor"}])


def _page(
    rows: list[dict[str, Any]], limit: int, kind: str, place: Callable[[dict[str, Any]], list[int]]
) -> CardPage:
    more = len(rows) > limit
    rows = rows[:limit]
    mark = (
        base64.urlsafe_b64encode(orjson.dumps([kind, *place(rows[-1])])).decode().rstrip("=")
        if more
        else None
    )
    return CardPage([card(row) for row in rows], mark)


def _opened(cursor: str, kind: str, length: int) -> list[int]:
    """The numbers in a mark that we gave out for this kind of list."""
    try:
        found = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        found = None
    match found:
        case [str(name), *places] if name == kind and len(places) == length:
            if all(type(place) is int and abs(place) < 2**62 for place in places):
                return places
    raise CursorMalformed(fields=[{"loc": ["query", "cursor"], "msg": "unknown cursor"}])
