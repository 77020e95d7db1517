"""Why somebody can't open or join a group, or an operator can't have a campaign like that."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError, NotFound


class CampaignGone(NotFound):
    code = "campaign_not_found"
    message = _("没有找到这个拼团活动")


class GroupGone(NotFound):
    code = "group_not_found"
    message = _("没有找到这个团")


class CampaignOver(DomainError):
    """No new group may be opened: not yet, no more, or paused."""

    code = "campaign_over"
    message = _("活动未开始或已结束，暂时不能开团")


class CampaignSoldOut(DomainError):
    code = "campaign_sold_out"
    message = _("活动库存只剩 {left} 件")


class GroupFull(DomainError):
    """The seats are gone. `details.can_open` says whether he may open a group of his own, of `campaign_id`."""

    code = "group_full"
    message = _("这个团已经满员，换一个团或自己开一个吧")


class GroupOver(DomainError):
    """It has ended or is not open yet. Details as with GroupFull."""

    code = "group_over"
    message = _("这个团已经结束，换一个团或自己开一个吧")


class AlreadyInGroup(DomainError):
    code = "already_in_group"
    message = _("您已经在这个团里了")


class NotNewcomer(DomainError):
    """He has bought here before. Details as with GroupFull."""

    code = "not_newcomer"
    message = _("这个活动只有新客可以参团，您可以自己开一个团")


class MemberLimitReached(DomainError):
    code = "member_limit_reached"
    message = _("每人限购 {limit} 件，您还可以买 {left} 件")


class GroupLineInvalid(DomainError):
    code = "group_line_invalid"
    status = 400
    message = _("拼团一次只能买一种参加活动的规格")


class CampaignInvalid(DomainError):
    """`details.fields` names each wrong field of the form and what is wrong with it."""

    code = "campaign_invalid"
    status = 400
    message = _("请检查活动的设置")


class GroupNotOpen(DomainError):
    code = "group_not_open"
    message = _("这个团当前不能解散：{status}")
