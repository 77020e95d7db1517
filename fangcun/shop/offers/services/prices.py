"""Limited-time prices and flash sales, set by the operator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record
from fangcun.shop.catalog.queries import SkuFacts, skus_for
from fangcun.shop.offers.errors import FlashTaken, OfferInvalid
from fangcun.shop.offers.models import FlashLine, FlashSale, LimitedLine, LimitedSale, PriceSale
from fangcun.shop.offers.services.book import turn_page

MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class LimitedSpec:
    """What one SKU is to cost (fen)."""

    sku_id: int
    price_amount: int


@dataclass(frozen=True, slots=True)
class FlashSpec(LimitedSpec):
    """The same with so many pieces, so many of them a member (None: no limit)."""

    stock: int
    per_member: int | None = None


def save_limited_sale(sale: LimitedSale, *, lines: Sequence[LimitedSpec], by: Actor) -> LimitedSale:
    """Add or change limited-time prices. Raises OfferInvalid."""
    _refuse(sale, lines)
    with transaction.atomic():
        before = _facts(sale, LimitedLine.objects.filter(sale=sale.pk)) if sale.pk else None
        sale.save()
        kept = [spec.sku_id for spec in lines]
        LimitedLine.objects.filter(sale=sale).exclude(sku_id__in=kept).delete()
        LimitedLine.objects.bulk_create(
            [LimitedLine(sale=sale, sku_id=spec.sku_id, price_amount=spec.price_amount) for spec in lines],
            update_conflicts=True,
            unique_fields=["sale", "sku"],
            update_fields=["price_amount"],
        )
        turn_page()
        after = _facts(sale, LimitedLine.objects.filter(sale=sale))
        record("offers.save_limited_sale", by=by, object=sale, before=before, after=after)
    return sale


def save_flash_sale(sale: FlashSale, *, lines: Sequence[FlashSpec], by: Actor) -> FlashSale:
    """Add or change a flash sale. What orders have taken stays taken.

    Raises OfferInvalid, FlashTaken when less would be left than is taken, or a line with orders would go.
    """
    _refuse(sale, lines)
    for spec in lines:
        if spec.stock < 1 or (spec.per_member is not None and spec.per_member < 1):
            raise OfferInvalid(fields={"lines": _("件数和限购数都应大于 0；不限购请留空")})
    with transaction.atomic():
        before = _facts(sale, FlashLine.objects.filter(sale=sale.pk)) if sale.pk else None
        sale.save()
        wanted = {spec.sku_id: spec for spec in lines}
        for line in FlashLine.objects.filter(sale=sale).order_by("pk"):
            found = wanted.pop(line.sku_id, None)
            mine = FlashLine.objects.filter(pk=line.pk)
            if found is None:
                if not mine.filter(taken=0).delete()[0]:
                    raise FlashTaken
                continue
            enough = mine.filter(taken__lte=found.stock)
            if not enough.update(
                price_amount=found.price_amount, stock=found.stock, per_member=found.per_member
            ):
                raise FlashTaken
        FlashLine.objects.bulk_create(FlashLine(sale=sale, **asdict(spec)) for spec in wanted.values())
        turn_page()
        after = _facts(sale, FlashLine.objects.filter(sale=sale))
        record("offers.save_flash_sale", by=by, object=sale, before=before, after=after)
    return sale


def _refuse(sale: PriceSale, lines: Sequence[LimitedSpec]) -> None:
    sale.title = sale.title.strip()
    found: dict[str, str] = {}
    if not sale.title:
        found["title"] = _("请填写名称")
    if sale.ends_at <= sale.starts_at:
        found["ends_at"] = _("结束时间应晚于开始时间")
    if problem := _lines_problem(lines):
        found["lines"] = problem
    if found:
        raise OfferInvalid(fields=found)


def _lines_problem(lines: Sequence[LimitedSpec]) -> str:
    if not 1 <= len(lines) <= MOST_LINES:
        return _("请选择 1 到 %(n)s 件商品") % {"n": MOST_LINES}
    ids = [spec.sku_id for spec in lines]
    if len(set(ids)) < len(ids):
        return _("同一个规格只能出现一次")
    skus: dict[int, SkuFacts] = skus_for(ids)
    for spec in lines:
        sku = skus.get(spec.sku_id)
        if sku is None:
            return _("没有找到规格 %(id)s") % {"id": spec.sku_id}
        if not 0 < spec.price_amount < sku.price_amount:
            return _("「%(name)s」的活动价应大于 0 且低于售价") % {
                "name": f"{sku.title} {sku.sku_title}".strip()
            }
    return ""


def _facts(sale: PriceSale, lines: Any) -> dict[str, Any]:
    kept = type(sale)._default_manager.filter(pk=sale.pk)
    facts: dict[str, Any] = {
        key: value
        for row in kept.values("title", "starts_at", "ends_at", "is_active")
        for key, value in row.items()
    }
    fields = ["price_amount", *(["stock", "per_member"] if isinstance(sale, FlashSale) else [])]
    facts["lines"] = {str(row.pop("sku_id")): row for row in lines.values("sku_id", *fields)}
    return facts
