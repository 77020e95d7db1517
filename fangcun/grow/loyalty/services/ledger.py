"""The ledger's own hand: taking a member's card, putting points in, drawing them out.

Everything that moves points goes through here, inside the caller's transaction, and only after the card's row is
ours: then ledger, lots and card change together or not at all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import F
from django.utils import timezone

from fangcun.grow.loyalty.errors import PointsShort
from fangcun.grow.loyalty.events import PointsChanged
from fangcun.grow.loyalty.lots import Piece, draw, rest_after
from fangcun.grow.loyalty.models import Card, Lot, LotUse, PointsEntry, Rules
from fangcun.grow.loyalty.states import Reason
from fangcun.identity.members.models import Member
from fangcun.kernel.events import announce


def take_card(member_id: int) -> Card:
    """A member's card, locked until the caller's transaction ends; made when there is none.

    A member who was merged into another meanwhile is that other one.
    """
    while True:
        card = Card.objects.select_for_update().filter(pk=member_id).first()
        if card is None:
            Card.objects.bulk_create([Card(member_id=member_id)], ignore_conflicts=True)
            continue
        kept_id = Member.objects.values_list("merged_into", flat=True).get(pk=member_id)
        if kept_id is None:
            return card
        member_id = kept_id


def expiry(rules: Rules, now: dt.datetime) -> dt.datetime | None:
    """When points that come now expire: at the end of a local day, or never."""
    if not rules.valid_days:
        return None
    return end_of_day(timezone.localdate(now) + dt.timedelta(days=rules.valid_days))


def end_of_day(day: dt.date) -> dt.datetime:
    """The moment at which a day of the shop's time zone is over."""
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min)
    return timezone.make_aware(midnight, timezone.get_default_timezone())


def usable_lots(member_id: int, now: dt.datetime) -> list[Lot]:
    """The lots that points can be taken from, what expires first first. Only while the card is ours."""
    lots = Lot.objects.filter(member_id=member_id, left__gt=0)
    ordered = lots.order_by(F("expires_at").asc(nulls_last=True), "id")
    return [lot for lot in ordered if lot.expires_at is None or lot.expires_at > now]


def put(
    card: Card,
    pieces: Sequence[Piece],
    *,
    reason: Reason,
    key: str,
    program_id: int | None = None,
    reference: str = "",
    note: str = "",
    at: dt.datetime | None = None,
) -> PointsEntry:
    """Add points to a card that is ours. What the member owes is settled from them at once, in a line of its own."""
    now = at or timezone.now()
    total = sum(piece.points for piece in pieces)
    settled = min(total, card.debt)
    card.points += total
    entry = PointsEntry(
        member_id=card.member_id, points=total, reason=reason, key=key, reference=reference, note=note[:100],
        balance_after=card.points, created_at=now,
        expires_at=min((piece.expires_at for piece in pieces if piece.expires_at), default=None),
    )  # fmt: skip
    entry.save(force_insert=True)
    if settled:
        card.points -= settled
        card.debt -= settled
        PointsEntry.objects.create(
            member_id=card.member_id, points=-settled, reason=Reason.DEBT, key=f"debt:{key}"[:120],
            reference=reference, balance_after=card.points, created_at=now,
        )  # fmt: skip
    Lot.objects.bulk_create(
        Lot(
            member_id=card.member_id, entry=entry, points=piece.points, left=piece.points,
            expires_at=piece.expires_at,
        )
        for piece in rest_after(pieces, settled)
    )  # fmt: skip
    Card.objects.filter(pk=card.pk).update(points=F("points") + total - settled, debt=F("debt") - settled)
    _tell(card, entry, program_id)
    return entry


def take_out(
    *,
    member_id: int,
    points: int,
    reason: Reason,
    key: str,
    program_id: int | None = None,
    reference: str = "",
    note: str = "",
    traced: bool = False,
) -> PointsEntry:
    """Draw points that a member has, what expires first first. Raises PointsShort: then nothing has changed.

    The conditional update both looks and takes the row, so of two who want the last points one gets them.
    `traced` keeps from which lots they came, so that they can come back.
    """
    if not Card.objects.filter(pk=member_id, points__gte=points).update(points=F("points") - points):
        raise PointsShort(points=points)
    lots = usable_lots(member_id, timezone.now())
    drawn = draw(lots, points)
    if sum(part for _, part in drawn) < points:
        raise PointsShort(points=points)  # the rest has expired and waits to be swept
    lower(drawn)
    entry = PointsEntry.objects.create(
        member_id=member_id, points=-points, reason=reason, key=key, reference=reference, note=note[:100],
        balance_after=Card.objects.values_list("points", flat=True).get(pk=member_id),
    )  # fmt: skip
    if traced:
        LotUse.objects.bulk_create(LotUse(entry=entry, lot=lot, points=part) for lot, part in drawn)
    announce(
        PointsChanged(
            member_id=member_id, program_id=program_id, points=-points, balance=entry.balance_after,
            reason=reason, key=key, reference=reference,
        )
    )  # fmt: skip
    return entry


def take_owed(
    card: Card,
    points: int,
    *,
    reason: Reason,
    key: str,
    reference: str,
    program_id: int | None,
    own: Sequence[Lot] = (),
    traced: bool = False,
) -> int:
    """Take points from a card that is ours, from `own` lots first; what is not there becomes debt. How many came."""
    lots = [*own, *(lot for lot in usable_lots(card.member_id, timezone.now()) if lot not in own)]
    drawn = draw(lots, points)
    came = sum(part for _, part in drawn)
    lower(drawn)
    card.points -= came
    card.debt += points - came
    Card.objects.filter(pk=card.pk).update(points=F("points") - came, debt=F("debt") + points - came)
    if came:
        entry = PointsEntry.objects.create(
            member_id=card.member_id, points=-came, reason=reason, key=key, reference=reference,
            balance_after=card.points,
        )  # fmt: skip
        if traced:
            LotUse.objects.bulk_create(LotUse(entry=entry, lot=lot, points=part) for lot, part in drawn)
        _tell(card, entry, program_id)
    return came


def lower(drawn: Sequence[tuple[Lot, int]]) -> None:
    """Write down what was drawn: whole lots in one statement, the last one in another."""
    whole = [lot.pk for lot, part in drawn if lot.left == part]
    if whole:
        Lot.objects.filter(pk__in=whole).update(left=0)
    for lot, part in drawn:
        if lot.left != part:
            Lot.objects.filter(pk=lot.pk).update(left=F("left") - part)
        lot.left -= part


def _tell(card: Card, entry: PointsEntry, program_id: int | None) -> None:
    announce(
        PointsChanged(
            member_id=card.member_id, program_id=program_id, points=entry.points, balance=card.points,
            reason=entry.reason, key=entry.key, reference=entry.reference,
        )
    )  # fmt: skip
