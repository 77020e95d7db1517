"""Taking back what was earned when its reason falls away."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from fangcun.grow.loyalty.models import Card, GrowthEntry, Lot, PointsEntry
from fangcun.grow.loyalty.services.growing import ungrow
from fangcun.grow.loyalty.services.ledger import take_card, take_owed
from fangcun.grow.loyalty.states import Reason


@transaction.atomic
def undo_earning(*, key: str, program_id: int | None = None) -> int:
    """Take back what `earn` gave under a key, once: what is spent already becomes debt. How many points came back.

    For rewards whose reason fell away, such as an invitation whose first order was refunded. Growth goes with them.
    """
    entry = PointsEntry.objects.filter(key=key).first()
    growth = GrowthEntry.objects.filter(key=key).first()
    owner = entry or growth
    if owner is None:
        return 0
    card = take_card(owner.member_id)
    if growth is not None:
        ungrow(card, growth.growth, reason=Reason.TAKE_BACK, key=f"undo:{key}", at=growth.at)
    now = timezone.now()
    if entry is None or not PointsEntry.objects.filter(pk=entry.pk, undone_at=None).update(undone_at=now):
        return 0
    return take_earned(
        card, entry, entry.points, key=f"undo:{key}", reference=entry.reference, program_id=program_id
    )


def take_earned(
    card: Card, entry: PointsEntry, points: int, *, key: str, reference: str, program_id: int | None
) -> int:
    """Take back points that an entry gave, from a card that is ours; how many came.

    First from what is left of them. What of them has expired unused is as good as taken: the member had nothing of
    it, and it must not matter whether the refund or the end of the day came first. The rest is taken from his other
    points, and what he has not got becomes debt.
    """
    own = list(Lot.objects.filter(entry=entry).order_by("id"))
    left = min(points, sum(lot.left for lot in own))
    forgiven = min(points - left, sum(lot.expired for lot in own))
    for lot in own:  # what is forgiven once is not forgiven again
        part = min(forgiven, lot.expired)
        if part:
            Lot.objects.filter(pk=lot.pk).update(expired=F("expired") - part, points=F("points") - part)
            forgiven -= part
            points -= part
    if not points:
        return 0
    mine = [lot for lot in own if lot.left]
    return take_owed(
        card, points, reason=Reason.TAKE_BACK, key=key, reference=reference, program_id=program_id, own=mine
    )
