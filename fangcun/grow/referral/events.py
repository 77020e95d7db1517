"""What invitations tell the other rooms."""

from __future__ import annotations

from dataclasses import dataclass

from fangcun.kernel.events import Event


@dataclass(frozen=True)
class InvitationNews(Event):
    """What every piece of news about an invitation carries."""

    invitation_id: int
    inviter_id: int
    invitee_id: int
    program_id: int
    order_number: str


@dataclass(frozen=True)
class InvitationAccepted(InvitationNews):
    """It is settled who invited whom; `order_number` is "" while no order was paid."""


@dataclass(frozen=True)
class RewardNews(InvitationNews):
    """What is given to both, or taken back: points, and coupon templates or None."""

    inviter_points: int
    inviter_template_id: int | None
    invitee_points: int
    invitee_template_id: int | None


@dataclass(frozen=True)
class InvitationRewarded(RewardNews):
    """Both get what the rules of that moment promised."""


@dataclass(frozen=True)
class InvitationReversed(RewardNews):
    """The order was given back, or the two turned out to be one person; what was given for it is taken back."""
