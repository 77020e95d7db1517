"""What an invitation goes through."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class InvitationStatus(models.TextChoices):
    """Rewards are given once, on the way into `rewarded`, and taken back on the way into `reversed`."""

    WAITING = "waiting", _("待首单")
    HELD = "held", _("待审核")
    REWARDED = "rewarded", _("已奖励")
    REJECTED = "rejected", _("已拒绝")
    REVERSED = "reversed", _("已撤回")


INVITATION_TRANSITIONS = {
    InvitationStatus.WAITING: (
        InvitationStatus.HELD,
        InvitationStatus.REWARDED,
        InvitationStatus.REJECTED,
        InvitationStatus.REVERSED,
    ),
    InvitationStatus.HELD: (
        InvitationStatus.REWARDED,
        InvitationStatus.REJECTED,
        InvitationStatus.REVERSED,
    ),
    InvitationStatus.REWARDED: (InvitationStatus.REVERSED,),
    InvitationStatus.REJECTED: (InvitationStatus.REVERSED,),
    InvitationStatus.REVERSED: (),
}


class Sign(models.TextChoices):
    """Why an invitation looks like somebody who invites himself."""

    SAME_DEVICE = "same_device", _("邀请双方用过同一台手机")
    SAME_PHONE = "same_phone", _("邀请双方的手机号或收货电话相同")
    SAME_ADDRESS = "same_address", _("邀请双方的收货地址相同")
    SHARED_PARCELS = "shared_parcels", _("多位被邀请人使用同一收货地址或电话")
    BURST = "burst", _("短时间内集中邀请")
