"""The rules of the catalog that can be broken."""

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError


class OutOfStock(DomainError):
    """details.lines names each line that can't be had: [{sku_id, wanted, stock}]."""

    code = "out_of_stock"
    message = _("手慢了，部分商品库存不足")


class ProductGone(DomainError):
    """details.lines names each line that is no longer sold: [{sku_id}]."""

    code = "product_gone"
    message = _("商品已下架")


class ProductNotShown(ProductGone):
    status = 404


class CategoryTooDeep(DomainError):
    code = "category_too_deep"
    message = _("分类最多两级")


class CategoryNameTaken(DomainError):
    code = "category_name_taken"
    message = _("同级分类里已经有「{name}」")


class CategoryInUse(DomainError):
    code = "category_in_use"
    message = _("分类下还有商品或子分类，不能删除")


class ProductInvalid(DomainError):
    """details.fields maps each wrong field to what is wrong with it."""

    code = "product_invalid"
    status = 400
    message = _("商品信息有误，请检查标出的内容")


class BarcodeTaken(DomainError):
    code = "barcode_taken"
    message = _("条码 {barcode} 已被其他规格使用")


class StockTooLow(DomainError):
    """details.stock is what there is."""

    code = "stock_too_low"
    message = _("库存只有 {stock}，不能减到负数")


class CursorMalformed(DomainError):
    """A page mark that this shop never gave out."""

    code = "malformed"
    status = 422
    message = _("翻页标记无效，请刷新后再试")
