"""Offers as an operator saves them, with what a test doesn't care about filled in."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from fangcun.kernel.actors import SYSTEM
from fangcun.shop.offers.models import Coupon, CouponTemplate, FlashLine, FlashSale, LimitedSale, Threshold
from fangcun.shop.offers.rules import CouponKind, ThresholdKind
from fangcun.shop.offers.services import (
    FlashSpec,
    LimitedSpec,
    give_coupon,
    save_flash_sale,
    save_limited_sale,
    save_template,
    save_threshold,
)

HOUR = dt.timedelta(hours=1)


def template_of(**changes: Any) -> CouponTemplate:
    """Ten yuan off, for everybody, thirty days."""
    values = {"title": "立减十元", "kind": CouponKind.AMOUNT, "value_amount": 1000, "valid_days": 30}
    return save_template(CouponTemplate(**{**values, **changes}), by=SYSTEM)


def coupon_of(member_id: int, *, key: str = "k", **changes: Any) -> Coupon:
    """A coupon of a template of its own."""
    coupon = give_coupon(template_id=template_of(**changes).pk, member_id=member_id, by=SYSTEM, key=key)
    assert coupon is not None
    return coupon


def flash_of(sku_id: int, *, price: int = 500, stock: int = 3, per_member: int | None = None) -> FlashLine:
    """A flash sale that runs."""
    now = timezone.now()
    sale = FlashSale(title="早市秒杀", starts_at=now - HOUR, ends_at=now + HOUR)
    save_flash_sale(sale, lines=[FlashSpec(sku_id, price, stock, per_member)], by=SYSTEM)
    return sale.lines.get()


def limited_of(sku_id: int, *, price: int = 900) -> LimitedSale:
    """A limited-time price that counts."""
    now = timezone.now()
    sale = LimitedSale(title="周末价", starts_at=now - HOUR, ends_at=now + HOUR)
    return save_limited_sale(sale, lines=[LimitedSpec(sku_id, price)], by=SYSTEM)


def threshold_of(*steps: tuple[int, int], kind: str = ThresholdKind.SPEND_SAVE, **changes: Any) -> Threshold:
    """Spend so much, save so much."""
    gift = changes.pop("sku_id", 0)
    values = {
        "title": "满减",
        "kind": kind,
        "steps": [{"need": n, "give": g, "sku_id": gift} for n, g in steps],
    }
    return save_threshold(Threshold(**{**values, **changes}), by=SYSTEM)
