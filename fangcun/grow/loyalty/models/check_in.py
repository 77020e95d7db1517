from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.identity.members.models import Member


class CheckIn(models.Model):
    """That a member checked in on a day of the shop's time zone, or made up for it later."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name=_("会员"))
    day = models.DateField(_("日期"))
    streak = models.PositiveIntegerField(_("连续天数"))
    points = models.PositiveIntegerField(_("积分"), default=0)
    # The milestone that this day reached, so that one run reaches each once however it was mended.
    milestone = models.PositiveIntegerField(_("达成连续天数奖励"), default=0)
    made_up = models.BooleanField(_("补签"), default=False)
    created_at = models.DateTimeField(_("签到于"), default=timezone.now)

    class Meta:
        verbose_name = _("签到")
        verbose_name_plural = _("签到")
        constraints = [
            models.UniqueConstraint(fields=["member", "day"], name="check_in_once_a_day"),
            models.CheckConstraint(condition=Q(streak__gte=1), name="check_in_streak_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.day}"
