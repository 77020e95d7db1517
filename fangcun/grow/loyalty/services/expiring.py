"""Points whose time is over."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F, Max, OuterRef, Subquery, Sum
from django.utils import timezone

from fangcun.grow.loyalty.events import PointsChanged
from fangcun.grow.loyalty.models import Card, Lot, PointsEntry
from fangcun.grow.loyalty.states import Reason
from fangcun.kernel.events import announce

BATCH = 500


def expire_points(*, now: dt.datetime | None = None, limit: int = BATCH) -> int:
    """Let points expire whose day is over (at `now`, else at this moment), of so many members; of how many it was.

    In sets: a constant number of statements. The cards are locked first and in order, and what is due is looked at
    after that, so a refund or a purchase at the same moment has happened wholly before or wholly after.
    """
    now = now or timezone.now()
    due = Lot.objects.filter(left__gt=0, expires_at__lte=now)
    found = list(due.order_by().values_list("member_id", flat=True).distinct()[:limit])
    if not found:
        return 0
    with transaction.atomic():
        cards = list(Card.objects.select_for_update().filter(pk__in=found).order_by("pk"))
        _expire(cards, now)
    return len(found)


def _expire(cards: list[Card], now: dt.datetime) -> None:
    ids = [card.pk for card in cards]
    due = Lot.objects.filter(member_id__in=ids, left__gt=0, expires_at__lte=now)
    totals = {
        row["member_id"]: row
        for row in due.order_by().values("member_id").annotate(total=Sum("left"), last=Max("id"))
    }
    if not totals:
        return
    sums = (
        due.filter(member_id=OuterRef("pk"))
        .order_by()
        .values("member_id")
        .annotate(n=Sum("left"))
        .values("n")
    )
    Card.objects.filter(pk__in=list(totals)).update(points=F("points") - Subquery(sums))
    due.update(expired=F("expired") + F("left"), left=0)
    entries = [
        PointsEntry(
            member_id=card.pk,
            points=-totals[card.pk]["total"],
            reason=Reason.EXPIRE,
            key=f"expire:{totals[card.pk]['last']}",  # a lot expires once
            balance_after=card.points - totals[card.pk]["total"],
            created_at=now,
        )
        for card in cards
        if card.pk in totals
    ]
    PointsEntry.objects.bulk_create(entries)
    announce(
        *[
            PointsChanged(
                member_id=entry.member_id, program_id=None, points=entry.points, balance=entry.balance_after,
                reason=Reason.EXPIRE, key=entry.key, reference="",
            )
            for entry in entries
        ]
    )  # fmt: skip
