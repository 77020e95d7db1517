"""What a member has and may, for the quote and for his own pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db.models import Exists, F, Min, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.grow.loyalty.models import Card, CheckIn, Lot, MemberPrice, PointsEntry, Rules, Tier
from fangcun.grow.loyalty.models.rules import ONLY

SOON = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the sale needs to know of a member. `tier` is a rank, 0 for none; prices are per SKU id, in fen.

    `points_per_yuan` 0 means that points pay for nothing.
    """

    tier: int = 0
    tier_permille: int = 1000
    free_freight: bool = False
    early_hours: int = 0
    balance: int = 0
    points_per_yuan: int = 0
    most_permille: int = 0
    member_prices: Mapping[int, int] = field(default_factory=dict)


def standing_of(member_id: int) -> Standing:
    """What a member may pay with and what his tier gives him: one statement, with a tier two."""
    rules = Rules.objects.filter(pk=ONLY)
    plain = Rules()
    card = (
        Card.objects.filter(pk=member_id)
        .select_related("tier")
        .annotate(
            gone=Coalesce(Subquery(_gone(timezone.now())), Value(0)),
            per_yuan=Coalesce(Subquery(rules.values("points_per_yuan")), Value(plain.points_per_yuan)),
            most=Coalesce(Subquery(rules.values("most_permille")), Value(plain.most_permille)),
        )
        .first()
    )
    if card is None:
        return Standing()
    tier = card.tier
    return Standing(
        tier=tier.rank if tier else 0,
        tier_permille=tier.permille if tier else 1000,
        free_freight=tier.free_freight if tier else False,
        early_hours=tier.early_hours if tier else 0,
        balance=card.points - card.gone,
        points_per_yuan=card.per_yuan,
        most_permille=card.most,
        member_prices=_prices(tier.rank) if tier else {},
    )


def _gone(now: dt.datetime) -> QuerySet[Any, Any]:
    """Points whose day is over and that were not swept yet: as good as gone."""
    lots = Lot.objects.filter(member_id=OuterRef("pk"), left__gt=0, expires_at__lte=now).order_by()
    return lots.values("member_id").annotate(n=Sum("left")).values("n")


def _prices(rank: int) -> dict[int, int]:
    prices = MemberPrice.objects.filter(tier__rank__lte=rank).order_by().values_list("sku_id")
    return dict(prices.annotate(lowest=Min("price_amount")))


PrivilegeKind = Literal["discount", "member_price", "free_freight", "birthday", "early_access"]


@dataclass(frozen=True, slots=True)
class Privilege:
    """One thing that a tier is good for."""

    kind: PrivilegeKind
    title: str
    text: str


def privileges_of(tier: Tier) -> list[Privilege]:
    """What a tier gives, in words. Wants a tier annotated as by `tiers_with_prices`."""
    found = []
    if tier.permille < 1000:
        cut = f"{tier.permille / 100:g}"
        found.append(Privilege("discount", _("会员折扣"), _("商品享 {cut} 折").format(cut=cut)))
    if getattr(tier, "has_prices", False):
        found.append(Privilege("member_price", _("会员价"), _("指定商品享会员专属价")))
    if tier.free_freight:
        found.append(Privilege("free_freight", _("包邮"), _("每单免运费")))
    if tier.birthday_template_id is not None:
        found.append(Privilege("birthday", _("生日礼券"), _("生日当天送优惠券")))
    if tier.early_hours:
        text = _("秒杀提前 {hours} 小时开抢").format(hours=tier.early_hours)
        found.append(Privilege("early_access", _("优先购"), text))
    return found


def tiers_with_prices() -> list[Tier]:
    """All tiers from the lowest up; `has_prices` says whether one has member prices, its own or a lower one's."""
    prices = MemberPrice.objects.filter(tier__rank__lte=OuterRef("rank"))
    return list(Tier.objects.annotate(has_prices=Exists(prices)).order_by("rank"))


@dataclass(frozen=True, slots=True)
class Overview:
    """A member's loyalty at one glance. `streak` is the run that today's check-in ends or would go on with."""

    card: Card
    rules: Rules
    balance: int
    expiring_points: int
    expiring_at: dt.datetime | None
    tiers: list[Tier]
    tier: Tier | None
    next_tier: Tier | None
    checked_in_today: bool
    streak: int


def overview_of(member_id: int, *, now: dt.datetime | None = None) -> Overview:
    """What a member has, in a constant number of statements."""
    now = now or timezone.now()
    today = timezone.localdate(now)
    card = Card.objects.filter(pk=member_id).first() or Card(member_id=member_id)
    tiers, rules = tiers_with_prices(), Rules.current()
    lots = Lot.objects.filter(member_id=member_id, left__gt=0, expires_at__lte=now + SOON)
    by_end = list(lots.order_by("expires_at").values_list("expires_at").annotate(n=Sum("left")))
    gone = sum(points for at, points in by_end if at is not None and at <= now)
    soon = next(((at, points) for at, points in by_end if at is not None and at > now), (None, 0))
    days = CheckIn.objects.filter(member_id=member_id, day__in=[today, today - dt.timedelta(days=1)])
    last = days.order_by("-day").first()
    tier = next((one for one in tiers if one.pk == card.tier_id), None)
    return Overview(
        card=card,
        rules=rules,
        balance=card.points - gone,
        expiring_points=soon[1],
        expiring_at=soon[0],
        tiers=tiers,
        tier=tier,
        next_tier=next((one for one in tiers if one.rank > (tier.rank if tier else 0)), None),
        checked_in_today=last is not None and last.day == today,
        streak=last.streak if last else 0,
    )


def entries_of(member_id: int, *, before_id: int | None = None, limit: int = 20) -> list[PointsEntry]:
    """A member's ledger, the newest line first; go on with the id of the last one."""
    entries = PointsEntry.objects.filter(member_id=member_id).order_by("-id")
    if before_id is not None:
        entries = entries.filter(pk__lt=before_id)
    return list(entries[:limit])


def sums_agree() -> list[int]:
    """The members whose card, ledger and lots do not agree; always none."""
    lots = Lot.objects.filter(member_id=OuterRef("pk")).order_by().values("member_id").annotate(n=Sum("left"))
    lines = PointsEntry.objects.filter(member_id=OuterRef("pk")).order_by().values("member_id")
    cards = Card.objects.annotate(
        in_lots=Coalesce(Subquery(lots.values("n")), Value(0)),
        in_ledger=Coalesce(Subquery(lines.annotate(n=Sum("points")).values("n")), Value(0)),
    )
    wrong = cards.exclude(in_lots=F("points"), in_ledger=F("points"))
    return list(wrong.order_by("pk").values_list("pk", flat=True))
