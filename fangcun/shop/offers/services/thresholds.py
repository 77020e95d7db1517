"""Thresholds, and what may combine with what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _

from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record
from fangcun.shop.catalog.models import Sku
from fangcun.shop.offers.errors import OfferInvalid
from fangcun.shop.offers.models import OfferBook, Threshold
from fangcun.shop.offers.queries.running import stacking_of
from fangcun.shop.offers.rules import PAIRS, STAGES, ScopeKind, Stacking, ThresholdKind
from fangcun.shop.offers.sale import DiscountKind
from fangcun.shop.offers.services.book import turn_page

MOST_STEPS = 10


def save_threshold(threshold: Threshold, *, by: Actor) -> Threshold:
    """Add or change a threshold; orders that were placed keep what they had. Raises OfferInvalid."""
    threshold.title = threshold.title.strip()
    threshold.steps = sorted(threshold.steps, key=lambda step: int(step["need"]))
    if threshold.scope == ScopeKind.ALL:
        threshold.scope_ids = []
    if problems := _problems(threshold):
        raise OfferInvalid(fields=problems)
    with transaction.atomic():
        old = Threshold.objects.filter(pk=threshold.pk).first() if threshold.pk else None
        threshold.save()
        turn_page()
        record(
            "offers.save_threshold",
            by=by,
            object=threshold,
            before=model_to_dict(old) if old else None,
            after=model_to_dict(threshold),
        )
    return threshold


def save_stacking(
    *, order: Sequence[DiscountKind], apart: Iterable[tuple[DiscountKind, DiscountKind]], by: Actor
) -> Stacking:
    """Say which kinds don't combine on one line, and in which order those on the whole are taken off.

    Raises OfferInvalid when a stage is missing or named twice, or a pair is none of the matrix.
    """
    stacking = Stacking(tuple(order), frozenset(apart))
    if sorted(stacking.order) != sorted(STAGES):
        raise OfferInvalid(fields={"order": _("每一种优惠都要排一次顺序")})
    if not stacking.apart <= set(PAIRS):
        raise OfferInvalid(fields={"apart": _("没有这样的组合")})
    with transaction.atomic():
        before = stacking_of(OfferBook.objects.filter(pk=1).first())
        turn_page()
        OfferBook.objects.filter(pk=1).update(stacking=_written(stacking))
        record("offers.save_stacking", by=by, before=_written(before), after=_written(stacking))
    return stacking


def _written(stacking: Stacking) -> dict[str, Any]:
    return {
        "order": [kind.value for kind in stacking.order],
        "apart": sorted([a.value, b.value] for a, b in stacking.apart),
    }


def _problems(threshold: Threshold) -> dict[str, str]:
    found: dict[str, str] = {}
    if not threshold.title:
        found["title"] = _("请填写名称")
    if threshold.scope != ScopeKind.ALL and not threshold.scope_ids:
        found["scope_ids"] = _("请选择分类或商品")
    if threshold.ends_at and threshold.ends_at <= threshold.starts_at:
        found["ends_at"] = _("结束时间应晚于开始时间")
    if problem := _steps_problem(ThresholdKind(threshold.kind), threshold.steps):
        found["steps"] = problem
    return found


def _steps_problem(kind: ThresholdKind, steps: Sequence[dict[str, int]]) -> str:
    if not 1 <= len(steps) <= MOST_STEPS:
        return _("请填写 1 到 %(n)s 档") % {"n": MOST_STEPS}
    needs = [step["need"] for step in steps]
    if len(set(needs)) < len(needs) or min(needs) < 1:
        return _("每一档的门槛要不同，而且大于 0")
    gives = [step["give"] for step in steps]
    if min(gives) < (0 if kind == ThresholdKind.PIECES_PRICE else 1):
        return _("每一档都要有优惠")
    if kind == ThresholdKind.SPEND_SAVE:
        if any(step["give"] > step["need"] for step in steps):
            return _("减的金额不能大于门槛")
        if gives != sorted(gives):
            return _("门槛越高，优惠应当越多")
    if kind == ThresholdKind.PIECES_FREE and any(step["give"] >= step["need"] for step in steps):
        return _("付款件数应少于购买件数")
    if kind == ThresholdKind.GIFT:
        wanted = {step.get("sku_id", 0) for step in steps}
        if Sku.objects.filter(pk__in=wanted).count() < len(wanted):
            return _("没有找到赠品，请重新选择")
    if kind in (ThresholdKind.PIECES_PRICE, ThresholdKind.PIECES_FREE) and max(needs) > 99:
        return _("件数最多 99")
    return ""
