"""What the shop offers: coupons and their templates, prices for a time, thresholds, and what may combine."""

from fangcun.shop.offers.models.book import OfferBook
from fangcun.shop.offers.models.coupons import Coupon, CouponCode, CouponHolder, CouponTemplate, Giving
from fangcun.shop.offers.models.prices import (
    FlashBuyer,
    FlashLine,
    FlashSale,
    LimitedLine,
    LimitedSale,
    PriceSale,
)
from fangcun.shop.offers.models.thresholds import Threshold

__all__ = [
    "Coupon",
    "CouponCode",
    "CouponHolder",
    "CouponTemplate",
    "FlashBuyer",
    "FlashLine",
    "FlashSale",
    "Giving",
    "LimitedLine",
    "LimitedSale",
    "OfferBook",
    "PriceSale",
    "Threshold",
]
