"""Why points move, and what a place at an activity can be."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    """Why a member's points went up or down."""

    ORDER = "order", _("购物获得")
    CHECK_IN = "check_in", _("签到")
    MILESTONE = "milestone", _("连续签到奖励")
    REVIEW = "review", _("评价")
    INVITE = "invite", _("邀请好友")
    AUTOMATION = "automation", _("会员关怀")
    GIFT = "gift", _("商家赠送")
    SPEND = "spend", _("下单抵扣")
    RETURN = "return", _("退回抵扣的积分")
    RESPEND = "respend", _("订单恢复，再次抵扣")
    TAKE_BACK = "take_back", _("退款扣回")
    DEBT = "debt", _("补扣欠下的积分")
    TAKE = "take", _("商家扣减")
    EXPIRE = "expire", _("到期")


class SignUpStatus(models.TextChoices):
    SIGNED = "signed", _("已报名")
    CANCELLED = "cancelled", _("已取消")
    ATTENDED = "attended", _("已到场")


SIGN_UP_TRANSITIONS = {
    SignUpStatus.SIGNED: {SignUpStatus.CANCELLED, SignUpStatus.ATTENDED},
    SignUpStatus.CANCELLED: {SignUpStatus.SIGNED},
    SignUpStatus.ATTENDED: set[SignUpStatus](),
}


class ActivityStatus(models.TextChoices):
    DRAFT = "draft", _("草稿")
    OPEN = "open", _("已发布")
    CANCELLED = "cancelled", _("已取消")


ACTIVITY_TRANSITIONS = {
    ActivityStatus.DRAFT: {ActivityStatus.OPEN},
    ActivityStatus.OPEN: {ActivityStatus.CANCELLED},
    ActivityStatus.CANCELLED: set[ActivityStatus](),
}
