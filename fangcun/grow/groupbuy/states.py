"""What a campaign, a group and a seat can be, and what may follow."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class CampaignStatus(models.TextChoices):
    DRAFT = "draft", _("草稿")
    RUNNING = "running", _("进行中")
    PAUSED = "paused", _("已暂停")
    ENDED = "ended", _("已结束")


CAMPAIGN_TRANSITIONS = {
    CampaignStatus.DRAFT: {CampaignStatus.RUNNING, CampaignStatus.ENDED},
    CampaignStatus.RUNNING: {CampaignStatus.PAUSED, CampaignStatus.ENDED},
    CampaignStatus.PAUSED: {CampaignStatus.RUNNING, CampaignStatus.ENDED},
    CampaignStatus.ENDED: set[CampaignStatus](),
}


class GroupStatus(models.TextChoices):
    RESERVED = "reserved", _("待开团")
    OPEN = "open", _("拼团中")
    FORMED = "formed", _("已成团")
    FAILED = "failed", _("未成团")
    LAPSED = "lapsed", _("未开团")


# Until the opener has paid nobody else sees his group. When his order closes it lapses; when his money comes all the
# same, too late, it opens after all.
GROUP_TRANSITIONS = {
    GroupStatus.RESERVED: {GroupStatus.OPEN, GroupStatus.LAPSED},
    GroupStatus.OPEN: {GroupStatus.FORMED, GroupStatus.FAILED},
    GroupStatus.LAPSED: {GroupStatus.OPEN},
    GroupStatus.FORMED: set[GroupStatus](),
    GroupStatus.FAILED: set[GroupStatus](),
}


class SeatStatus(models.TextChoices):
    RESERVED = "reserved", _("待付款")
    PAID = "paid", _("已付款")
    RELEASED = "released", _("已退出")


# Money that comes after the order was closed takes a seat again, if there is one.
SEAT_TRANSITIONS = {
    SeatStatus.RESERVED: {SeatStatus.PAID, SeatStatus.RELEASED},
    SeatStatus.PAID: {SeatStatus.RELEASED},
    SeatStatus.RELEASED: {SeatStatus.PAID},
}

LIVE = (SeatStatus.RESERVED, SeatStatus.PAID)
