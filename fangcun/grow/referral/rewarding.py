"""What follows for an invitation when the first order is paid, reviewed, or given back."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.grow.referral.errors import NotHeld
from fangcun.grow.referral.events import InvitationReversed, InvitationRewarded, RewardNews
from fangcun.grow.referral.models import Invitation, InviteCode, Touch
from fangcun.grow.referral.rules import rules_now
from fangcun.grow.referral.settling import bought_by, settle
from fangcun.grow.referral.signs import signs_of
from fangcun.grow.referral.states import InvitationStatus
from fangcun.insight.tracking.services import record_later
from fangcun.kernel import audit
from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.kernel.events import announce
from fangcun.shop.orders.models import Order
from fangcun.shop.orders.states import OrderStatus


@transaction.atomic
def note_paid_order(*, order_id: int) -> None:
    """An order was paid and is not held: when it is the invitee's first, settle and reward his invitation.

    Told again, or told of a later order, it changes nothing. What looks like inviting oneself is held for a person
    of the staff; below the rules' amount nothing is given.
    """
    order = Order.objects.get(pk=order_id)
    if order.paid_at is None or order.held_for or order.status == OrderStatus.CANCELLED:
        return
    if 0 < order.paid_amount <= order.refunded_amount:
        return  # the news of the refund was faster
    earlier = Q(paid_at__lt=order.paid_at) | Q(paid_at=order.paid_at, pk__lt=order.pk)
    if bought_by(order.member_id).filter(earlier).exists():
        return
    invitation = _settled(order)
    if invitation is None or invitation.status != InvitationStatus.WAITING:
        return
    rules = rules_now()
    if order.paid_amount < rules.least_paid_amount:
        invitation.enter(
            InvitationStatus.REJECTED,
            by=SYSTEM,
            reason=_("首单实付未达到最低金额"),
            order_number=order.number,
            ended_at=timezone.now(),
        )
    elif signs := signs_of(invitation, order, rules):
        invitation.enter(
            InvitationStatus.HELD, by=SYSTEM, reason=_("有疑点"), order_number=order.number, signs=signs
        )
    else:
        Invitation.objects.filter(pk=invitation.pk).update(order_number=order.number)
        invitation.order_number = order.number
        _reward(invitation, by=SYSTEM)


def _settled(order: Order) -> Invitation | None:
    standing = (
        Invitation.objects.select_for_update().filter(invitee_id=order.member_id, superseded=False).first()
    )
    if standing is not None:
        return standing
    rules = rules_now()
    if not rules.is_active:
        return None
    since = order.created_at - dt.timedelta(days=rules.touch_days)
    first = (
        Touch.objects.filter(invitee_id=order.member_id, at__gte=since, at__lte=order.created_at)
        .order_by("at", "id")
        .first()
    )
    return settle(first, rules, order_number=order.number) if first else None


def _reward(invitation: Invitation, *, by: Actor, reason: str = "") -> None:
    rules, now = rules_now(), timezone.now()
    # One inviter's rewards are counted one after the other, so that two at once don't both take the last place.
    list(InviteCode.objects.select_for_update().filter(member_id=invitation.inviter_id, is_main=True))
    since = now - dt.timedelta(days=rules.limit_days)
    rewarded = Invitation.objects.filter(
        inviter_id=invitation.inviter_id,
        status=InvitationStatus.REWARDED,
        capped=False,
        ended_at__gt=since,
    )
    capped = bool(rules.limit_count) and rewarded.count() >= rules.limit_count
    invitation.enter(
        InvitationStatus.REWARDED, by=by, reason=reason, capped=capped, was_rewarded=True, ended_at=now
    )
    announce(_news(InvitationRewarded, invitation))
    record_later(
        "invitation_rewarded",
        event_id=f"invitation_rewarded:{invitation.pk}",
        member_id=invitation.inviter_id,
        program_id=invitation.program_id,
        props={"invitee": invitation.invitee_id, "order_number": invitation.order_number},
        at=now,
    )


@transaction.atomic
def approve(*, invitation: Invitation, by: Actor, note: str = "") -> None:
    """Nothing is wrong with a held invitation: both get what they were promised. Raises NotHeld, StatusChanged."""
    if invitation.status != InvitationStatus.HELD:
        raise NotHeld
    _reward(invitation, by=by, reason=note or _("审核通过"))
    audit.record("referral.approve", by=by, object=invitation, note=note)


@transaction.atomic
def reject(*, invitation: Invitation, by: Actor, note: str = "") -> None:
    """A held invitation brings nothing. Raises NotHeld, StatusChanged."""
    if invitation.status != InvitationStatus.HELD:
        raise NotHeld
    invitation.enter(
        InvitationStatus.REJECTED, by=by, reason=note or _("审核未通过"), ended_at=timezone.now()
    )
    audit.record("referral.reject", by=by, object=invitation, note=note)


def note_refund(*, order_id: int, full: bool) -> bool:
    """Money of an order went back: what was given for it too, when all did or less is left than the rules ask for.

    Whether there was anything to take back; told again it changes nothing.
    """
    order = Order.objects.get(pk=order_id)
    if full:
        return reverse(order_number=order.number, reason=_("首单已退款"))
    if order.paid_amount - order.refunded_amount < rules_now().least_paid_amount:
        return reverse(order_number=order.number, reason=_("首单部分退款后不足最低金额"))
    return False


@transaction.atomic
def reverse(*, order_number: str, reason: str) -> bool:
    """The first order was given back: so is what was given for it. Whether there was anything; once."""
    invitation = (
        Invitation.objects.select_for_update()
        .filter(order_number=order_number, superseded=False)
        .exclude(status=InvitationStatus.REVERSED)
        .first()
    )
    if invitation is None:
        return False
    take_back(invitation, reason=reason)
    return True


def take_back(invitation: Invitation, *, reason: str) -> None:
    """Reverse one invitation; what was given for it is announced, to be taken back."""
    invitation.enter(InvitationStatus.REVERSED, by=SYSTEM, reason=reason, ended_at=timezone.now())
    if invitation.was_rewarded:
        announce(_news(InvitationReversed, invitation))


def _news(kind: type[RewardNews], invitation: Invitation) -> RewardNews:
    return kind(
        invitation_id=invitation.pk,
        inviter_id=invitation.inviter_id,
        invitee_id=invitation.invitee_id,
        program_id=invitation.program_id,
        order_number=invitation.order_number,
        inviter_points=0 if invitation.capped else invitation.inviter_points,
        inviter_template_id=None if invitation.capped else invitation.inviter_template_id,
        invitee_points=invitation.invitee_points,
        invitee_template_id=invitation.invitee_template_id,
    )
