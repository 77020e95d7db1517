"""What the sample enterprise offers: coupons to claim, a flash sale, limited-time prices, a threshold."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from fangcun.kernel.actors import SYSTEM
from fangcun.shop.catalog.models import Product, Sku
from fangcun.shop.offers.models import CouponTemplate, FlashSale, LimitedSale, Threshold
from fangcun.shop.offers.rules import CouponKind, ThresholdKind
from fangcun.shop.offers.services.prices import FlashSpec, LimitedSpec, save_flash_sale, save_limited_sale
from fangcun.shop.offers.services.templates import save_template
from fangcun.shop.offers.services.thresholds import save_threshold

# Amounts in fen. The first is for who never bought, the last costs nothing but the asking.
COUPONS: tuple[dict[str, object], ...] = (
    {
        "title": "新客见面礼",
        "kind": CouponKind.AMOUNT,
        "value_amount": 500,
        "threshold_amount": 1500,
        "valid_days": 7,
        "audience": CouponTemplate.Audience.NEWCOMERS,
    },
    {
        "title": "满 59 减 8",
        "kind": CouponKind.AMOUNT,
        "value_amount": 800,
        "threshold_amount": 5900,
        "valid_days": 15,
        "total": 2000,
        "per_member": 2,
    },
    {
        "title": "会员日 9 折券",
        "kind": CouponKind.PERCENT,
        "permille": 900,
        "cap_amount": 1500,
        "threshold_amount": 3000,
        "valid_days": 15,
        "total": 500,
    },
    {"title": "免运费券", "kind": CouponKind.FREIGHT, "cap_amount": 800, "valid_days": 30},
)
# Of what a piece costs otherwise (per mille), pieces, and how many of them a member.
FLASH = ((600, 60, 2), (650, 40, 2), (700, 80, 3), (750, 100, None))
LIMITED = (880, 900)


def load_coupons() -> None:
    """Coupons that anybody may claim; nothing when there are templates already."""
    if not CouponTemplate.objects.exists():
        for facts in COUPONS:
            save_template(CouponTemplate(way=CouponTemplate.Way.PUBLIC, **facts), by=SYSTEM)


def load_prices(products: list[Product]) -> None:
    """A flash sale that runs, one that is to come, limited-time prices and a threshold; each only if there is none."""
    now = timezone.now()
    skus = [sku for product in products if (sku := _first(product)) is not None]
    if not FlashSale.objects.exists():
        for title, starts, wanted in (
            ("今日秒杀", now, skus[: len(FLASH)]),
            ("下一场秒杀", now + dt.timedelta(days=2), skus[len(FLASH) : 2 * len(FLASH)]),
        ):
            lines = [
                FlashSpec(sku.pk, sku.price_amount * permille // 1000, stock, most)
                for sku, (permille, stock, most) in zip(wanted, FLASH, strict=False)
            ]
            if lines:
                sale = FlashSale(title=title, starts_at=starts, ends_at=starts + dt.timedelta(days=2))
                save_flash_sale(sale, lines=lines, by=SYSTEM)
    if not LimitedSale.objects.exists():
        prices = [
            LimitedSpec(sku.pk, sku.price_amount * permille // 1000)
            for sku, permille in zip(skus[2 * len(FLASH) :], LIMITED, strict=False)
        ]
        if prices:
            limited = LimitedSale(title="本周特价", starts_at=now, ends_at=now + dt.timedelta(days=7))
            save_limited_sale(limited, lines=prices, by=SYSTEM)
    if not Threshold.objects.exists():
        steps = [{"need": 9900, "give": 1000, "sku_id": 0}, {"need": 19900, "give": 2500, "sku_id": 0}]
        save_threshold(
            Threshold(title="全场满减", kind=ThresholdKind.SPEND_SAVE, steps=steps, starts_at=now), by=SYSTEM
        )


def _first(product: Product) -> Sku | None:
    return product.skus.filter(active=True).order_by("pk").first()
