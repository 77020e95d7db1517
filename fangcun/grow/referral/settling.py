"""Settling who invited whom: once, whoever races."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone

from fangcun.grow.referral.events import InvitationAccepted
from fangcun.grow.referral.models import Invitation, ReferralRules, Touch
from fangcun.insight.tracking.services import record_later
from fangcun.kernel.events import announce
from fangcun.shop.orders.models import Order
from fangcun.shop.orders.states import OrderStatus


def bought_by(member_id: int) -> QuerySet[Order]:
    """A member's paid orders, but for those that were cancelled while held: a group that never formed sold nothing."""
    unformed = Q(status=OrderStatus.CANCELLED) & ~Q(held_for="")
    return Order.objects.filter(member_id=member_id, paid_at__isnull=False).exclude(unformed)


def settle(touch: Touch, rules: ReferralRules, *, order_number: str = "") -> Invitation:
    """The invitee's invitation: that of this touch, unless another was faster. What it promises is fixed now."""
    now = timezone.now()
    made = Invitation(
        inviter_id=touch.inviter_id,
        invitee_id=touch.invitee_id,
        program_id=touch.program_id,
        touched_at=touch.at,
        settled_at=now,
        device=touch.device,
        inviter_points=rules.inviter_points,
        inviter_template_id=rules.inviter_template_id,
        invitee_points=rules.invitee_points,
        invitee_template_id=rules.invitee_template_id,
    )
    Invitation.objects.bulk_create([made], ignore_conflicts=True)
    standing = Invitation.objects.select_for_update().get(invitee_id=touch.invitee_id, superseded=False)
    # Of two who settle the same at once both may tell it; the fact has one id and the news one listener's key.
    if standing.settled_at == now and standing.inviter_id == touch.inviter_id:
        announce(
            InvitationAccepted(
                invitation_id=standing.pk,
                inviter_id=standing.inviter_id,
                invitee_id=standing.invitee_id,
                program_id=standing.program_id,
                order_number=order_number,
            )
        )
        record_later(
            "invitation_accepted",
            event_id=f"invitation_accepted:{standing.pk}",
            member_id=standing.invitee_id,
            program_id=standing.program_id,
            props={"inviter": standing.inviter_id},
            at=now,
        )
    return standing
