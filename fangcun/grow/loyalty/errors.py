"""Rules about points, check-ins, tiers and activities."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError, NotFound


class PointsShort(DomainError):
    """`details.points` were wanted."""

    code = "points_short"
    message = _("积分不足")


class RulesInvalid(DomainError):
    """`details.fields` names each wrong field and what is wrong with it."""

    code = "loyalty_rules_invalid"
    status = 400
    message = _("请检查会员规则的设置")


class PointsInvalid(DomainError):
    """`details.fields` names each wrong field and what is wrong with it."""

    code = "points_invalid"
    status = 400
    message = _("请检查积分和原因")


class TiersInvalid(DomainError):
    """`details.fields` names each wrong field; `details.row` the tier's place in the list, from 0."""

    code = "tiers_invalid"
    status = 400
    message = _("请检查等级的设置")


class TierInUse(DomainError):
    code = "tier_in_use"
    message = _("还有 {activities} 个活动以这个等级为门槛，请先修改它们")


class NoMakeUpCard(DomainError):
    code = "no_make_up_card"
    message = _("没有可用的补签卡")


class DayNotMissed(DomainError):
    """Today and later, before this month, or checked in already."""

    code = "day_not_missed"
    message = _("只能补签本月漏签的日子")


class BirthdayInvalid(DomainError):
    code = "birthday_invalid"
    status = 400
    message = _("请选择正确的日期")


class BirthdayFixed(DomainError):
    """`details.changeable_at` says when it may be changed again."""

    code = "birthday_fixed"
    message = _("生日一年只能修改一次")


class ActivityNotFound(NotFound):
    code = "activity_not_found"
    message = _("没有找到这个活动")


class ActivityInvalid(DomainError):
    """`details.fields` names each wrong field and what is wrong with it."""

    code = "activity_invalid"
    status = 400
    message = _("请检查活动的设置")


class ActivityFull(DomainError):
    code = "activity_full"
    message = _("名额已满")


class SignUpClosed(DomainError):
    code = "sign_up_closed"
    message = _("现在不在报名时间内")


class TierTooLow(DomainError):
    code = "tier_too_low"
    message = _("{tier}及以上会员才能报名")


class NotSignedUp(DomainError):
    code = "not_signed_up"
    message = _("你没有报名这个活动")


class SignUpFinal(DomainError):
    code = "sign_up_final"
    message = _("活动已经开始，不能再取消报名")


class CodeUnknown(DomainError):
    code = "code_unknown"
    message = _("没有找到这个签到码对应的有效报名")
