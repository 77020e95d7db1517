from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.shop.offers.rules import ScopeKind, ThresholdKind


class Threshold(models.Model):
    """What is taken off or given when enough is bought. `steps`: [{need, give, sku_id}], going up; see rules.Step."""

    title = models.CharField(_("名称"), max_length=30)
    kind = models.CharField(_("形式"), max_length=12, choices=ThresholdKind.choices)
    steps = models.JSONField(_("档位"), default=list)
    scope = models.CharField(_("适用范围"), max_length=10, choices=ScopeKind.choices, default=ScopeKind.ALL)
    scope_ids = models.JSONField(_("分类或商品"), default=list, blank=True)
    priority = models.IntegerField(_("优先级"), default=0, help_text=_("数字大的先算；相同时取优惠最多的"))
    starts_at = models.DateTimeField(_("开始于"), default=timezone.now)
    ends_at = models.DateTimeField(_("结束于"), null=True, blank=True)
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("满减满赠")
        verbose_name_plural = _("满减满赠")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="threshold_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return self.title
