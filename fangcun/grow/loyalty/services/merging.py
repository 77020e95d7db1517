"""Two members turned out to be one person."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from fangcun.grow.loyalty.lots import draw
from fangcun.grow.loyalty.models import (
    Activity,
    Card,
    CheckIn,
    GrowthEntry,
    Lot,
    OrderPoints,
    PointsEntry,
    Rules,
    SignUp,
    TierChange,
)
from fangcun.grow.loyalty.services.growing import change_tier, rank_of, recount, tier_for
from fangcun.grow.loyalty.services.ledger import lower, usable_lots
from fangcun.grow.loyalty.states import Reason, SignUpStatus
from fangcun.grow.loyalty.streaks import streak_at


@transaction.atomic
def reassign_loyalty(*, kept_id: int, gone_id: int) -> None:
    """Give one member all that the other has: both ledgers, the points of both, check-ins and places.

    Where both checked in on a day or have a place at an activity, the kept one's counts and the other place is free
    again; points stay as they were given. Debt is settled from the points of both. Again changes nothing.
    """
    cards = {}
    for member_id in (gone_id, kept_id):  # as take_card goes from one to the other
        Card.objects.bulk_create([Card(member_id=member_id)], ignore_conflicts=True)
        cards[member_id] = Card.objects.select_for_update().get(pk=member_id)
    gone, kept = cards[gone_id], cards[kept_id]
    for model in (PointsEntry, Lot, OrderPoints, GrowthEntry, TierChange):
        model._default_manager.filter(member_id=gone_id).update(member_id=kept_id)
    kept.points += gone.points
    kept.debt += gone.debt
    changes = {
        "points": kept.points,
        "debt": kept.debt,
        "make_up_cards": kept.make_up_cards + gone.make_up_cards,
    }
    if kept.birth_month is None:
        changes |= {name: getattr(gone, name) for name in ("birth_month", "birth_day", "birthday_set_at")}
    Card.objects.filter(pk=kept_id).update(**changes)
    Card.objects.filter(pk=gone_id).update(
        points=0, debt=0, growth=0, make_up_cards=0, tier=None, tier_since=None, protected_until=None,
        birth_month=None, birth_day=None, birthday_set_at=None,
    )  # fmt: skip
    _settle(kept, gone_id)
    _rank(kept, gone)
    _join_check_ins(kept_id, gone_id)
    _join_sign_ups(kept_id, gone_id)


def _settle(kept: Card, gone_id: int) -> None:
    drawn = draw(usable_lots(kept.pk, timezone.now()), kept.debt)
    came = sum(part for _, part in drawn)
    if not came:
        return
    lower(drawn)
    kept.points -= came
    kept.debt -= came
    Card.objects.filter(pk=kept.pk).update(points=F("points") - came, debt=F("debt") - came)
    PointsEntry.objects.create(
        member_id=kept.pk, points=-came, reason=Reason.DEBT, balance_after=kept.points,
        key=f"debt:merge:{gone_id}:{PointsEntry.objects.filter(member_id=kept.pk).count()}",
    )  # fmt: skip


def _rank(kept: Card, gone: Card) -> None:
    """The higher tier of the two, or the one that both growths together reach."""
    rules, now = Rules.current(), timezone.now()
    recount(kept, rules, now)
    earned = tier_for(kept.growth)
    best = max((gone.tier, earned), key=lambda tier: tier.rank if tier else 0)
    if best is not None and best.rank > rank_of(kept):
        change_tier(kept, best, rules=rules, now=now)


def _join_check_ins(kept_id: int, gone_id: int) -> None:
    theirs = CheckIn.objects.filter(member_id=gone_id)
    if not theirs.exists():
        return
    theirs.filter(day__in=CheckIn.objects.filter(member_id=kept_id).values("day")).delete()
    theirs.update(member_id=kept_id)
    rows = list(CheckIn.objects.filter(member_id=kept_id).order_by("day"))
    days = {row.day for row in rows}
    for row in rows:
        row.streak = streak_at(days, row.day)
    CheckIn.objects.bulk_update(rows, ["streak"], batch_size=500)


def _join_sign_ups(kept_id: int, gone_id: int) -> None:
    theirs = SignUp.objects.filter(member_id=gone_id)
    both = theirs.filter(activity__in=SignUp.objects.filter(member_id=kept_id).values("activity"))
    for sign_up in both.order_by("activity_id"):
        own = SignUp.objects.get(member_id=kept_id, activity_id=sign_up.activity_id)
        if own.status == SignUpStatus.CANCELLED:
            own.delete()  # the other one says more
            continue
        if sign_up.status == SignUpStatus.SIGNED:
            Activity.objects.filter(pk=sign_up.activity_id).update(taken=F("taken") - 1)
        sign_up.delete()
    theirs.update(member_id=kept_id)
