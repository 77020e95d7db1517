"""All that the shop offers now or soon: read when it changes, kept by each process."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db import connection
from django.db.models import F, Q
from django.utils import timezone

from fangcun.shop.catalog.compiled import Compiled
from fangcun.shop.offers.models import CouponTemplate, FlashLine, LimitedLine, OfferBook, Threshold
from fangcun.shop.offers.rules import (
    NOTHING,
    STAGES,
    FlashOffer,
    LimitedOffer,
    Running,
    Scope,
    ScopeKind,
    Stacking,
    Step,
    ThresholdKind,
    ThresholdRule,
)
from fangcun.shop.offers.sale import DiscountKind

_token = Compiled(lambda pk: OfferBook.objects.filter(pk=pk).values("token"), arguments=1)
# by database: the token under which it was read, and what was read
_kept: dict[Any, tuple[str, Running]] = {}


def running() -> Running:
    """What is offered now or soon. One small statement as long as nothing changes."""
    found = _token(1)
    if not found:
        return NOTHING
    token, where = found[0]["token"], connection.settings_dict["NAME"]
    kept = _kept.get(where)
    if kept is None or kept[0] != token:
        # read after the token: what changes meanwhile brings another token
        kept = _kept[where] = (token, _read())
    return kept[1]


def stacking_of(book: OfferBook | None) -> Stacking:
    """What may combine with what, as it was saved; else as it usually is."""
    if book is None or not book.stacking:
        return Stacking()
    return Stacking(
        order=tuple(DiscountKind(kind) for kind in book.stacking.get("order") or STAGES),
        apart=frozenset((DiscountKind(a), DiscountKind(b)) for a, b in book.stacking.get("apart") or ()),
    )


def _read() -> Running:
    now = timezone.now()
    limited: dict[int, list[LimitedOffer]] = defaultdict(list)
    flash: dict[int, list[FlashOffer]] = defaultdict(list)
    fields = ("pk", "sku_id", "price_amount")
    of_sale = {"title": F("sale__title"), "starts": F("sale__starts_at"), "ends": F("sale__ends_at")}
    counts = Q(sale__is_active=True, sale__ends_at__gt=now)
    for row in LimitedLine.objects.filter(counts).order_by("pk").values(*fields, **of_sale):
        limited[row["sku_id"]].append(
            LimitedOffer(
                row["pk"], row["sku_id"], row["title"], row["price_amount"], row["starts"], row["ends"]
            )
        )
    for row in FlashLine.objects.filter(counts).order_by("pk").values(*fields, "per_member", **of_sale):
        flash[row["sku_id"]].append(
            FlashOffer(
                row["pk"],
                row["sku_id"],
                row["title"],
                row["price_amount"],
                row["starts"],
                row["ends"],
                row["per_member"],
            )
        )
    live = Threshold.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), is_active=True)
    return Running(
        limited={sku_id: tuple(offers) for sku_id, offers in limited.items()},
        flash={sku_id: tuple(offers) for sku_id, offers in flash.items()},
        thresholds=tuple(rule_of(threshold) for threshold in live.order_by("pk")),
        stacking=stacking_of(OfferBook.objects.filter(pk=1).first()),
        any_coupons=CouponTemplate.objects.exists(),
    )


def rule_of(threshold: Threshold) -> ThresholdRule:
    """A threshold as the till reads it."""
    return ThresholdRule(
        threshold_id=threshold.pk or 0,
        title=threshold.title,
        kind=ThresholdKind(threshold.kind),
        scope=Scope(ScopeKind(threshold.scope), frozenset(threshold.scope_ids)),
        steps=tuple(
            Step(step["need"], step["give"], step.get("sku_id", 0))
            for step in sorted(threshold.steps, key=lambda step: step["need"])
        ),
        priority=threshold.priority,
        starts_at=threshold.starts_at,
        ends_at=threshold.ends_at,
    )
