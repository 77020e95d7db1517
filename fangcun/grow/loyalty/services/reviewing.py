"""The review that finds who belongs to another tier."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from fangcun.grow.loyalty.models import Card, Rules, Tier
from fangcun.grow.loyalty.queries.simulating import growth_of_cards, who_moves
from fangcun.grow.loyalty.services.growing import change_tier, rank_of, tier_for
from fangcun.grow.loyalty.services.ledger import take_card
from fangcun.kernel.jobs import task

BATCH = 500


def review_tiers(*, now: dt.datetime | None = None, limit: int = BATCH) -> int:
    """Count everybody's growth anew (at `now`, else at this moment) and move who belongs elsewhere; how many moved.

    Up to the tier that is reached; down only when the protection is over, by one tier or to the one reached, as the
    rules say. Growth is counted in sets; only who moves is looked at alone, with his card locked.
    """
    now, rules = now or timezone.now(), Rules.current()
    moved, last = 0, 0
    while True:
        cards = list(Card.objects.filter(pk__gt=last).order_by("pk")[:limit])
        if not cards:
            return moved
        last = cards[-1].pk
        growth = growth_of_cards([card.pk for card in cards], rules.window_days, now)
        stale = [card.pk for card in cards if card.growth != growth.get(card.pk, 0)]
        if stale:
            _correct(stale, rules, now)
        for member_id in who_moves([card.pk for card in cards], growth, now):
            moved += _review(member_id, rules, now)


@transaction.atomic
def _correct(member_ids: list[int], rules: Rules, now: dt.datetime) -> None:
    """Let these cards say what the growth of the period is; counted again when nobody else can change it."""
    cards = list(Card.objects.select_for_update().filter(pk__in=member_ids).order_by("pk"))
    growth = growth_of_cards(member_ids, rules.window_days, now)
    for card in cards:
        card.growth = growth.get(card.pk, 0)
    Card.objects.bulk_update(cards, ["growth"])


@transaction.atomic
def _review(member_id: int, rules: Rules, now: dt.datetime) -> bool:
    card = take_card(member_id)
    growth = growth_of_cards([card.pk], rules.window_days, now).get(card.pk, 0)
    earned, rank = tier_for(growth), rank_of(card)
    reached = earned.rank if earned else 0
    if reached == rank:
        return False
    if reached < rank:
        if card.protected_until is not None and card.protected_until > now:
            return False
        if rules.one_step_down:
            earned = Tier.objects.filter(rank__lt=rank).order_by("-rank").first()
    card.growth = growth
    change_tier(card, earned, rules=rules, now=now)
    return True


@task()
def review_now() -> None:
    """Move who belongs elsewhere after the tiers have changed."""
    review_tiers()
