from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.grow.loyalty.models.tiers import Tier
from fangcun.grow.loyalty.states import (
    ACTIVITY_TRANSITIONS,
    SIGN_UP_TRANSITIONS,
    ActivityStatus,
    SignUpStatus,
)
from fangcun.identity.members.models import Member
from fangcun.kernel.states import Stateful


class Activity(Stateful):
    """Something that members may come to, with a time to sign up and so many places."""

    transitions: ClassVar = ACTIVITY_TRANSITIONS

    title = models.CharField(_("标题"), max_length=60)
    cover = models.CharField(_("封面"), max_length=200, blank=True, default="")
    details = models.TextField(_("介绍"), max_length=4000, blank=True, default="")
    is_online = models.BooleanField(_("线上活动"), default=False)
    place = models.CharField(
        _("地点"), max_length=120, blank=True, default="", help_text=_("线上活动填写参加方式")
    )
    starts_at = models.DateTimeField(_("开始于"))
    ends_at = models.DateTimeField(_("结束于"))
    sign_up_from = models.DateTimeField(_("报名开始"))
    sign_up_until = models.DateTimeField(_("报名截止"))
    places = models.PositiveIntegerField(_("名额"))
    taken = models.PositiveIntegerField(_("已报名"), default=0, editable=False)
    min_tier = models.ForeignKey(
        Tier, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("最低等级"),
        help_text=_("留空表示所有会员都可以报名"),
    )  # fmt: skip
    status = models.CharField(
        _("状态"), max_length=10, choices=ActivityStatus, default=ActivityStatus.DRAFT, editable=False
    )
    remind_hours = models.PositiveIntegerField(
        _("提前提醒小时数"), default=24, help_text=_("开始前这么多小时提醒已报名的会员；0 表示不提醒")
    )
    reminded_at = models.DateTimeField(_("提醒于"), null=True, editable=False)
    created_at = models.DateTimeField(_("创建于"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("会员活动")
        verbose_name_plural = _("会员活动")
        constraints = [
            models.CheckConstraint(condition=Q(taken__lte=F("places")), name="activity_within_places"),
            models.CheckConstraint(condition=Q(places__gte=1), name="activity_has_places"),
        ]
        indexes = [models.Index(fields=["status", "starts_at"], name="activity_by_start")]

    def __str__(self) -> str:
        return self.title


class SignUp(Stateful):
    """A member's place at an activity. `code` is what he shows at the door."""

    transitions: ClassVar = SIGN_UP_TRANSITIONS

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="sign_ups", verbose_name=_("活动"))
    member = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name=_("会员"))
    program_id = models.BigIntegerField(_("小程序"))
    status = models.CharField(_("状态"), max_length=10, choices=SignUpStatus, default=SignUpStatus.SIGNED)
    code = models.CharField(_("签到码"), max_length=8)
    signed_at = models.DateTimeField(_("报名于"), default=timezone.now)
    attended_at = models.DateTimeField(_("到场于"), null=True, blank=True)

    class Meta:
        verbose_name = _("活动报名")
        verbose_name_plural = _("活动报名")
        constraints = [
            models.UniqueConstraint(fields=["activity", "member"], name="sign_up_once"),
            models.UniqueConstraint(fields=["activity", "code"], name="sign_up_code_once"),
        ]
        indexes = [models.Index(fields=["member", "-id"], name="sign_up_of_member")]

    def __str__(self) -> str:
        return f"{self.activity_id}/{self.member_id}"
