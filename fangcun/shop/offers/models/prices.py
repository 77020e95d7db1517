from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class PriceSale(models.Model):
    """Other prices for some time."""

    title = models.CharField(_("名称"), max_length=30)
    starts_at = models.DateTimeField(_("开始于"))
    ends_at = models.DateTimeField(_("结束于"))
    is_active = models.BooleanField(_("启用"), default=True)
    created_at = models.DateTimeField(_("创建于"), default=timezone.now, editable=False)

    class Meta:
        abstract = True
        ordering = ["-starts_at", "-id"]

    def __str__(self) -> str:
        return self.title


class LimitedSale(PriceSale):
    """Limited-time prices of some SKUs."""

    class Meta(PriceSale.Meta):
        verbose_name = _("限时价")
        verbose_name_plural = _("限时价")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="limited_sale_ends_after_start"
            )
        ]


class LimitedLine(models.Model):
    """What one SKU costs in a limited-time sale (fen)."""

    sale = models.ForeignKey(LimitedSale, models.CASCADE, related_name="lines", verbose_name=_("限时价"))
    sku = models.ForeignKey("catalog.Sku", models.PROTECT, related_name="+", verbose_name=_("规格"))
    price_amount = models.BigIntegerField(_("限时价（分）"))

    class Meta:
        verbose_name = _("限时价商品")
        verbose_name_plural = _("限时价商品")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["sale", "sku"], name="limited_line_once"),
            models.CheckConstraint(condition=Q(price_amount__gt=0), name="limited_price_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.sku_id} {self.price_amount}"


class FlashSale(PriceSale):
    """A flash sale: so many pieces, so many a person, for a short time."""

    class Meta(PriceSale.Meta):
        verbose_name = _("秒杀")
        verbose_name_plural = _("秒杀")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="flash_sale_ends_after_start"
            )
        ]


class FlashLine(models.Model):
    """One SKU of a flash sale: its price (fen), how many there are of it, and how many orders have taken."""

    sale = models.ForeignKey(FlashSale, models.CASCADE, related_name="lines", verbose_name=_("秒杀"))
    sku = models.ForeignKey("catalog.Sku", models.PROTECT, related_name="+", verbose_name=_("规格"))
    price_amount = models.BigIntegerField(_("秒杀价（分）"))
    stock = models.PositiveIntegerField(_("秒杀件数"))
    taken = models.PositiveIntegerField(_("已抢"), default=0)
    per_member = models.PositiveIntegerField(_("每人限购"), null=True, blank=True)

    class Meta:
        verbose_name = _("秒杀商品")
        verbose_name_plural = _("秒杀商品")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["sale", "sku"], name="flash_line_once"),
            models.CheckConstraint(condition=Q(price_amount__gt=0), name="flash_price_positive"),
            models.CheckConstraint(condition=Q(taken__lte=F("stock")), name="flash_within_stock"),
        ]

    def __str__(self) -> str:
        return f"{self.sku_id} {self.price_amount}"

    @property
    def left(self) -> int:
        return self.stock - self.taken


class FlashBuyer(models.Model):
    """How many pieces of a line of a flash sale one member has taken."""

    line = models.ForeignKey(FlashLine, models.CASCADE, related_name="buyers", verbose_name=_("秒杀商品"))
    member = models.ForeignKey("members.Member", models.CASCADE, related_name="+", verbose_name=_("会员"))
    taken = models.PositiveIntegerField(_("已抢"), default=0)

    class Meta:
        verbose_name = _("秒杀买家")
        verbose_name_plural = _("秒杀买家")
        constraints = [models.UniqueConstraint(fields=["line", "member"], name="flash_buyer_once")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.taken}"
