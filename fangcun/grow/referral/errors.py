"""Rules about invitations."""

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError


class RulesInvalid(DomainError):
    """`details.fields` names each wrong field of the form and what is wrong with it."""

    code = "referral_rules_invalid"
    status = 400
    message = _("请检查邀请规则")


class ReferralOff(DomainError):
    """There is no reward for invitations at present."""

    code = "referral_off"
    message = _("邀请活动暂未开放")


class CodeUnknown(DomainError):
    """Nobody has this invite code."""

    code = "invite_code_unknown"
    status = 404
    message = _("邀请码不存在")


class NotHeld(DomainError):
    """Only what waits for a review can be reviewed."""

    code = "invitation_not_held"
    message = _("这条邀请不在待审核状态")
