from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class FreightRule(models.Model):
    """What delivery to some areas costs. The rule with the longest matching area code counts."""

    class Measure(models.TextChoices):
        WEIGHT = "weight", _("按重量")
        AMOUNT = "amount", _("按订单金额")

    name = models.CharField(_("名称"), max_length=40)
    areas = models.JSONField(
        _("地区代码"), default=list, blank=True, help_text=_("省、市或区县代码的前缀；留空表示其余所有地区")
    )
    deliverable = models.BooleanField(_("可配送"), default=True)
    measure = models.CharField(_("计费方式"), max_length=8, choices=Measure.choices, default=Measure.WEIGHT)
    first_weight_g = models.PositiveIntegerField(_("首重（克）"), default=1000)
    first_amount = models.BigIntegerField(_("首重运费（分）"), default=0)
    extra_weight_g = models.PositiveIntegerField(_("续重（克）"), default=1000)
    extra_amount = models.BigIntegerField(_("续重运费（分）"), default=0)
    free_over_amount = models.BigIntegerField(_("满额包邮（分）"), null=True, blank=True)
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("运费规则")
        verbose_name_plural = _("运费规则")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(first_amount__gte=0, extra_amount__gte=0, extra_weight_g__gt=0),
                name="freight_rule_sane",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Shipment(models.Model):
    """One parcel on its way. `order_number` is the order's; a shipment knows no more of it."""

    order_number = models.CharField(_("订单号"), max_length=32, db_index=True)
    carrier = models.CharField(_("快递公司"), max_length=20)
    tracking_number = models.CharField(_("运单号"), max_length=40, blank=True, default="")
    shipped_at = models.DateTimeField(_("发货于"), default=timezone.now)

    class Meta:
        verbose_name = _("包裹")
        verbose_name_plural = _("包裹")
        constraints = [
            models.UniqueConstraint(
                fields=["order_number", "carrier", "tracking_number"], name="shipment_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.carrier} {self.tracking_number}"
