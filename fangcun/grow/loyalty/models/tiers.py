"""Tiers: what a member's growth over a period makes him, and what that is good for."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.identity.members.models import Member
from fangcun.shop.catalog.models import Sku


class Tier(models.Model):
    """A rank that growth reaches, with its privileges as data."""

    rank = models.PositiveSmallIntegerField(_("级别"), unique=True)
    name = models.CharField(_("名称"), max_length=12)
    growth_from = models.PositiveIntegerField(_("所需成长值"))
    permille = models.PositiveIntegerField(
        _("会员价千分之"), default=1000, help_text=_("950 即九五折，1000 表示不打折")
    )
    free_freight = models.BooleanField(_("包邮"), default=False)
    birthday_template_id = models.BigIntegerField(_("生日券模板"), null=True, blank=True)
    early_hours = models.PositiveIntegerField(
        _("秒杀提前小时数"), default=0, help_text=_("比其他人早这么多小时可以抢购")
    )

    class Meta:
        verbose_name = _("等级")
        verbose_name_plural = _("等级")
        ordering = ["rank"]
        constraints = [
            models.CheckConstraint(condition=Q(rank__gte=1), name="tier_rank_from_one"),
            models.CheckConstraint(condition=Q(permille__gte=1, permille__lte=1000), name="tier_permille"),
            models.CheckConstraint(condition=Q(growth_from__gte=1), name="tier_growth_positive"),
        ]

    def __str__(self) -> str:
        return self.name


class MemberPrice(models.Model):
    """What members of a tier, and of those above it, pay for one SKU."""

    tier = models.ForeignKey(Tier, models.CASCADE, related_name="prices", verbose_name=_("等级"))
    sku = models.ForeignKey(Sku, models.CASCADE, related_name="+", verbose_name=_("规格"))
    price_amount = models.BigIntegerField(_("会员价（分）"))

    class Meta:
        verbose_name = _("会员价")
        verbose_name_plural = _("会员价")
        constraints = [
            models.UniqueConstraint(fields=["tier", "sku"], name="member_price_once"),
            models.CheckConstraint(condition=Q(price_amount__gt=0), name="member_price_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.tier_id}/{self.sku_id}"


class GrowthEntry(models.Model):
    """Growth that was earned or taken back; `at` is when it counts, so what is taken back leaves with the rest."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name=_("会员"))
    growth = models.BigIntegerField(_("成长值"))
    reason = models.CharField(_("原因"), max_length=12)
    key = models.CharField(max_length=120, unique=True)
    at = models.DateTimeField(_("计入时间"), default=timezone.now)

    class Meta:
        verbose_name = _("成长值流水")
        verbose_name_plural = _("成长值流水")
        indexes = [models.Index(fields=["member", "at"], name="growth_of_member")]

    def __str__(self) -> str:
        return f"{self.growth:+d}"


class TierChange(models.Model):
    """That a member rose or fell."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name=_("会员"))
    source = models.ForeignKey(
        Tier, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("原等级")
    )
    target = models.ForeignKey(
        Tier, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("新等级")
    )
    growth = models.BigIntegerField(_("当时成长值"))
    at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("等级变动")
        verbose_name_plural = _("等级变动")
        indexes = [models.Index(fields=["member", "-id"], name="tier_change_of_member")]

    def __str__(self) -> str:
        return f"{self.source_id} → {self.target_id}"
