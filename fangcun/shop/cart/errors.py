from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError, NotFound


class CartFull(DomainError):
    code = "cart_full"
    message = _("购物车最多放 {limit} 种商品，请先清理一下")


class QuantityInvalid(DomainError):
    code = "quantity_invalid"
    status = 400
    message = _("数量应在 1 到 {most} 之间")


class NotInCart(NotFound):
    code = "not_in_cart"
    message = _("购物车里没有这件商品")


class ShortOfStock(DomainError):
    code = "out_of_stock"
    message = _("库存不足，最多可买 {stock} 件")


class SkuGone(DomainError):
    code = "product_gone"
    message = _("这件商品已下架")
