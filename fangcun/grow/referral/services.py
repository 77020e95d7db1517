"""The verbs of invitations: a code for everybody, touches, who invited whom, and what is given for it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from fangcun.grow.links.models import Link
from fangcun.grow.links.services import make_link
from fangcun.grow.referral.errors import CodeUnknown
from fangcun.grow.referral.merging import reassign
from fangcun.grow.referral.models import Invitation, InviteCode, ReferralRules, SettlesOn, Touch
from fangcun.grow.referral.rewarding import approve, note_paid_order, note_refund, reject, reverse
from fangcun.grow.referral.rules import rules_now, save_rules
from fangcun.grow.referral.settling import bought_by, settle
from fangcun.identity.members.models import Member

__all__ = [
    "approve",
    "code_of",
    "invite_link",
    "note_paid_order",
    "note_refund",
    "reassign",
    "reject",
    "reverse",
    "save_rules",
    "touch",
]

# Without 0 and O, 1, L and I: people read codes to each other.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_LENGTH = 8
_TRIES = 5
INVITE_PAGE = "pages-grow/invite/invite"
# A login comes before the touch that the phone tells after it.
LOGIN_GRACE = dt.timedelta(hours=1)

Reason = Literal["self", "not_new", "settled", "off"]


@dataclass(frozen=True, slots=True)
class Touched:
    """Whether an invitation stands after a touch, and why it does not."""

    inviter: Member
    reason: Reason | None

    @property
    def counted(self) -> bool:
        """Whether this inviter's invitation may be the one."""
        return self.reason is None


def code_of(member_id: int) -> str:
    """A member's invite code, made when it is first asked for."""
    for _attempt in range(_TRIES):
        if code := InviteCode.objects.filter(member_id=member_id, is_main=True).first():
            return code.code
        made = get_random_string(_LENGTH, _LETTERS)
        InviteCode.objects.bulk_create([InviteCode(member_id=member_id, code=made)], ignore_conflicts=True)
    raise IntegrityError("no free invite code")  # 8 letters of 31: it takes a broken generator


def invite_link(*, member_id: int, program_id: int) -> Link:
    """The link that a member's card, poster and code lead by; the same one each time."""
    code = code_of(member_id)
    return make_link(page=INVITE_PAGE, query={"code": code}, program_id=program_id, key=f"referral:{code}")


@transaction.atomic
def touch(*, member_id: int, code: str, program_id: int, device: str = "") -> Touched:
    """Somebody came by an invitation. Newcomers only, and nobody invites himself.

    A newcomer has paid no order; where the rules settle at the first login, he also came within the last hour.
    Touches are kept, since it is the first one within the rules' days before his first order that counts; where
    the rules settle at the login, the first touch settles at once. `device` is his phone, as tracking knows it.
    Raises CodeUnknown.
    """
    owner = InviteCode.objects.select_related("member").filter(code=code.upper()).first()
    if owner is None:
        raise CodeUnknown
    inviter, rules, now = owner.member, rules_now(), timezone.now()
    if not rules.is_active:
        return Touched(inviter, "off")
    if inviter.pk == member_id:
        return Touched(inviter, "self")
    settled = Invitation.objects.filter(invitee_id=member_id, superseded=False).first()
    if settled is not None:
        return Touched(inviter, None if settled.inviter_id == inviter.pk else "settled")
    if not _is_new(member_id, rules, now):
        return Touched(inviter, "not_new")
    made = _noted(inviter.pk, member_id, program_id, device, rules, now)
    if rules.settles_on == SettlesOn.LOGIN and settle(made, rules).inviter_id != inviter.pk:
        return Touched(inviter, "settled")
    return Touched(inviter, None)


def _is_new(member_id: int, rules: ReferralRules, now: dt.datetime) -> bool:
    if bought_by(member_id).exists():
        return False
    if rules.settles_on == SettlesOn.ORDER:
        return True
    return Member.objects.filter(pk=member_id, created_at__gte=now - LOGIN_GRACE).exists()


def _noted(
    inviter_id: int, member_id: int, program_id: int, device: str, rules: ReferralRules, now: dt.datetime
) -> Touch:
    since = now - dt.timedelta(days=rules.touch_days)
    same = Touch.objects.filter(inviter_id=inviter_id, invitee_id=member_id, at__gte=since).order_by("id")
    if (known := same.first()) is not None:
        if device and not known.device:
            same.filter(pk=known.pk).update(device=device)
        return known
    return Touch.objects.create(
        inviter_id=inviter_id, invitee_id=member_id, program_id=program_id, device=device, at=now
    )
