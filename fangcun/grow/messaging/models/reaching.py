"""When and how often customers may be written to, and what was written to them unasked."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.identity.members.models import Member

QUIET_FROM, QUIET_UNTIL = dt.time(22), dt.time(8)


class Pace(models.Model):
    """How often the shop writes unasked at most, and when never. There is one row at most; times are the shop's."""

    quiet_from = models.TimeField(_("免打扰开始"), default=QUIET_FROM)
    quiet_until = models.TimeField(_("免打扰结束"), default=QUIET_UNTIL)
    a_day = models.PositiveSmallIntegerField(_("每人每天最多（条）"), default=1)
    a_week = models.PositiveSmallIntegerField(_("每人每周最多（条）"), default=3)

    class Meta:
        verbose_name = _("打扰上限")
        verbose_name_plural = _("打扰上限")

    def __str__(self) -> str:
        return f"{self.quiet_from:%H:%M}–{self.quiet_until:%H:%M}, {self.a_day}/{self.a_week}"


class Preference(models.Model):
    """What a customer wants to be written, beside the news of his own orders. Without a row: care, but no texts.

    A commercial text needs a yes beforehand (通信短信息服务管理规定, 第十八条), so `marketing_texts` begins as no.
    """

    member = models.OneToOneField(
        Member, models.CASCADE, primary_key=True, related_name="+", verbose_name=_("会员")
    )
    care = models.BooleanField(_("接收关怀消息"), default=True)
    marketing_texts = models.BooleanField(_("接收营销短信"), default=False)
    quiet_from = models.TimeField(_("免打扰开始"), null=True, blank=True)
    quiet_until = models.TimeField(_("免打扰结束"), null=True, blank=True)
    updated_at = models.DateTimeField(_("更新于"), default=timezone.now)

    class Meta:
        verbose_name = _("消息偏好")
        verbose_name_plural = _("消息偏好")

    def __str__(self) -> str:
        return f"{self.member_id}"


class Touch(models.Model):
    """One unasked message to a customer, whatever the channel, with its place in his day and his week.

    The places are unique: of two messages that want the last one of a day, one gets it.
    """

    class Channel(models.TextChoices):
        SUBSCRIBE = "subscribe", _("订阅消息")
        IN_APP = "in_app", _("站内消息")
        SMS = "sms", _("短信")

    member = models.ForeignKey(Member, models.CASCADE, related_name="+", verbose_name=_("会员"))
    channel = models.CharField(_("渠道"), max_length=10, choices=Channel)
    key = models.CharField(max_length=120, unique=True)
    day = models.DateField(_("日期"))
    of_day = models.PositiveSmallIntegerField(_("当天第几条"))
    week = models.DateField(_("周一"))
    of_week = models.PositiveSmallIntegerField(_("当周第几条"))
    at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("打扰记录")
        verbose_name_plural = _("打扰记录")
        constraints = [
            models.UniqueConstraint(fields=["member", "day", "of_day"], name="touch_place_of_day"),
            models.UniqueConstraint(fields=["member", "week", "of_week"], name="touch_place_of_week"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.day}"
