"""Who invited whom: invite codes, touches, and invitations that are settled once."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.grow.referral.states import INVITATION_TRANSITIONS, InvitationStatus
from fangcun.identity.members.models import Member
from fangcun.identity.programs.models import Program
from fangcun.kernel.states import Stateful


class SettlesOn(models.TextChoices):
    """What somebody invited has to do for the first time."""

    ORDER = "order", _("首次付款时")
    LOGIN = "login", _("首次登录时")


class ReferralRules(models.Model):
    """What counts as an invitation and what it brings. There is one row at most; without it nothing does."""

    is_active = models.BooleanField(_("开放邀请"), default=False)
    settles_on = models.CharField(_("归属确定于"), max_length=5, choices=SettlesOn, default=SettlesOn.ORDER)
    touch_days = models.PositiveSmallIntegerField(_("邀请有效天数"), default=15)
    least_paid_amount = models.BigIntegerField(_("首单最低实付（分）"), default=0)
    inviter_points = models.PositiveIntegerField(_("邀请人得积分"), default=0)
    inviter_template_id = models.BigIntegerField(_("邀请人得优惠券"), null=True, blank=True)
    invitee_points = models.PositiveIntegerField(_("被邀请人得积分"), default=0)
    invitee_template_id = models.BigIntegerField(_("被邀请人得优惠券"), null=True, blank=True)
    limit_count = models.PositiveIntegerField(_("邀请人奖励上限（人）"), default=0)
    limit_days = models.PositiveSmallIntegerField(_("上限周期（天）"), default=30)
    burst_count = models.PositiveSmallIntegerField(_("集中邀请（人）"), default=10)
    burst_hours = models.PositiveSmallIntegerField(_("集中邀请（小时）"), default=1)
    shared_count = models.PositiveSmallIntegerField(_("同址人数"), default=3)
    updated_at = models.DateTimeField(_("更新于"), auto_now=True)

    class Meta:
        verbose_name = _("邀请规则")
        verbose_name_plural = _("邀请规则")
        constraints = [
            models.CheckConstraint(condition=Q(touch_days__gte=1), name="referral_days"),
            models.CheckConstraint(condition=Q(least_paid_amount__gte=0), name="referral_least_paid"),
        ]

    def __str__(self) -> str:
        return str(_("邀请规则"))


class InviteCode(models.Model):
    """By what a member's invitations are known. After a merge he may have several; one is the main one."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="+", verbose_name=_("会员"))
    code = models.CharField(_("邀请码"), max_length=12, unique=True)
    is_main = models.BooleanField(default=True, editable=False)
    created_at = models.DateTimeField(_("创建于"), default=timezone.now)

    class Meta:
        verbose_name = _("邀请码")
        verbose_name_plural = _("邀请码")
        constraints = [
            models.UniqueConstraint(fields=["member"], condition=Q(is_main=True), name="invite_code_one_main")
        ]

    def __str__(self) -> str:
        return self.code


class Touch(models.Model):
    """A newcomer came by somebody's invitation. It settles nothing yet."""

    inviter = models.ForeignKey(Member, models.CASCADE, related_name="+", verbose_name=_("邀请人"))
    invitee = models.ForeignKey(Member, models.CASCADE, related_name="+", verbose_name=_("被邀请人"))
    program = models.ForeignKey(Program, models.PROTECT, related_name="+", verbose_name=_("小程序"))
    device = models.CharField(_("设备"), max_length=64, blank=True, default="")
    at = models.DateTimeField(_("触达于"), default=timezone.now)

    class Meta:
        verbose_name = _("邀请触达")
        verbose_name_plural = _("邀请触达")
        constraints = [
            models.CheckConstraint(condition=~Q(inviter=F("invitee")), name="touch_not_by_oneself")
        ]
        indexes = [
            models.Index(fields=["invitee", "at"], name="touch_of_invitee"),
            models.Index(fields=["inviter", "at"], name="touch_of_inviter"),
        ]

    def __str__(self) -> str:
        return f"{self.inviter_id} → {self.invitee_id}"


class Invitation(Stateful):
    """That one member invited another, settled for good; with what both are promised for the first order.

    `superseded` ones are left over from members that turned out to be one person, and count no more.
    """

    transitions: ClassVar = INVITATION_TRANSITIONS

    inviter = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name=_("邀请人"))
    invitee = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name=_("被邀请人"))
    program = models.ForeignKey(Program, models.PROTECT, related_name="+", verbose_name=_("小程序"))
    status = models.CharField(
        _("状态"), max_length=10, choices=InvitationStatus, default=InvitationStatus.WAITING
    )
    touched_at = models.DateTimeField(_("触达于"))
    settled_at = models.DateTimeField(_("归属确定于"), default=timezone.now)
    device = models.CharField(_("设备"), max_length=64, blank=True, default="")
    order_number = models.CharField(_("首单"), max_length=32, blank=True, default="", db_index=True)
    signs = models.JSONField(_("疑点"), default=list)
    inviter_points = models.PositiveIntegerField(_("邀请人得积分"), default=0)
    inviter_template_id = models.BigIntegerField(_("邀请人得优惠券"), null=True)
    invitee_points = models.PositiveIntegerField(_("被邀请人得积分"), default=0)
    invitee_template_id = models.BigIntegerField(_("被邀请人得优惠券"), null=True)
    capped = models.BooleanField(_("邀请人超出上限"), default=False)
    was_rewarded = models.BooleanField(default=False, editable=False)
    superseded = models.BooleanField(_("合并后作废"), default=False)
    ended_at = models.DateTimeField(_("处理于"), null=True)

    class Meta:
        verbose_name = _("邀请")
        verbose_name_plural = _("邀请")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["invitee"], condition=Q(superseded=False), name="invitation_one_inviter"
            ),
            models.CheckConstraint(
                condition=~Q(inviter=F("invitee")) | Q(superseded=True), name="invitation_not_by_oneself"
            ),
        ]
        indexes = [
            models.Index(fields=["inviter", "-id"], name="invitation_of_inviter"),
            models.Index(fields=["status", "-id"], name="invitation_by_status"),
            models.Index(
                fields=["ended_at", "inviter"],
                condition=Q(status=InvitationStatus.REWARDED),
                name="invitation_rewarded_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inviter} → {self.invitee}"
