"""Keeping what is a person's when two members turn out to be one."""

from __future__ import annotations

from django.db import transaction

from fangcun.grow.groupbuy.models import Campaign, Group, Seat
from fangcun.grow.groupbuy.services.ending import owe
from fangcun.grow.groupbuy.services.following import free_seat
from fangcun.grow.groupbuy.states import LIVE, GroupStatus

TWICE = "同一会员的重复名额"


@transaction.atomic
def reassign_seats(*, kept_id: int, gone_id: int) -> None:
    """Give the groups and seats of a merged member to the one who stays.

    One person has one seat in a group: where both had one and the group is not full yet, the later seat is freed
    and its order given up. In a group that has ended it stays with the old name; its order goes its own way.
    """
    twice = (
        Seat.objects.filter(member_id=gone_id, status__in=LIVE)
        .filter(group__seats__member_id=kept_id, group__seats__status__in=LIVE)
        .order_by("group__campaign_id", "group_id")
    )
    for seat in twice.select_related("group"):
        Campaign.objects.select_for_update(no_key=True).get(pk=seat.group.campaign_id)
        group = Group.objects.select_for_update(no_key=True).get(pk=seat.group_id)
        if group.status == GroupStatus.OPEN:
            both = list(group.seats.filter(member_id__in=[kept_id, gone_id], status__in=LIVE).order_by("id"))
            if len(both) > 1:
                free_seat(group, both[-1], reason=TWICE)
                owe(both[-1:], reason=TWICE)
    clash = Seat.objects.filter(member_id=kept_id, status__in=LIVE).values("group_id")
    Seat.objects.filter(member_id=gone_id).exclude(status__in=LIVE, group_id__in=clash).update(
        member_id=kept_id
    )
    Group.objects.filter(opener_id=gone_id).update(opener_id=kept_id)
