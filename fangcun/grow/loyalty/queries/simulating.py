"""What tiers make of the members there are: growth counted from the entries, by the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from fangcun.grow.loyalty.models import Card, GrowthEntry, Tier


def growth_of_cards(member_ids: Sequence[int], window_days: int, now: dt.datetime) -> dict[int, int]:
    """The growth of these members in the period, never below zero; who has none is left out. One statement."""
    since = now - dt.timedelta(days=window_days)
    rows = (
        GrowthEntry.objects.filter(member_id__in=member_ids, at__gt=since)
        .order_by()
        .values_list("member_id")
        .annotate(total=Sum("growth"))
    )
    return {member_id: max(total, 0) for member_id, total in rows}


def who_moves(member_ids: Sequence[int], growth: Mapping[int, int], now: dt.datetime) -> list[int]:
    """Which of these members reach a higher tier, or hold one that they don't reach and that is not protected."""
    thresholds = list(Tier.objects.order_by("-rank").values_list("rank", "growth_from"))
    held = Card.objects.filter(pk__in=member_ids).order_by("pk")
    found = []
    for member_id, rank, until in held.values_list("pk", "tier__rank", "protected_until"):
        grown = growth.get(member_id, 0)
        reached = next((number for number, needed in thresholds if needed <= grown), 0)
        safe = until is not None and until > now
        if reached > (rank or 0) or (reached < (rank or 0) and not safe):
            found.append(member_id)
    return found


@dataclass(frozen=True, slots=True)
class Simulation:
    """How many members would rise, fall or stay; of those who fall, how many are protected for now.

    `by_rank` says how many there would be in each rank when all protection has ended, 0 for none.
    """

    promoted: int
    demoted: int
    protected: int
    unchanged: int
    by_rank: dict[int, int] = field(default_factory=dict)


def simulate_tiers(
    thresholds: Sequence[int],
    *,
    window_days: int,
    kept_ids: Sequence[int | None] = (),
    now: dt.datetime | None = None,
) -> Simulation:
    """What would become of everybody with these thresholds (growth, from the lowest tier up); changes nothing.

    `kept_ids` are the ids of today's tiers at the same places, None for a new one: a member's tier keeps its name
    when others are put below it. One statement, however many members there are.
    """
    now = now or timezone.now()
    since = now - dt.timedelta(days=window_days)
    sums = (
        GrowthEntry.objects.filter(member_id=OuterRef("pk"), at__gt=since)
        .order_by()
        .values("member_id")
        .annotate(n=Sum("growth"))
        .values("n")
    )
    reached = Case(
        *[
            When(grown__gte=needed, then=Value(rank))
            for rank, needed in sorted(enumerate(thresholds, 1), reverse=True)
        ],
        default=Value(0),
        output_field=IntegerField(),
    )
    ids = list(kept_ids) or list(Tier.objects.order_by("rank").values_list("pk", flat=True))
    held = Case(
        *[When(tier_id=key, then=Value(rank)) for rank, key in enumerate(ids, 1) if key is not None],
        default=Value(0),
        output_field=IntegerField(),
    )
    rows = (
        Card.objects.filter(member__merged_into=None)
        .annotate(grown=Coalesce(Subquery(sums), Value(0), output_field=BigIntegerField()))
        .annotate(reached=reached, held=held)
        .order_by()
        .values_list("held", "reached")
        .annotate(n=Count("pk"), safe=Count("pk", filter=Q(protected_until__gt=now)))
    )
    promoted = demoted = protected = unchanged = 0
    by_rank = dict.fromkeys(range(len(thresholds) + 1), 0)
    for before, after, n, safe in rows:
        by_rank[after] += n
        if after > before:
            promoted += n
        elif after < before:
            demoted += n
            protected += safe
        else:
            unchanged += n
    return Simulation(promoted, demoted, protected, unchanged, by_rank)
