"""The verbs of the catalog: the only writers of its tables."""

from fangcun.shop.catalog.services.categories import (
    create_category,
    delete_category,
    move_category,
    update_category,
)
from fangcun.shop.catalog.services.home import Banner, set_home
from fangcun.shop.catalog.services.products import (
    create_product,
    put_on_sale,
    set_prices,
    take_off_sale,
    update_product,
)
from fangcun.shop.catalog.services.stock import TakenSku, change_stock, lock_stock, return_stock, take_stock
from fangcun.shop.catalog.snapshots import republish_all
from fangcun.shop.catalog.specs import PictureSpec, ProductSpec, SkuSpec, spec_of

__all__ = [
    "Banner",
    "PictureSpec",
    "ProductSpec",
    "SkuSpec",
    "TakenSku",
    "change_stock",
    "create_category",
    "create_product",
    "delete_category",
    "lock_stock",
    "move_category",
    "put_on_sale",
    "republish_all",
    "return_stock",
    "set_home",
    "set_prices",
    "spec_of",
    "take_off_sale",
    "take_stock",
    "update_category",
    "update_product",
]
