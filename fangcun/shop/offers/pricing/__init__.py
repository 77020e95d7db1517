"""What a sale costs: pure functions of its lines, the running offers, the member's coupons and terms."""

from fangcun.shop.offers.pricing.allocation import allocate
from fangcun.shop.offers.pricing.prices import flash_wanted
from fangcun.shop.offers.pricing.reckoning import priced

__all__ = ["allocate", "flash_wanted", "priced"]
