"""Two members turned out to be one person: his codes, touches and invitations are put together."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from fangcun.grow.referral.models import Invitation, InviteCode, Touch
from fangcun.grow.referral.rewarding import take_back
from fangcun.grow.referral.states import InvitationStatus


@transaction.atomic
def reassign(*, kept_id: int, gone_id: int) -> None:
    """What either was part of, the one person is part of. Told again it changes nothing.

    Both codes go on working. An invitation of one by the other was by oneself: it is reversed. When both had been
    invited the invitation that was settled first stands, and the other one is reversed.
    """
    if InviteCode.objects.filter(member_id=kept_id, is_main=True).exists():
        InviteCode.objects.filter(member_id=gone_id).update(is_main=False)
    InviteCode.objects.filter(member_id=gone_id).update(member_id=kept_id)

    between = {kept_id, gone_id}
    Touch.objects.filter(inviter_id__in=between, invitee_id__in=between).delete()
    Touch.objects.filter(invitee_id=gone_id).update(invitee_id=kept_id)
    Touch.objects.filter(inviter_id=gone_id).update(inviter_id=kept_id)

    standing = Invitation.objects.select_for_update().filter(superseded=False)
    for by_oneself in standing.filter(inviter_id__in=between, invitee_id__in=between):
        _supersede(by_oneself, reason=_("邀请双方是同一个人"))
    invited = list(standing.filter(invitee_id__in=between).order_by("settled_at", "id"))
    for later in invited[1:]:
        _supersede(later, reason=_("合并前的两个会员都被邀请过"))
    Invitation.objects.filter(invitee_id=gone_id).update(invitee_id=kept_id)
    Invitation.objects.filter(inviter_id=gone_id).update(inviter_id=kept_id)


def _supersede(invitation: Invitation, *, reason: str) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(superseded=True)
    invitation.superseded = True
    if invitation.status != InvitationStatus.REVERSED:
        take_back(invitation, reason=reason)
