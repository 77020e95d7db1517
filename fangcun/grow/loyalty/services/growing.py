"""Growth, and the tier that it makes: up at once, down only when the nightly review finds it."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from fangcun.grow.loyalty.events import TierChanged
from fangcun.grow.loyalty.models import Card, GrowthEntry, Rules, Tier, TierChange
from fangcun.grow.loyalty.queries.simulating import growth_of_cards
from fangcun.kernel.events import announce


def grow(
    card: Card, growth: int, *, reason: str, key: str, rules: Rules, at: dt.datetime | None = None
) -> bool:
    """Count growth on a card that is ours, once per key, and raise the tier that it reaches; whether it was new."""
    if GrowthEntry.objects.filter(key=key).exists():
        return False
    now = at or timezone.now()
    GrowthEntry.objects.create(member_id=card.member_id, growth=growth, reason=reason, key=key, at=now)
    recount(card, rules, now)
    earned = tier_for(card.growth)
    if earned is not None and earned.rank > rank_of(card):
        change_tier(card, earned, rules=rules, now=now)
    return True


def ungrow(card: Card, growth: int, *, reason: str, key: str, at: dt.datetime) -> None:
    """Take growth back from a card that is ours, once per key; it counts at the time of what it takes back."""
    if GrowthEntry.objects.filter(key=key).exists():
        return
    GrowthEntry.objects.create(member_id=card.member_id, growth=-growth, reason=reason, key=key, at=at)
    recount(card, Rules.current(), timezone.now())


def recount(card: Card, rules: Rules, now: dt.datetime) -> None:
    """Let a card that is ours say what its member's growth in the period is."""
    card.growth = growth_of_cards([card.pk], rules.window_days, now).get(card.pk, 0)
    Card.objects.filter(pk=card.pk).update(growth=card.growth)


def tier_for(growth: int) -> Tier | None:
    """The tier that so much growth reaches, or None."""
    return Tier.objects.filter(growth_from__lte=growth).order_by("-rank").first()


def rank_of(card: Card) -> int:
    """The rank of a card's tier; 0 without one."""
    return card.tier.rank if card.tier is not None else 0


def change_tier(card: Card, target: Tier | None, *, rules: Rules, now: dt.datetime) -> TierChange:
    """Move a card that is ours to another tier, which is safe for a while then; news for everybody."""
    source, rose = card.tier, (target.rank if target else 0) > rank_of(card)
    card.tier, card.tier_since = target, now
    card.protected_until = now + dt.timedelta(days=rules.protection_days)
    Card.objects.filter(pk=card.pk).update(tier=target, tier_since=now, protected_until=card.protected_until)
    change = TierChange.objects.create(
        member_id=card.member_id, source=source, target=target, growth=card.growth, at=now
    )
    announce(
        TierChanged(
            member_id=card.member_id,
            change_id=change.pk,
            source_rank=source.rank if source else 0,
            target_rank=target.rank if target else 0,
            name=target.name if target else "",
            rose=rose,
        )
    )
    return change
