"""What follows for invitations: orders settle and undo them, rewards are given and taken back."""

from __future__ import annotations

from fangcun.grow.links.services import reassign as reassign_openings
from fangcun.grow.loyalty.services import earn, undo_earning
from fangcun.grow.referral.events import InvitationReversed, InvitationRewarded, RewardNews
from fangcun.grow.referral.services import note_paid_order, note_refund, reverse
from fangcun.grow.referral.services import reassign as reassign_invitations
from fangcun.identity.members.events import MembersMerged
from fangcun.identity.members.models import Member
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.events import listens
from fangcun.shop.offers.models import Coupon
from fangcun.shop.offers.services import give_coupon, withdraw_coupon
from fangcun.shop.offers.states import CouponStatus
from fangcun.shop.orders.events import OrderCancelled, OrderPaid, OrderRefunded, OrderReleased


@listens(OrderPaid)
def reward_a_first_order(event: OrderPaid) -> None:
    note_paid_order(order_id=event.order_id)


@listens(OrderReleased)
def reward_a_first_order_that_waited(event: OrderReleased) -> None:
    note_paid_order(order_id=event.order_id)


@listens(OrderRefunded)
def undo_when_it_is_given_back(event: OrderRefunded) -> None:
    note_refund(order_id=event.order_id, full=event.full)


@listens(OrderCancelled)
def undo_when_it_is_cancelled(event: OrderCancelled) -> None:
    if event.paid:
        reverse(order_number=event.number, reason="首单已取消")


@listens(InvitationRewarded)
def give_the_points(event: InvitationRewarded) -> None:
    for side, member_id, points in _sides_of_points(event):
        if points:
            earn(
                member_id=_now(member_id),
                points=points,
                reason="invite",
                key=_key(event, side),
                program_id=event.program_id,
                reference=event.order_number,
            )


@listens(InvitationRewarded)
def give_the_coupons(event: InvitationRewarded) -> None:
    sides = (
        ("inviter", event.inviter_id, event.inviter_template_id),
        ("invitee", event.invitee_id, event.invitee_template_id),
    )
    for side, member_id, template_id in sides:
        if template_id is not None:
            give_coupon(
                template_id=template_id,
                member_id=_now(member_id),
                by=SYSTEM,
                key=_key(event, side),
                source="invite",
            )


@listens(InvitationReversed)
def take_the_points_back(event: InvitationReversed) -> None:
    for side, _member_id, points in _sides_of_points(event):
        if points:
            undo_earning(key=_key(event, side), program_id=event.program_id)


@listens(InvitationReversed)
def take_the_coupons_back(event: InvitationReversed) -> None:
    """What was used already is gone with the order it was used for."""
    for side in ("inviter", "invitee"):
        given = Coupon.objects.filter(key=_key(event, side)).first()
        if given is not None and given.may_enter(CouponStatus.WITHDRAWN):
            withdraw_coupon(given, by=SYSTEM, reason="邀请的首单已退款")


@listens(MembersMerged)
def keep_his_invitations(event: MembersMerged) -> None:
    reassign_openings(kept_id=event.kept_id, gone_id=event.gone_id)
    reassign_invitations(kept_id=event.kept_id, gone_id=event.gone_id)


def _sides_of_points(event: RewardNews) -> list[tuple[str, int, int]]:
    return [
        ("inviter", event.inviter_id, event.inviter_points),
        ("invitee", event.invitee_id, event.invitee_points),
    ]


def _key(event: RewardNews, side: str) -> str:
    return f"invite:{event.invitation_id}:{side}"


def _now(member_id: int) -> int:
    """Who a member is by now: the news may be older than a merge."""
    return Member.objects.filter(pk=member_id).values_list("merged_into", flat=True).first() or member_id
