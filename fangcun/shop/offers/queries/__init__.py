"""What is known of offers."""

from fangcun.shop.offers.queries.claimable import (
    Claimable,
    Claimant,
    claimable_templates,
    template_by_token,
    template_choices,
)
from fangcun.shop.offers.queries.held import counts_of, coupons_of, held_coupons
from fangcun.shop.offers.queries.prices import (
    FlashSaleNow,
    SkuPrice,
    flash_sales,
    one_of,
    pieces_for,
    sku_prices,
    thresholds_for,
)
from fangcun.shop.offers.queries.running import running

__all__ = [
    "Claimable",
    "Claimant",
    "FlashSaleNow",
    "SkuPrice",
    "claimable_templates",
    "counts_of",
    "coupons_of",
    "flash_sales",
    "held_coupons",
    "one_of",
    "pieces_for",
    "running",
    "sku_prices",
    "template_by_token",
    "template_choices",
    "thresholds_for",
]
