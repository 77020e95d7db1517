"""A product in one card, as every list of the phone shows it."""

from __future__ import annotations

from typing import Any, TypedDict

from fangcun.gateways.storage import image_url

COVER_WIDTH = 360
CARD_FIELDS = (
    "id", "title", "subtitle", "cover", "price_amount", "market_amount", "sold", "tags", "sku_count", "only_sku_id",
)  # fmt: skip


class Card(TypedDict):
    """Amounts in fen. `sku_id` when there is exactly one SKU, so that it can go to the cart at once."""

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


def card(row: dict[str, Any]) -> Card:
    """The card of a row with CARD_FIELDS."""
    return {
        "id": row["id"],
        "title": row["title"],
        "subtitle": row["subtitle"],
        "cover": picture(row["cover"], COVER_WIDTH),
        "price_amount": row["price_amount"],
        "market_amount": row["market_amount"],
        "sales": row["sold"],
        "tags": row["tags"],
        "sku_count": row["sku_count"],
        "sku_id": row["only_sku_id"],
    }


def picture(path: str, width: int) -> str:
    """The address of a picture at the size it is shown; empty stays empty."""
    return image_url(path, width) if path else ""
