"""What the sample enterprise does to grow: group-buys, offers, points, channels, ready to be tried on the phone."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from fangcun.doors.cli.sample.loyalty import load_loyalty
from fangcun.doors.cli.sample.offers import load_coupons, load_prices
from fangcun.grow.groupbuy.models import Campaign
from fangcun.grow.groupbuy.services import CampaignSkuSpec, CampaignSpec, create_campaign, start_campaign
from fangcun.kernel.actors import SYSTEM
from fangcun.shop.catalog.models import Product

# Group size, hours to fill, and what a piece costs in a group compared with alone (per mille).
GROUPS = ((3, 24, 800), (2, 24, 850), (5, 48, 700))


def load_growth(*, full: bool = False) -> None:
    """Group-buys for a month, coupons to claim, tiers, an activity; with `full` lower prices and thresholds too."""
    load_coupons()
    load_groups()
    load_loyalty()
    if full:
        grouped = Campaign.objects.values("product_id")
        load_prices(
            list(Product.objects.filter(on_sale=True).exclude(pk__in=grouped).order_by("-rank", "pk")[:12])
        )


def load_groups() -> None:
    """Group-buys that run for a month; nothing when there are campaigns already."""
    if Campaign.objects.exists():
        return
    now = timezone.now()
    products = Product.objects.filter(on_sale=True).order_by("-rank", "pk")
    for product, (size, hours, permille) in zip(products, GROUPS, strict=False):
        skus = product.skus.filter(active=True)
        campaign = create_campaign(
            CampaignSpec(
                title=f"{product.title} {size} 人团",
                product_id=product.pk,
                size=size,
                hours=hours,
                starts_at=now,
                ends_at=now + dt.timedelta(days=30),
                skus=[CampaignSkuSpec(sku.pk, sku.price_amount * permille // 1000) for sku in skus],
            ),
            by=SYSTEM,
        )
        start_campaign(campaign.pk, by=SYSTEM)
