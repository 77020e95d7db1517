"""What lies on the shelves of the journeys: goods of its own for each journey that counts stock. Amounts in fen."""

from __future__ import annotations

from typing import Any

GOODS: list[dict[str, Any]] = [
    {"key": "apple", "title": "烟台红富士苹果", "price_amount": 890, "stock": 180, "picture": "fuji-apple-1",
     "values": ["500g", "2.5kg"]},
    {"key": "pear", "title": "赵县皇冠雪花梨", "price_amount": 1580, "stock": 20, "picture": "crown-pear-1"},
    {"key": "berry", "title": "云南蓝莓", "price_amount": 1990, "stock": 20, "picture": "blueberry-1"},
    {"key": "lemon", "title": "安岳黄柠檬", "price_amount": 990, "stock": 20, "picture": "anyue-lemon-1"},
    {"key": "last", "title": "最后一只波龙", "price_amount": 12800, "stock": 1, "picture": "boston-lobster-1"},
    {"key": "honey", "title": "洋槐蜂蜜", "price_amount": 4500, "stock": 20, "picture": "acacia-honey-1"},
    {"key": "rice", "title": "三色糙米", "price_amount": 2590, "stock": 20, "picture": "brown-rice-1"},
    {"key": "broccoli", "title": "有机西兰花", "price_amount": 690, "stock": 20, "picture": "broccoli-1"},
    {"key": "chestnut", "title": "迁西板栗", "price_amount": 3000, "stock": 20, "picture": "chestnut-1"},
]  # fmt: skip
