"""Taking a seat: reserved before the order is placed, bound to it in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import get_random_string

from fangcun.grow.groupbuy.admission import Lines, check_joining, check_line, check_opening, instead
from fangcun.grow.groupbuy.errors import CampaignGone, CampaignSoldOut, GroupFull, GroupGone
from fangcun.grow.groupbuy.models import Campaign, CampaignSku, Group, Seat
from fangcun.grow.groupbuy.states import GroupStatus
from fangcun.shop.orders.states import HeldFor

# Without those that are taken for each other. Twelve of thirty-one: nobody guesses a group.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
LENGTH = 12


@dataclass(frozen=True, slots=True)
class Reserved:
    """A seat that waits for its order. `group_prices` in fen by SKU."""

    seat_id: int
    number: str
    group_prices: Mapping[int, int]
    held_for: str = HeldFor.GROUP


# savepoint=False: a refusal spoils the caller's transaction, so that no order is placed without its seat
@transaction.atomic(savepoint=False)
def reserve_seat(
    *, member_id: int, program_id: int, campaign_id: int, number: str | None, lines: Lines | None
) -> Reserved:
    """Take a seat in a group, or open one when there is no `number`; the order follows in the same transaction.

    Whoever wants the last seat together with others either gets it or hears GroupFull, whose details say whether he
    may open a group of his own. Raises CampaignGone, GroupGone, CampaignOver, GroupOver, GroupFull, AlreadyInGroup,
    NotNewcomer, MemberLimitReached, CampaignSoldOut, GroupLineInvalid.
    """
    now = timezone.now()
    # What belongs to one campaign happens one after the other, so that what is counted here stays true.
    campaign = Campaign.objects.select_for_update(no_key=True).filter(pk=campaign_id).first()
    if campaign is None:
        raise CampaignGone
    if number is None:
        check_opening(campaign, now=now)
        offered, quantity = check_line(campaign, member_id=member_id, lines=lines)
        group = Group.objects.create(
            number=get_random_string(LENGTH, ALPHABET),
            campaign=campaign,
            program_id=program_id,
            opener_id=member_id,
            size=campaign.size,
            hours=campaign.hours,
            taken=1,
        )
    else:
        found = Group.objects.filter(number=number if number.isalnum() else "", campaign=campaign).first()
        if found is None:
            raise GroupGone
        group, group.campaign = found, campaign
        check_joining(group, member_id=member_id, now=now)
        offered, quantity = check_line(campaign, member_id=member_id, lines=lines)
        free = Group.objects.filter(
            pk=group.pk, status=GroupStatus.OPEN, expires_at__gt=now, taken__lt=F("size")
        )
        if not free.update(taken=F("taken") + 1):
            raise GroupFull(**instead(campaign, now))
    take_quota(offered, quantity)
    seat = Seat.objects.create(
        group=group,
        member_id=member_id,
        sku_id=offered.sku_id,
        quantity=quantity,
        is_opener=number is None,
    )
    return Reserved(seat.pk, group.number, {offered.sku_id: offered.price_amount})


@transaction.atomic(savepoint=False)
def bind_order(*, seat_id: int, order_id: int, number: str) -> None:
    """Say which order pays for a reserved seat; `number` is the order's."""
    Seat.objects.filter(pk=seat_id, order=None).update(order_id=order_id, order_number=number)


def take_quota(offered: CampaignSku, quantity: int) -> None:
    """Count goods against what is set aside. Raises CampaignSoldOut."""
    enough = CampaignSku.objects.filter(Q(quota=None) | Q(taken__lte=F("quota") - quantity), pk=offered.pk)
    if not enough.update(taken=F("taken") + quantity):
        raise CampaignSoldOut(left=0)
