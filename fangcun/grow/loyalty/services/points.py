"""Earning points, giving and taking them by hand."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.grow.loyalty.errors import PointsInvalid
from fangcun.grow.loyalty.lots import Piece
from fangcun.grow.loyalty.models import Card, PointsEntry, Rules
from fangcun.grow.loyalty.services.growing import grow
from fangcun.grow.loyalty.services.ledger import expiry, put, take_card, take_out
from fangcun.grow.loyalty.states import Reason
from fangcun.identity.members.text import one_line
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record

MOST_BY_HAND = 1_000_000


@transaction.atomic
def earn(
    *,
    member_id: int,
    points: int = 0,
    growth: int = 0,
    reason: str,
    key: str,
    program_id: int | None = None,
    note: str = "",
    reference: str = "",
) -> bool:
    """Give a member points, growth or both, once per `key` (at most 100 characters); whether it was new.

    `reason` is one of Reason, such as "review", "invite" or "automation". Points expire by the rules; whoever owes
    points from a refund settles that first.
    """
    card, rules = take_card(member_id), Rules.current()
    is_new = False
    if points > 0 and not PointsEntry.objects.filter(key=key).exists():
        now = timezone.now()
        put(
            card, [Piece(points, expiry(rules, now))], reason=Reason(reason), key=key, program_id=program_id,
            note=note, reference=reference, at=now,
        )  # fmt: skip
        is_new = True
    if growth > 0:
        is_new = grow(card, growth, reason=reason, key=key, rules=rules) or is_new
    return is_new


@transaction.atomic
def give_by_hand(*, member_id: int, points: int, note: str, key: str, by: Actor) -> PointsEntry:
    """Give a member points (1 to 1,000,000), or take them with a minus, for a reason that he reads.

    `key` keeps a form that is sent twice from counting twice. Raises PointsInvalid, PointsShort.
    """
    note = one_line(note)
    wrong = {}
    if not 1 <= abs(points) <= MOST_BY_HAND:
        wrong["points"] = _("积分应在 1 到 {most} 之间").format(most=MOST_BY_HAND)
    if not 1 <= len(note) <= 100:
        wrong["note"] = _("请填写原因，不超过 100 个字")
    if wrong:
        raise PointsInvalid(fields=wrong)
    card = take_card(member_id)
    key = f"hand:{key}"
    known = PointsEntry.objects.filter(key=key).first()
    if known is not None:
        return known
    if points > 0:
        now, rules = timezone.now(), Rules.current()
        pieces = [Piece(points, expiry(rules, now))]
        entry = put(card, pieces, reason=Reason.GIFT, key=key, note=note, at=now)
    else:
        entry = take_out(member_id=card.member_id, points=-points, reason=Reason.TAKE, key=key, note=note)
    record(
        "loyalty.give_by_hand",
        by=by,
        object=card.member,
        before={"points": entry.balance_after - points},
        after={"points": entry.balance_after},
        note=note,
    )
    return entry


@transaction.atomic
def forgive_debt(*, member_id: int, by: Actor) -> int:
    """Let a member keep what he owes; how much it was."""
    card = take_card(member_id)
    if card.debt:
        Card.objects.filter(pk=card.pk).update(debt=0)
        record(
            "loyalty.forgive_debt", by=by, object=card.member, before={"debt": card.debt}, after={"debt": 0}
        )
    return card.debt
