"""Tiers as the shop wants them, and their prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.grow.loyalty.errors import TierInUse, TiersInvalid
from fangcun.grow.loyalty.models import Activity, Card, MemberPrice, Rules, Tier
from fangcun.grow.loyalty.models.rules import ONLY
from fangcun.grow.loyalty.services.reviewing import review_now
from fangcun.identity.members.text import one_line
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record
from fangcun.shop.catalog.models import Sku

MOST_TIERS = 10


@dataclass(frozen=True, slots=True)
class TierSpec:
    """A tier as it should be; its rank is its place in the list. `id` is None for a new one."""

    name: str
    growth_from: int
    permille: int = 1000
    free_freight: bool = False
    birthday_template_id: int | None = None
    early_hours: int = 0
    id: int | None = None


@transaction.atomic
def save_tiers(
    tiers: Sequence[TierSpec],
    *,
    window_days: int | None = None,
    protection_days: int | None = None,
    one_step_down: bool | None = None,
    by: Actor,
) -> list[Tier]:
    """Make these the tiers, from the lowest to the highest, and the rules by which members fall.

    Whoever reaches a higher one by the new thresholds rises at once, in the background; whoever
    reaches only a lower one keeps his until a review after his protection. Raises TiersInvalid, and TierInUse when
    one is left out that an activity names.
    """
    _refuse(tiers)
    rules = Rules.objects.select_for_update().filter(pk=ONLY).first() or Rules(pk=ONLY)
    before = {"tiers": [_content(tier) for tier in Tier.objects.all()], **_review_rules(rules)}
    for name, value in (
        ("window_days", window_days), ("protection_days", protection_days), ("one_step_down", one_step_down),
    ):  # fmt: skip
        if value is not None:
            setattr(rules, name, value)
    rules.updated_at = timezone.now()
    rules.save()
    kept = [spec.id for spec in tiers if spec.id is not None]
    gone = Tier.objects.exclude(pk__in=kept)
    if blocking := Activity.objects.filter(min_tier__in=gone).count():
        raise TierInUse(activities=blocking)
    Card.objects.filter(tier__in=gone).update(tier=None, protected_until=None)
    gone.delete()
    Tier.objects.filter(pk__in=kept).update(
        rank=1000 + F("rank")
    )  # out of each other's way while they are numbered
    saved = []
    for rank, spec in enumerate(tiers, 1):
        values = {**asdict(spec), "rank": rank, "name": one_line(spec.name)}
        key = values.pop("id")
        saved.append(
            Tier.objects.update_or_create(pk=key, defaults=values)[0]
            if key
            else Tier.objects.create(**values)
        )
    after = {"tiers": [_content(tier) for tier in saved], **_review_rules(rules)}
    record("loyalty.save_tiers", by=by, object=rules, before=before, after=after)
    review_now.enqueue()
    return saved


@transaction.atomic
def set_member_prices(*, tier: Tier, prices: Mapping[int, int], by: Actor) -> None:
    """Make these (SKU id → fen) the prices of a tier; SKUs left out have none any more. Raises TiersInvalid."""
    if any(amount <= 0 for amount in prices.values()):
        raise TiersInvalid(fields={"price_amount": _("会员价应大于 0")})
    known = set(Sku.objects.filter(pk__in=prices).values_list("pk", flat=True))
    if unknown := set(prices) - known:
        raise TiersInvalid(fields={"sku": _("没有这个规格：{sku}").format(sku=min(unknown))})
    before = dict(MemberPrice.objects.filter(tier=tier).values_list("sku_id", "price_amount"))
    MemberPrice.objects.filter(tier=tier).exclude(sku_id__in=prices).delete()
    MemberPrice.objects.bulk_create(
        [MemberPrice(tier=tier, sku_id=sku_id, price_amount=amount) for sku_id, amount in prices.items()],
        update_conflicts=True, unique_fields=["tier", "sku"], update_fields=["price_amount"],
    )  # fmt: skip
    record(
        "loyalty.set_member_prices", by=by, object=tier,
        before={str(sku_id): amount for sku_id, amount in before.items()},
        after={str(sku_id): amount for sku_id, amount in prices.items()},
    )  # fmt: skip


def _refuse(tiers: Sequence[TierSpec]) -> None:
    if len(tiers) > MOST_TIERS:
        raise TiersInvalid(fields={"name": _("最多 {most} 个等级").format(most=MOST_TIERS)}, row=MOST_TIERS)
    names = [one_line(spec.name) for spec in tiers]
    for row, spec in enumerate(tiers):
        wrong = {}
        if not 1 <= len(names[row]) <= 12:
            wrong["name"] = _("名称为 1 到 12 个字")
        elif names[row] in names[:row]:
            wrong["name"] = _("名称不能重复")
        if spec.growth_from < 1 or (row and spec.growth_from <= tiers[row - 1].growth_from):
            wrong["growth_from"] = _("所需成长值应逐级升高，且不小于 1")
        if not 1 <= spec.permille <= 1000:
            wrong["permille"] = _("应在 1 到 1000 之间")
        if not 0 <= spec.early_hours <= 240:
            wrong["early_hours"] = _("应在 0 到 240 之间")
        if wrong:
            raise TiersInvalid(fields=wrong, row=row)


def _content(tier: Tier) -> dict[str, Any]:
    names = ("rank", "name", "growth_from", "permille", "free_freight", "birthday_template_id", "early_hours")
    return {name: getattr(tier, name) for name in names}


def _review_rules(rules: Rules) -> dict[str, Any]:
    return {name: getattr(rules, name) for name in ("window_days", "protection_days", "one_step_down")}
