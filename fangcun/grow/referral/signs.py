"""Signs that somebody invites himself. Each is a reason to look, none is a proof."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from fangcun.grow.links.models import Opening
from fangcun.grow.referral.models import Invitation, ReferralRules, Touch
from fangcun.grow.referral.states import Sign
from fangcun.identity.members.models import Address, Member
from fangcun.identity.members.phones import masked, readable_phone
from fangcun.insight.tracking.models import Identity
from fangcun.shop.orders.models import Order

_MOST_ORDERS = 50
_MOST_INVITATIONS = 200


def signs_of(invitation: Invitation, order: Order, rules: ReferralRules) -> list[dict[str, str]]:
    """What speaks against an invitation, each with its evidence; none for most.

    Looks at the phones of both (as tracking and links know them), at phone numbers and addresses of both, at
    parcels of the inviter's other invitees, and at how many came within the rules' hours.
    """
    found = []
    if device := _shared_device(invitation):
        found.append((Sign.SAME_DEVICE, _("设备 %s") % device[:8]))
    theirs = [order.address]
    his = _parcels_of(invitation.inviter_id)
    members = Member.objects.in_bulk([invitation.inviter_id, invitation.invitee_id])
    own = [{"phone": members[invitation.inviter_id].phone}]
    given = [{"phone": members[invitation.invitee_id].phone}]
    if phones := phones_in([*own, *his]) & phones_in([*given, *theirs]):
        found.append((Sign.SAME_PHONE, "、".join(sorted(masked(phone) or "" for phone in phones))))
    if places_in(his) & places_in(theirs):
        found.append(
            (
                Sign.SAME_ADDRESS,
                _("%(district)s，详细地址相同") % {"district": order.address.get("district", "")},
            )
        )
    if rules.shared_count and (count := _sharing(invitation, order)) >= rules.shared_count:
        found.append((Sign.SHARED_PARCELS, _("连同这单共 %d 位") % count))
    if rules.burst_count and (count := _burst(invitation, rules)) >= rules.burst_count:
        found.append(
            (Sign.BURST, _("%(hours)d 小时内 %(count)d 位") % {"hours": rules.burst_hours, "count": count})
        )
    return [{"sign": str(sign.value), "detail": str(detail)} for sign, detail in found]


def phones_in(parcels: Iterable[Mapping[str, Any]]) -> set[str]:
    """The phone numbers of addresses, each as it is dialled."""
    read = (readable_phone(str(parcel.get("phone") or "")) for parcel in parcels)
    return {phone for phone in read if phone}


def places_in(parcels: Iterable[Mapping[str, Any]]) -> set[str]:
    """Addresses without their spaces and punctuation, so that the same place is the same text."""
    texts = (
        "".join(str(parcel.get(part) or "") for part in ("province", "city", "district", "detail"))
        for parcel in parcels
        if parcel.get("detail")
    )
    return {re.sub(r"[\W_]+", "", text).lower() for text in texts}


def _shared_device(invitation: Invitation) -> str:
    theirs = _devices_of(invitation.invitee_id) | ({invitation.device} if invitation.device else set())
    if not theirs:
        return ""
    if both := theirs & _devices_of(invitation.inviter_id):
        return min(both)
    owned = Identity.objects.filter(device__key__in=theirs, member_id=invitation.inviter_id)
    return str(owned.values_list("device__key", flat=True).first() or "")


def _devices_of(member_id: int) -> set[str]:
    touched = Touch.objects.filter(invitee_id=member_id).exclude(device="").values_list("device", flat=True)
    opened = Opening.objects.filter(member_id=member_id).exclude(device="").order_by("-id")
    return {*touched, *opened.values_list("device", flat=True)[:_MOST_ORDERS]}


def _parcels_of(member_id: int) -> list[Mapping[str, Any]]:
    kept = [address.snapshot() for address in Address.objects.filter(member_id=member_id)]
    sent = Order.objects.filter(member_id=member_id).order_by("-id").values_list("address", flat=True)
    return [*kept, *sent[:_MOST_ORDERS]]


def _sharing(invitation: Invitation, order: Order) -> int:
    others = (
        Invitation.objects.filter(inviter_id=invitation.inviter_id, superseded=False)
        .exclude(pk=invitation.pk)
        .exclude(order_number="")
        .order_by("-id")
    )
    numbers = list(others.values_list("order_number", flat=True)[:_MOST_INVITATIONS])
    phones, places = phones_in([order.address]), places_in([order.address])
    parcels = Order.objects.filter(number__in=numbers).values_list("address", flat=True)
    return 1 + sum(bool(phones & phones_in([parcel]) or places & places_in([parcel])) for parcel in parcels)


def _burst(invitation: Invitation, rules: ReferralRules) -> int:
    hours = dt.timedelta(hours=rules.burst_hours)
    around = (invitation.touched_at - hours, invitation.touched_at + hours)
    came = Touch.objects.filter(inviter_id=invitation.inviter_id, at__range=around)
    return came.values("invitee_id").distinct().count()
