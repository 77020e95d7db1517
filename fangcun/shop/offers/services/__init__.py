"""The verbs of offers."""

from fangcun.shop.offers.services.claiming import claim_coupon, give_coupon, redeem_code
from fangcun.shop.offers.services.flash import return_flash, take_flash
from fangcun.shop.offers.services.giving import give_batch, start_giving
from fangcun.shop.offers.services.keeping import (
    expire_coupons,
    reassign_offers,
    remind_of_coupons,
    withdraw_coupon,
)
from fangcun.shop.offers.services.prices import FlashSpec, LimitedSpec, save_flash_sale, save_limited_sale
from fangcun.shop.offers.services.templates import MOST_CODES, make_codes, save_template
from fangcun.shop.offers.services.thresholds import save_stacking, save_threshold
from fangcun.shop.offers.services.using import return_coupon, use_coupon

__all__ = [
    "MOST_CODES",
    "FlashSpec",
    "LimitedSpec",
    "claim_coupon",
    "expire_coupons",
    "give_batch",
    "give_coupon",
    "make_codes",
    "reassign_offers",
    "redeem_code",
    "remind_of_coupons",
    "return_coupon",
    "return_flash",
    "save_flash_sale",
    "save_limited_sale",
    "save_stacking",
    "save_template",
    "save_threshold",
    "start_giving",
    "take_flash",
    "use_coupon",
    "withdraw_coupon",
]
