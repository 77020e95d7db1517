"""Points: a card per member, an append-only ledger, and the lots that say what expires when.

For every member the sum of his ledger, the sum of what is left of his lots and the points on his card are the
same number.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.grow.loyalty.models.tiers import Tier
from fangcun.grow.loyalty.states import Reason
from fangcun.identity.members.models import Member


class Card(models.Model):
    """What a member holds now. Whoever changes his points takes this row first."""

    member = models.OneToOneField(
        Member, models.PROTECT, primary_key=True, related_name="+", verbose_name=_("会员")
    )
    points = models.BigIntegerField(_("积分"), default=0)
    # Points of a refunded order that were spent already; whatever comes in settles them first.
    debt = models.BigIntegerField(_("欠下的积分"), default=0)
    growth = models.BigIntegerField(_("成长值"), default=0)
    tier = models.ForeignKey(
        Tier, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("等级")
    )
    tier_since = models.DateTimeField(_("等级自"), null=True, blank=True)
    protected_until = models.DateTimeField(_("保级至"), null=True, blank=True)
    make_up_cards = models.PositiveIntegerField(_("补签卡"), default=0)
    birth_month = models.PositiveSmallIntegerField(_("生日（月）"), null=True, blank=True)
    birth_day = models.PositiveSmallIntegerField(_("生日（日）"), null=True, blank=True)
    birthday_set_at = models.DateTimeField(_("生日填写于"), null=True, blank=True)

    class Meta:
        verbose_name = _("会员卡")
        verbose_name_plural = _("会员卡")
        constraints = [
            models.CheckConstraint(condition=Q(points__gte=0), name="card_points_not_negative"),
            models.CheckConstraint(condition=Q(debt__gte=0), name="card_debt_not_negative"),
        ]
        indexes = [
            models.Index(
                fields=["birth_month", "birth_day"],
                condition=Q(birth_month__isnull=False),
                name="card_birthday",
            ),
        ]

    def __str__(self) -> str:
        return str(self.member)


class PointsEntry(models.Model):
    """One line of the ledger, never changed; `key` keeps the same reason from counting twice.

    `undone_at` says that a later line took it back. `balance_after` is what the member had then; entries that came
    with a merged member keep his.
    """

    member = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name=_("会员"))
    points = models.BigIntegerField(_("积分"))
    reason = models.CharField(_("原因"), max_length=12, choices=Reason)
    key = models.CharField(max_length=120, unique=True)
    reference = models.CharField(_("关联"), max_length=64, blank=True, default="")
    note = models.CharField(_("说明"), max_length=100, blank=True, default="")
    balance_after = models.BigIntegerField(_("变动后积分"))
    expires_at = models.DateTimeField(_("失效于"), null=True, blank=True)
    undone_at = models.DateTimeField(_("撤销于"), null=True, blank=True)
    created_at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("积分流水")
        verbose_name_plural = _("积分流水")
        constraints = [models.CheckConstraint(condition=~Q(points=0), name="points_entry_not_nothing")]
        indexes = [
            models.Index(fields=["member", "-id"], name="points_of_member"),
            models.Index(fields=["reference"], condition=~Q(reference=""), name="points_by_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.points:+d} {self.get_reason_display()}"


class Lot(models.Model):
    """Points that came together and expire together. `left` were neither used nor expired."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name=_("会员"))
    entry = models.ForeignKey(PointsEntry, models.PROTECT, related_name="lots", verbose_name=_("流水"))
    points = models.BigIntegerField(_("积分"))
    left = models.BigIntegerField(_("剩余"))
    expired = models.BigIntegerField(_("已到期"), default=0)
    expires_at = models.DateTimeField(_("失效于"), null=True, blank=True)

    class Meta:
        verbose_name = _("积分批次")
        verbose_name_plural = _("积分批次")
        constraints = [
            models.CheckConstraint(
                condition=Q(left__gte=0, expired__gte=0, points__gte=F("left") + F("expired")),
                name="lot_left_within_points",
            ),
        ]
        indexes = [
            models.Index(fields=["member", "expires_at", "id"], condition=Q(left__gt=0), name="lot_usable"),
            models.Index(fields=["expires_at"], condition=Q(left__gt=0), name="lot_due"),
        ]

    def __str__(self) -> str:
        return f"{self.left}/{self.points}"


class LotUse(models.Model):
    """How much of a lot an order took, so that it can come back with the date it had."""

    entry = models.ForeignKey(PointsEntry, models.PROTECT, related_name="uses", verbose_name=_("流水"))
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="uses", verbose_name=_("批次"))
    points = models.BigIntegerField(_("积分"))
    returned = models.BigIntegerField(_("已退回"), default=0)

    class Meta:
        verbose_name = _("积分使用")
        verbose_name_plural = _("积分使用")
        constraints = [
            models.CheckConstraint(
                condition=Q(returned__gte=0, returned__lte=F("points")), name="lot_use_returned_within_points"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.points} ({self.returned})"


class OrderPoints(models.Model):
    """What one order did to its member's points and growth, so that a refund undoes its part exactly once.

    `base_amount` (fen) is what had been paid and not refunded when points were earned. `returned` of `spent`
    came back; `taken` of `earned` was taken back, expired meanwhile, or became debt.
    """

    number = models.CharField(_("订单号"), max_length=32, unique=True)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name=_("会员"))
    program_id = models.BigIntegerField(_("小程序"))
    spent = models.BigIntegerField(_("抵扣积分"), default=0)
    returned = models.BigIntegerField(_("已退回"), default=0)
    earned = models.BigIntegerField(_("获得积分"), default=0)
    taken = models.BigIntegerField(_("已扣回"), default=0)
    growth = models.BigIntegerField(_("获得成长值"), default=0)
    growth_taken = models.BigIntegerField(_("已扣回成长值"), default=0)
    base_amount = models.BigIntegerField(_("计算基数（分）"), default=0)
    earned_at = models.DateTimeField(_("获得于"), null=True, blank=True)
    changes = models.PositiveIntegerField(_("变动次数"), default=0)

    class Meta:
        verbose_name = _("订单积分")
        verbose_name_plural = _("订单积分")
        constraints = [
            models.CheckConstraint(
                condition=Q(returned__gte=0, returned__lte=F("spent")), name="order_points_returned_within"
            ),
            models.CheckConstraint(
                condition=Q(taken__gte=0, taken__lte=F("earned")), name="order_points_taken_within"
            ),
        ]

    def __str__(self) -> str:
        return self.number
