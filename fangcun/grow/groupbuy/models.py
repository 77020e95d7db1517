"""Group-buys: what is offered to whom, the groups that people open, and their seats in them."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.grow.groupbuy.states import (
    CAMPAIGN_TRANSITIONS,
    GROUP_TRANSITIONS,
    LIVE,
    SEAT_TRANSITIONS,
    CampaignStatus,
    GroupStatus,
    SeatStatus,
)
from fangcun.identity.members.models import Member
from fangcun.identity.programs.models import Program
from fangcun.kernel.states import Stateful
from fangcun.shop.catalog.models import Product, Sku
from fangcun.shop.orders.models import Order


class Campaign(Stateful):
    """A product that costs less when so many people buy it together within so many hours."""

    transitions: ClassVar = CAMPAIGN_TRANSITIONS

    title = models.CharField(_("活动名称"), max_length=40)
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", verbose_name=_("商品"))
    size = models.PositiveSmallIntegerField(_("成团人数"))
    hours = models.PositiveSmallIntegerField(_("成团时限（小时）"))
    member_limit = models.PositiveIntegerField(_("每人限购（件）"), default=0)
    newcomers_only = models.BooleanField(_("仅限新客参团"), default=False)
    starts_at = models.DateTimeField(_("开始于"))
    ends_at = models.DateTimeField(_("结束于"))
    status = models.CharField(_("状态"), max_length=8, choices=CampaignStatus, default=CampaignStatus.DRAFT)
    created_at = models.DateTimeField(_("创建于"), default=timezone.now)

    class Meta:
        verbose_name = _("拼团活动")
        verbose_name_plural = _("拼团活动")
        constraints = [
            models.CheckConstraint(condition=Q(size__gte=2, size__lte=100), name="campaign_size_2_to_100"),
            models.CheckConstraint(condition=Q(hours__gte=1, hours__lte=168), name="campaign_hours_1_to_168"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="campaign_ends_after_start"),
        ]
        indexes = [
            models.Index(
                fields=["ends_at"],
                condition=Q(status__in=[CampaignStatus.RUNNING, CampaignStatus.PAUSED]),
                name="campaign_to_end",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def may_open(self, now: dt.datetime) -> bool:
        """Whether a new group may be opened at this moment."""
        return self.status == CampaignStatus.RUNNING and self.starts_at <= now < self.ends_at

    @property
    def cheapest(self) -> CampaignSku:
        """What costs least in a group of what is still sold; of all when nothing is."""
        return min(self.skus.all(), key=lambda one: (not one.sku.active, one.price_amount))


class CampaignSku(models.Model):
    """What one SKU costs in a campaign (fen), and how many are set aside for it; None: as many as there are."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="skus", verbose_name=_("拼团活动"))
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="+", verbose_name=_("规格"))
    price_amount = models.BigIntegerField(_("拼团价（分）"))
    quota = models.PositiveIntegerField(_("活动库存"), null=True, blank=True)
    taken = models.PositiveIntegerField(_("已占用"), default=0)

    class Meta:
        verbose_name = _("拼团规格")
        verbose_name_plural = _("拼团规格")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "sku"], name="campaign_sku_once"),
            models.CheckConstraint(condition=Q(price_amount__gt=0), name="campaign_price_positive"),
            models.CheckConstraint(
                condition=Q(quota=None) | Q(taken__lte=F("quota")), name="campaign_within_quota"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sku_id} {self.price_amount}"


class Group(Stateful):
    """So many people who buy together. `taken` seats are reserved or paid, `paid` of them paid.

    Size and hours are the campaign's when it was opened. The time runs from the opener's payment: until then
    `opened_at` and `expires_at` are None.
    """

    transitions: ClassVar = GROUP_TRANSITIONS

    number = models.CharField(_("团号"), max_length=12, unique=True)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="groups", verbose_name=_("拼团活动"))
    program = models.ForeignKey(Program, models.PROTECT, related_name="+", verbose_name=_("小程序"))
    opener = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name=_("团长"))
    size = models.PositiveSmallIntegerField(_("成团人数"))
    hours = models.PositiveSmallIntegerField(_("成团时限（小时）"))
    taken = models.PositiveSmallIntegerField(_("已占名额"), default=0)
    paid = models.PositiveSmallIntegerField(_("已付款人数"), default=0)
    status = models.CharField(_("状态"), max_length=8, choices=GroupStatus, default=GroupStatus.RESERVED)
    reason = models.CharField(_("未成团原因"), max_length=100, blank=True, default="")
    created_at = models.DateTimeField(_("创建于"), default=timezone.now)
    opened_at = models.DateTimeField(_("开团于"), null=True)
    expires_at = models.DateTimeField(_("截止于"), null=True)
    ended_at = models.DateTimeField(_("结束于"), null=True)

    class Meta:
        verbose_name = _("团")
        verbose_name_plural = _("团")
        constraints = [
            models.CheckConstraint(condition=Q(taken__lte=F("size")), name="group_not_overfull"),
            models.CheckConstraint(condition=Q(paid__lte=F("taken")), name="group_paid_have_seats"),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(status=GroupStatus.OPEN), name="group_deadline"),
            models.Index(fields=["campaign", "status", "-id"], name="group_of_campaign"),
        ]

    def __str__(self) -> str:
        return self.number


class Seat(Stateful):
    """One member's place in a group, and the order that pays for it.

    `settle_at` is set while his order still has to be given up and his money promised back, for `settle_reason`.
    """

    transitions: ClassVar = SEAT_TRANSITIONS

    group = models.ForeignKey(Group, models.PROTECT, related_name="seats", verbose_name=_("团"))
    member = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name=_("会员"))
    order = models.OneToOneField(Order, models.PROTECT, null=True, related_name="+", verbose_name=_("订单"))
    order_number = models.CharField(_("订单号"), max_length=32, blank=True, default="")
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="+", verbose_name=_("规格"))
    quantity = models.PositiveIntegerField(_("数量"))
    is_opener = models.BooleanField(_("开团人"), default=False)
    status = models.CharField(_("状态"), max_length=8, choices=SeatStatus, default=SeatStatus.RESERVED)
    created_at = models.DateTimeField(_("占位于"), default=timezone.now)
    paid_at = models.DateTimeField(_("付款于"), null=True)
    settle_at = models.DateTimeField(_("待了结于"), null=True)
    settle_reason = models.CharField(_("了结原因"), max_length=100, blank=True, default="")
    settle_tries = models.PositiveSmallIntegerField(_("了结次数"), default=0)

    class Meta:
        verbose_name = _("名额")
        verbose_name_plural = _("名额")
        constraints = [
            models.UniqueConstraint(
                fields=["group", "member"], condition=Q(status__in=LIVE), name="seat_one_per_member"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="seat_quantity_positive"),
        ]
        indexes = [
            models.Index(fields=["member", "-id"], name="seat_of_member"),
            models.Index(fields=["settle_at"], condition=Q(settle_at__isnull=False), name="seat_to_settle"),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} {self.member_id}"
