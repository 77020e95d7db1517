"""The form of one coupon template."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fangcun.doors.console.forms import MoneyField, RefusableForm
from fangcun.doors.console.groupbuy_form import MomentField
from fangcun.doors.console.offers.goods import ScopeFields, initial_scope, scope_of
from fangcun.insight.segments.models import Segment
from fangcun.kernel.errors import DomainError
from fangcun.shop.offers.models import CouponTemplate
from fangcun.shop.offers.rules import CouponKind
from fangcun.shop.offers.services.templates import PROMISED

SHUT = (
    "kind", "value_amount", "fold", "cap_amount", "threshold_amount", "scope", "categories", "products",
)  # fmt: skip
RENAMED = {"permille": "fold", "scope_ids": "products"}


class CouponForm(ScopeFields, RefusableForm):
    title = forms.CharField(label=_("名称"), max_length=30, help_text=_("顾客会看到，例如：新客立减"))
    kind = forms.ChoiceField(label=_("种类"), choices=CouponKind.choices, initial=CouponKind.AMOUNT)
    value_amount = MoneyField(
        label=_("面额"),
        required=False,
        help_text=_("满减券：减多少元。兑换券：换购价，0 表示免费。其他种类不填"),
    )
    fold = forms.DecimalField(
        label=_("几折"),
        required=False,
        min_value=Decimal("0.1"),
        max_value=Decimal("9.9"),
        max_digits=3,
        decimal_places=2,
        help_text=_("折扣券：例如 8.5 表示付 85%"),
    )
    cap_amount = MoneyField(
        label=_("最多减"), required=False, help_text=_("折扣券、免运费券：留空表示不封顶")
    )
    threshold_amount = MoneyField(label=_("满多少可用"), required=False, help_text=_("留空表示无门槛"))
    valid_from = MomentField(label=_("有效期始"), required=False)
    valid_until = MomentField(label=_("有效期止"), required=False)
    valid_days = forms.IntegerField(
        label=_("领取后有效天数"),
        required=False,
        min_value=1,
        max_value=3650,
        help_text=_("与有效期止都填时，以先到的为准"),
    )
    way = forms.ChoiceField(label=_("领取方式"), choices=CouponTemplate.Way.choices)
    word = forms.CharField(
        label=_("通用口令"), required=False, max_length=20, help_text=_("凭码领取时可用：所有人共用的一个词")
    )
    audience = forms.ChoiceField(label=_("领取人群"), choices=CouponTemplate.Audience.choices)
    tier = forms.IntegerField(label=_("最低等级"), required=False, min_value=0, max_value=99)
    segment = forms.ModelChoiceField(Segment.objects.all(), label=_("人群"), required=False)
    claim_starts_at = MomentField(label=_("开始领取"), required=False)
    claim_ends_at = MomentField(label=_("停止领取"), required=False)
    total = forms.IntegerField(
        label=_("发放总量"), required=False, min_value=1, max_value=2_000_000_000, help_text=_("留空表示不限")
    )
    per_member = forms.IntegerField(label=_("每人限领"), min_value=1, max_value=999, initial=1)
    is_active = forms.BooleanField(
        label=_("启用"), required=False, initial=True, help_text=_("停用后不能再领取；已领的券照常可用")
    )

    def __init__(self, data: Any, *, template: CouponTemplate | None) -> None:
        self.template = template
        super().__init__(data, initial=_initial(template) if template else None)
        self.offer_goods(template.scope_ids if template else [])
        if template and template.claimed:
            for name in SHUT:
                self.fields[name].disabled = True

    def filled(self) -> CouponTemplate:
        """The template as it is filled in, as far as that can be read; not saved."""
        template = copy.copy(self.template) if self.template else CouponTemplate()
        cleaned = self.cleaned_data
        for name in (
            "title", "kind", "cap_amount", "valid_from", "valid_until", "valid_days", "way", "word", "audience",
            "segment", "claim_starts_at", "claim_ends_at", "total", "is_active",
        ):  # fmt: skip
            setattr(template, name, cleaned.get(name))
        for name in ("value_amount", "threshold_amount", "tier"):
            setattr(template, name, cleaned.get(name) or 0)
        template.per_member = cleaned.get("per_member") or 1
        template.kind = template.kind or CouponKind.AMOUNT
        template.way = template.way or CouponTemplate.Way.PUBLIC
        template.audience = template.audience or CouponTemplate.Audience.EVERYBODY
        template.permille = int(cleaned["fold"] * 100) if cleaned.get("fold") else 1000
        template.scope, template.scope_ids = scope_of(cleaned)
        if self.template and self.template.claimed:  # what can't be changed is not read either
            for name in PROMISED:
                setattr(template, name, getattr(self.template, name))
        return template

    def refuse(self, refused: DomainError) -> None:
        """Show what the verb refused, at the fields as they are called here."""
        fields = refused.details.get("fields")
        if isinstance(fields, dict):
            refused.details["fields"] = {RENAMED.get(name, name): told for name, told in fields.items()}
        super().refuse(refused)


def _initial(template: CouponTemplate) -> dict[str, Any]:
    names = set(CouponForm.base_fields) - {"fold", "categories", "products", "scope"}
    values = {name: getattr(template, name) for name in names}
    if template.kind == CouponKind.PERCENT:
        values["fold"] = Decimal(template.permille) / 100
    for name in ("value_amount", "threshold_amount"):
        values[name] = values[name] or None
    return values | initial_scope(template.scope, template.scope_ids)
