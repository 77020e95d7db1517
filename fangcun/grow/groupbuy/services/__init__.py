"""The verbs of group-buys."""

from fangcun.grow.groupbuy.services.campaigning import (
    CampaignSkuSpec,
    CampaignSpec,
    create_campaign,
    end_campaign,
    end_due_campaigns,
    pause_campaign,
    start_campaign,
    update_campaign,
)
from fangcun.grow.groupbuy.services.ending import dissolve_group, expire_groups
from fangcun.grow.groupbuy.services.following import follow_order
from fangcun.grow.groupbuy.services.keeping import reassign_seats
from fangcun.grow.groupbuy.services.seating import Reserved, bind_order, reserve_seat
from fangcun.grow.groupbuy.services.settling import settle_overdue, settle_seat

__all__ = [
    "CampaignSkuSpec",
    "CampaignSpec",
    "Reserved",
    "bind_order",
    "create_campaign",
    "dissolve_group",
    "end_campaign",
    "end_due_campaigns",
    "expire_groups",
    "follow_order",
    "pause_campaign",
    "reassign_seats",
    "reserve_seat",
    "settle_overdue",
    "settle_seat",
    "start_campaign",
    "update_campaign",
]
