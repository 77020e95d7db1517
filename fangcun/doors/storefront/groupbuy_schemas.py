"""What the group-buy part of the storefront API gives. Amounts in fen."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ninja import Schema

from fangcun.grow.groupbuy.states import GroupStatus, SeatStatus

CampaignState = Literal["soon", "running", "paused", "ended"]


class CampaignSkuOut(Schema):
    """`stock` is how many can be had in the campaign now; `list_amount` the price without a group."""

    sku_id: int
    title: str
    values: list[str]
    picture: str
    price_amount: int
    list_amount: int
    stock: int


class CampaignOut(Schema):
    """`price_amount` is the lowest price in a group and `list_amount` that SKU's price alone.

    `member_limit` counts pieces, 0 is none; `joined` people who have paid so far.
    """

    id: int
    title: str
    state: CampaignState
    product_id: int
    product_title: str
    cover: str
    size: int
    hours: int
    member_limit: int
    newcomers_only: bool
    starts_at: datetime
    ends_at: datetime
    price_amount: int
    list_amount: int
    joined: int
    skus: list[CampaignSkuOut]


class CampaignsOut(Schema):
    items: list[CampaignOut]
    server_time: datetime


class OpenGroupOut(Schema):
    """A group that may be joined; the opener's name is masked."""

    number: str
    nickname: str
    avatar: str
    size: int
    left: int
    expires_at: datetime


class CampaignDetailOut(CampaignOut):
    """`can_open` with `reason` when not; `groups` are some that may be joined."""

    can_open: bool
    reason: str
    groups: list[OpenGroupOut]
    server_time: datetime


class GroupMemberOut(Schema):
    """Somebody in a group, the name masked for all but himself."""

    nickname: str
    avatar: str
    is_opener: bool
    is_me: bool
    paid: bool


class MySeatOut(Schema):
    status: SeatStatus
    order_number: str
    is_opener: bool


class GroupOut(Schema):
    """`left` seats are free; `paid` are sure. `expires_at` is null until the opener has paid.

    When `can_join` is false, `reason_code` is already_in_group, group_full, group_over or not_newcomer, `reason` says
    it in words, and `can_open` tells whether to offer a group of one's own.
    """

    number: str
    status: GroupStatus
    status_text: str
    reason_failed: str
    campaign: CampaignOut
    size: int
    paid: int
    left: int
    opened_at: datetime | None
    expires_at: datetime | None
    ended_at: datetime | None
    server_time: datetime
    members: list[GroupMemberOut]
    my_seat: MySeatOut | None
    can_join: bool
    reason_code: str
    reason: str
    can_open: bool
    poster: str


class MyGroupOut(Schema):
    """One group of mine: `my_status` is my seat's."""

    number: str
    status: GroupStatus
    status_text: str
    campaign_id: int
    product_id: int
    product_title: str
    sku_title: str
    cover: str
    size: int
    paid: int
    left: int
    expires_at: datetime | None
    is_opener: bool
    my_status: SeatStatus
    order_number: str
    total_amount: int
    refunded_amount: int


class MyGroupsOut(Schema):
    items: list[MyGroupOut]
    next_cursor: str | None
    server_time: datetime
