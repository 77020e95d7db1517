"""The forms of limited-time prices, flash sales and thresholds: some rules, and rows of goods or steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fangcun.doors.console.forms import MoneyField, RefusableForm
from fangcun.doors.console.groupbuy_form import MomentField
from fangcun.doors.console.offers.goods import OneField, ScopeFields, initial_scope, scope_of, sku_choices
from fangcun.kernel.money import fen, yuan
from fangcun.shop.offers.models import FlashSale, LimitedSale, Threshold
from fangcun.shop.offers.rules import ThresholdKind
from fangcun.shop.offers.services import FlashSpec, LimitedSpec

BLANK_ROWS, BLANK_STEPS = 6, 3


class SaleForm(RefusableForm):
    title = forms.CharField(label=_("名称"), max_length=30, help_text=_("顾客会看到，例如：早市秒杀"))
    starts_at = MomentField(label=_("开始于"))
    ends_at = MomentField(label=_("结束于"))
    is_active = forms.BooleanField(label=_("启用"), required=False, initial=True)

    def __init__(self, data: Any, *, sale: LimitedSale | FlashSale | None) -> None:
        initial: dict[str, Any]
        if sale is not None:
            initial = {name: getattr(sale, name) for name in self.base_fields}
        else:
            now = timezone.localtime().replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=1)
            initial = {"starts_at": now, "ends_at": now + dt.timedelta(hours=2), "is_active": True}
        super().__init__(data, initial=initial)

    def fill(self, sale: LimitedSale | FlashSale) -> None:
        """Put what was filled in on the sale."""
        for name, value in self.cleaned_data.items():
            setattr(sale, name, value)


class LineForm(forms.Form):
    sku_id = OneField(label=_("规格"))
    price_amount = MoneyField(label=_("活动价（元）"), required=False, help_text="")
    stock = forms.IntegerField(label=_("件数"), min_value=1, max_value=1_000_000, required=False)
    per_member = forms.IntegerField(label=_("每人限购"), min_value=1, max_value=9999, required=False)

    def __init__(
        self, *args: Any, choices: list[tuple[Any, str]], flash: bool, taken: int, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["sku_id"].choices = choices  # type: ignore[attr-defined]
        self.flash, self.taken = flash, taken

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("sku_id"):
            for name in ("price_amount", *(["stock"] if self.flash else [])):
                if cleaned.get(name) is None and name not in self.errors:
                    self.add_error(name, _t("请填写"))
        return cleaned


def line_forms(data: Any, *, sale: LimitedSale | FlashSale | None, flash: bool) -> list[LineForm]:
    """A row for each line, and some blank ones; with how many of each are taken."""
    lines: list[Any] = list(sale.lines.all()) if sale and sale.pk else []
    choices = sku_choices(line.sku_id for line in lines)
    rows = []
    for number in range(max(len(lines), _posted(data, "line")) + (0 if data else BLANK_ROWS)):
        line: Any = lines[number] if number < len(lines) else None
        names = ("sku_id", "price_amount", *(("stock", "per_member") if flash else ()))
        initial = {name: getattr(line, name) for name in names} if line else {}
        taken = getattr(line, "taken", 0)
        form = LineForm(
            data, initial=initial, prefix=f"line-{number}", choices=choices, flash=flash, taken=taken
        )
        rows.append(form)
    return rows


def specs_of(rows: list[LineForm]) -> list[dict[str, Any]]:
    """The rows that name a SKU."""
    return [row.cleaned_data for row in rows if row.cleaned_data.get("sku_id")]


def limited_specs(rows: list[LineForm]) -> list[LimitedSpec]:
    """What the SKUs are to cost."""
    return [LimitedSpec(one["sku_id"], one["price_amount"]) for one in specs_of(rows)]


def flash_specs(rows: list[LineForm]) -> list[FlashSpec]:
    """The same with pieces and limits."""
    return [
        FlashSpec(one["sku_id"], one["price_amount"], one["stock"], one["per_member"])
        for one in specs_of(rows)
    ]


class ThresholdForm(ScopeFields, RefusableForm):
    title = forms.CharField(label=_("名称"), max_length=30, help_text=_("顾客会看到，例如：满百减十"))
    kind = forms.ChoiceField(label=_("形式"), choices=ThresholdKind.choices)
    priority = forms.IntegerField(
        label=_("优先级"),
        initial=0,
        min_value=-99,
        max_value=99,
        help_text=_("数字大的先算；相同时取优惠最多的"),
    )
    starts_at = MomentField(label=_("开始于"))
    ends_at = MomentField(label=_("结束于"), required=False, help_text=_("留空表示一直有效"))
    is_active = forms.BooleanField(label=_("启用"), required=False, initial=True)

    def __init__(self, data: Any, *, threshold: Threshold | None) -> None:
        initial: dict[str, Any] = {"starts_at": timezone.localtime().replace(second=0, microsecond=0)}
        if threshold is not None:
            names = ("title", "kind", "priority", "starts_at", "ends_at", "is_active")
            initial = {name: getattr(threshold, name) for name in names}
            initial |= initial_scope(threshold.scope, threshold.scope_ids)
        super().__init__(data, initial=initial)
        self.offer_goods(threshold.scope_ids if threshold else [])

    def fill(self, threshold: Threshold, steps: list[dict[str, int]]) -> None:
        """Put what was filled in on the threshold."""
        cleaned = self.cleaned_data
        for name in ("title", "kind", "priority", "starts_at", "ends_at", "is_active"):
            setattr(threshold, name, cleaned[name])
        threshold.scope, threshold.scope_ids = scope_of(cleaned)
        threshold.steps = steps


def _pieces(text: str) -> int:
    return int(text.strip())


# what the two columns of a step are read as: yuan into fen, or pieces
READ: dict[str, tuple[Callable[[str], int], Callable[[str], int]]] = {
    ThresholdKind.SPEND_SAVE: (fen, fen),
    ThresholdKind.PIECES_PRICE: (_pieces, fen),
    ThresholdKind.PIECES_FREE: (_pieces, _pieces),
    ThresholdKind.GIFT: (fen, _pieces),
}


class StepForm(forms.Form):
    need = forms.CharField(label=_("门槛"), required=False, max_length=12)
    give = forms.CharField(label=_("优惠"), required=False, max_length=12)
    sku_id = OneField(label=_("赠品"))

    def __init__(self, *args: Any, choices: list[tuple[Any, str]], kind: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["sku_id"].choices = choices  # type: ignore[attr-defined]
        self.kind = kind

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("need") or cleaned.get("give"):
            for name, read in zip(("need", "give"), READ.get(self.kind, (fen, fen)), strict=True):
                try:
                    cleaned[name] = read(cleaned.get(name) or "")
                except ValueError:
                    self.add_error(name, _t("请填写数字"))
            if self.kind == ThresholdKind.GIFT and not cleaned.get("sku_id"):
                self.add_error("sku_id", _t("请选择赠品"))
        return cleaned


def step_forms(data: Any, *, threshold: Threshold | None) -> list[StepForm]:
    """A row for each step, and some blank ones."""
    steps = threshold.steps if threshold else []
    kind = data.get("kind", "") if data else (threshold.kind if threshold else "")
    choices = sku_choices(step.get("sku_id", 0) for step in steps)
    rows = []
    for number in range(max(len(steps), _posted(data, "step")) + (0 if data else BLANK_STEPS)):
        step = steps[number] if number < len(steps) else None
        initial = _shown(threshold.kind, step) if threshold and step else {}
        rows.append(StepForm(data, initial=initial, prefix=f"step-{number}", choices=choices, kind=kind))
    return rows


def steps_of(rows: list[StepForm]) -> list[dict[str, int]]:
    """The rows that are filled in."""
    return [
        {
            "need": row.cleaned_data["need"],
            "give": row.cleaned_data["give"],
            "sku_id": (row.cleaned_data.get("sku_id") or 0) if row.kind == ThresholdKind.GIFT else 0,
        }
        for row in rows
        if isinstance(row.cleaned_data.get("need"), int) and isinstance(row.cleaned_data.get("give"), int)
    ]


def _shown(kind: str, step: dict[str, int]) -> dict[str, Any]:
    read = READ.get(kind, (fen, fen))
    texts = {
        name: yuan(step[name]) if how is fen else str(step[name])
        for name, how in zip(("need", "give"), read, strict=True)
    }
    return {**texts, "sku_id": step.get("sku_id") or None}


def _posted(data: Any, prefix: str) -> int:
    """How many rows were sent."""
    if not data:
        return 0
    number = 0
    while any(f"{prefix}-{number}-{name}" in data for name in ("sku_id", "need")) and number < 200:
        number += 1
    return number
