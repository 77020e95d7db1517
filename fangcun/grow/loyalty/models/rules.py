"""The rules of points, check-in and tiers: one row at most; without it the defaults hold."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

ONLY = 1  # the key of the one row


def default_days() -> list[int]:
    """Points of the first, second, … day of a run of check-ins; after the last it begins anew."""
    return [5, 5, 5, 10, 10, 10, 20]


def default_milestones() -> dict[str, int]:
    """Days without a gap -> points on top, once in each run."""
    return {"7": 20, "30": 100}


class Rules(models.Model):
    """What is earned, what points are worth, how long they live. Amounts in fen, shares in per mille."""

    earn_per_yuan = models.PositiveIntegerField(_("每实付 1 元得积分"), default=1)
    growth_per_yuan = models.PositiveIntegerField(_("每实付 1 元得成长值"), default=1)
    points_per_yuan = models.PositiveIntegerField(
        _("多少积分抵 1 元"), default=100, help_text=_("0 表示积分不能抵扣")
    )
    most_permille = models.PositiveIntegerField(
        _("最多抵商品金额的千分之"), default=500, help_text=_("500 即最多抵一半")
    )
    valid_days = models.PositiveIntegerField(
        _("积分有效天数"), default=365, help_text=_("到期当天结束时失效，先到期的先用；0 表示永不过期")
    )
    grace_days = models.PositiveIntegerField(
        _("退回积分至少再有效天数"),
        default=30,
        help_text=_("退款时退回的积分保留原来的到期日，但至少再有效这么多天"),
    )
    check_in_days = models.JSONField(_("每天签到得积分"), default=default_days)
    check_in_milestones = models.JSONField(_("连续签到奖励"), default=default_milestones)
    check_in_growth = models.PositiveIntegerField(_("每次签到得成长值"), default=1)
    make_up_every = models.PositiveIntegerField(
        _("连续签到多少天得一张补签卡"), default=7, help_text=_("0 表示不发补签卡")
    )
    make_up_most = models.PositiveIntegerField(_("最多持有补签卡"), default=3)
    window_days = models.PositiveIntegerField(_("成长值统计天数"), default=365)
    protection_days = models.PositiveIntegerField(
        _("保级天数"), default=90, help_text=_("等级变化后，这么多天之内不会降级")
    )
    one_step_down = models.BooleanField(_("每次只降一级"), default=True)
    updated_at = models.DateTimeField(_("更新于"), default=timezone.now)

    class Meta:
        verbose_name = _("会员规则")
        verbose_name_plural = _("会员规则")

    def __str__(self) -> str:
        return str(_("会员规则"))

    @classmethod
    def current(cls) -> Rules:
        """The rules in force."""
        return cls.objects.filter(pk=ONLY).first() or cls(pk=ONLY)

    def content(self) -> dict[str, Any]:
        """What an auditor compares."""
        return {
            field.name: getattr(self, field.name)
            for field in self._meta.concrete_fields
            if field.name not in ("id", "updated_at")
        }

    def points_of_day(self, streak: int) -> int:
        """What the so-manieth day without a gap gives, milestones aside."""
        return int(self.check_in_days[(streak - 1) % len(self.check_in_days)]) if self.check_in_days else 0
