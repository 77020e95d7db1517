from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class CartLine(models.Model):
    """So many of one SKU in somebody's cart. `price_amount` is the price he saw when he put it there."""

    member = models.ForeignKey(
        "members.Member", on_delete=models.CASCADE, related_name="+", verbose_name=_("会员")
    )
    sku = models.ForeignKey("catalog.Sku", on_delete=models.CASCADE, related_name="+", verbose_name=_("规格"))
    quantity = models.PositiveIntegerField(_("数量"))
    selected = models.BooleanField(_("已勾选"), default=True)
    price_amount = models.BigIntegerField(_("加入时价格（分）"))
    added_at = models.DateTimeField(_("加入于"), default=timezone.now)

    class Meta:
        verbose_name = _("购物车商品")
        verbose_name_plural = _("购物车商品")
        constraints = [
            models.UniqueConstraint(fields=["member", "sku"], name="cart_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="cart_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.sku_id} × {self.quantity}"
