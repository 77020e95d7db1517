"""What the shop sells: categories, products, SKUs, the stock ledger, and the published pages of the phone."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.kernel.models import ActorFields


class Category(models.Model):
    """A shelf of the shop. First-level categories have no parent; second-level ones stand under a first-level one."""

    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级分类")
    )
    name = models.CharField(_("名称"), max_length=20)
    icon = models.CharField(_("图标"), max_length=200, blank=True, default="")
    position = models.IntegerField(_("排序"), default=0, help_text=_("数字小的排在前面"))
    visible = models.BooleanField(_("显示"), default=True)

    class Meta:
        verbose_name = _("商品分类")
        verbose_name_plural = _("商品分类")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["parent", "name"], name="category_name_under_parent"),
            models.UniqueConstraint(
                fields=["name"], condition=Q(parent=None), name="category_name_first_level"
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="category_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """What a customer looks at. Price, SKU count and sales are copied from the SKUs, so that lists need no join."""

    category = models.ForeignKey(Category, models.PROTECT, related_name="products", verbose_name=_("分类"))
    # the first-level category over it, or the same: lists of either level filter one table
    top_category = models.ForeignKey(
        Category, models.PROTECT, related_name="+", editable=False, verbose_name=_("一级分类")
    )
    title = models.CharField(_("标题"), max_length=60)
    subtitle = models.CharField(_("副标题"), max_length=80, blank=True, default="")
    keywords = models.CharField(_("搜索关键词"), max_length=200, blank=True, default="")
    detail_html = models.TextField(_("图文详情"), blank=True, default="")
    options = models.JSONField(_("规格项"), default=list, blank=True)
    tags = models.JSONField(_("标签"), default=list, blank=True)
    services = models.JSONField(_("服务承诺"), default=list, blank=True)
    rank = models.IntegerField(_("推荐权重"), default=0, help_text=_("数字大的排在前面"))
    on_sale = models.BooleanField(_("在售"), default=False)
    cover = models.CharField(_("主图"), max_length=200, blank=True, default="", editable=False)
    price_amount = models.BigIntegerField(_("起售价（分）"), default=0, editable=False)
    market_amount = models.BigIntegerField(_("划线价（分）"), null=True, editable=False)
    sku_count = models.IntegerField(_("规格数"), default=0, editable=False)
    only_sku_id = models.BigIntegerField(null=True, editable=False)
    sold = models.BigIntegerField(_("销量"), default=0, editable=False)
    search_title = models.TextField(default="", editable=False)
    search_text = models.TextField(default="", editable=False)
    created_at = models.DateTimeField(_("创建于"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("更新于"), auto_now=True)

    class Meta:
        verbose_name = _("商品")
        verbose_name_plural = _("商品")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["-rank", "-id"], condition=Q(on_sale=True), name="product_by_rank"),
            models.Index(fields=["-sold", "-id"], condition=Q(on_sale=True), name="product_by_sold"),
            models.Index(fields=["price_amount", "id"], condition=Q(on_sale=True), name="product_by_price"),
        ]

    def __str__(self) -> str:
        return self.title


class ProductPicture(models.Model):
    """A picture of a product: in the gallery at the top, or below the words of the detail."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="pictures", verbose_name=_("商品"))
    path = models.CharField(_("图片"), max_length=200)
    width = models.PositiveIntegerField(_("宽"))
    height = models.PositiveIntegerField(_("高"))
    in_detail = models.BooleanField(_("用于详情"), default=False)
    position = models.PositiveIntegerField(_("排序"), default=0)

    class Meta:
        verbose_name = _("商品图片")
        verbose_name_plural = _("商品图片")
        ordering = ["in_detail", "position", "id"]

    def __str__(self) -> str:
        return self.path


class Sku(models.Model):
    """What is bought, counted and priced. Never deleted, because orders name it: it leaves the shop by `active`."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="skus", verbose_name=_("商品"))
    values = models.JSONField(_("规格值"), default=list)
    title = models.CharField(_("规格"), max_length=100, blank=True, default="")
    price_amount = models.BigIntegerField(_("售价（分）"))
    market_amount = models.BigIntegerField(_("划线价（分）"), null=True, blank=True)
    stock = models.BigIntegerField(_("库存"), default=0)
    sold = models.BigIntegerField(_("销量"), default=0)
    weight_g = models.PositiveIntegerField(_("重量（克）"), default=0)
    barcode = models.CharField(_("条码"), max_length=32, blank=True, default="")
    picture = models.CharField(_("图片"), max_length=200, blank=True, default="")
    active = models.BooleanField(_("可售"), default=True)
    position = models.PositiveIntegerField(_("排序"), default=0)

    class Meta:
        verbose_name = _("规格")
        verbose_name_plural = _("规格")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(stock__gte=0), name="sku_stock_not_negative"),
            models.CheckConstraint(condition=Q(price_amount__gt=0), name="sku_price_positive"),
            models.UniqueConstraint(fields=["product", "values"], name="sku_values_once"),
            models.UniqueConstraint(fields=["barcode"], condition=~Q(barcode=""), name="sku_barcode_once"),
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.title}".strip()


class StockReason(models.TextChoices):
    INITIAL = "initial", _("初始库存")
    PURCHASE = "purchase", _("进货入库")
    COUNT = "count", _("盘点")
    DAMAGE = "damage", _("报损")
    CORRECTION = "correction", _("更正")
    SOLD = "sold", _("下单扣减")
    RETURNED = "returned", _("取消退回")


class StockChange(ActorFields):
    """One line of the stock ledger: how many came or went, what was left, why, and who did it."""

    sku = models.ForeignKey(Sku, models.PROTECT, related_name="stock_changes", verbose_name=_("规格"))
    delta = models.BigIntegerField(_("变化"))
    balance = models.BigIntegerField(_("结余"))
    reason = models.CharField(_("原因"), max_length=16, choices=StockReason.choices)
    reference = models.CharField(_("关联单号"), max_length=64, blank=True, default="")
    note = models.CharField(_("备注"), max_length=200, blank=True, default="")
    at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("库存流水")
        verbose_name_plural = _("库存流水")
        ordering = ["-id"]
        indexes = [models.Index(fields=["reference"], condition=~Q(reference=""), name="stock_reference")]

    def __str__(self) -> str:
        return f"{self.sku_id} {self.delta:+} → {self.balance}"


class HomeSettings(models.Model):
    """What an operator chooses for the home page; one row."""

    banners = models.JSONField(_("轮播图"), default=list, blank=True)
    notice = models.CharField(_("公告"), max_length=120, blank=True, default="")
    hot_words = models.JSONField(_("热搜词"), default=list, blank=True)

    class Meta:
        verbose_name = _("首页设置")
        verbose_name_plural = _("首页设置")

    def __str__(self) -> str:
        return str(_("首页设置"))


class Snapshot(models.Model):
    """A page of the phone as it was published: the very bytes that are sent, and their ETag."""

    key = models.CharField(max_length=40, primary_key=True)
    body = models.BinaryField(default=b"")
    etag = models.CharField(max_length=40, default="")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("发布快照")
        verbose_name_plural = _("发布快照")

    def __str__(self) -> str:
        return self.key
