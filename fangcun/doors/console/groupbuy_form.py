"""The form of one group-buy campaign: its rules, and a price for each SKU, turned into what the verb takes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.doors.console.forms import MoneyField, RefusableForm
from fangcun.doors.console.words import money
from fangcun.grow.groupbuy.models import Campaign
from fangcun.grow.groupbuy.services import CampaignSkuSpec, CampaignSpec
from fangcun.shop.catalog.models import Product, Sku


class MomentField(forms.DateTimeField):
    """A day and an hour, by the shop's clock."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class CampaignForm(RefusableForm):
    title = forms.CharField(label=_("活动名称"), max_length=40, help_text=_("顾客会看到，例如：周末水果团"))
    size = forms.IntegerField(
        label=_("成团人数"), min_value=2, max_value=100, help_text=_("2–100 人，含开团人；全部付款后成团")
    )
    hours = forms.IntegerField(
        label=_("成团时限（小时）"),
        min_value=1,
        max_value=168,
        help_text=_("从开团人付款算起；到时未满，每个人的钱自动原路退回"),
    )
    member_limit = forms.IntegerField(
        label=_("每人限购（件）"),
        min_value=0,
        max_value=9999,
        help_text=_("一个人在本活动所有团里一共能买几件；0 表示不限"),
    )
    newcomers_only = forms.BooleanField(
        label=_("仅限新客参团"), required=False, help_text=_("开团不限；参团的人必须从未在本店成交过")
    )
    starts_at = MomentField(label=_("开始于"))
    ends_at = MomentField(
        label=_("结束于"), help_text=_("结束后不能再开新团；已开的团照常进行到各自的截止时间")
    )

    def __init__(self, data: Any, *, campaign: Campaign | None) -> None:
        initial: dict[str, Any]
        if campaign is not None:
            initial = {name: getattr(campaign, name) for name in self.base_fields}
        else:
            now = timezone.localtime().replace(second=0, microsecond=0)
            initial = {"size": 2, "hours": 24, "member_limit": 0, "starts_at": now}
            initial["ends_at"] = now + dt.timedelta(days=7)
        super().__init__(data, initial=initial)


class SkuForm(forms.Form):
    """What one SKU costs in a group; without a price it takes no part."""

    price_amount = MoneyField(label=_("拼团价（元）"), required=False, help_text="")
    quota = forms.IntegerField(label=_("活动库存"), min_value=1, max_value=1_000_000, required=False)


def sku_forms(data: Any, *, product: Product, campaign: Campaign | None) -> list[tuple[Sku, int, SkuForm]]:
    """A form for each SKU of the product, and how many of it the campaign has taken."""
    known = {one.sku_id: one for one in campaign.skus.all()} if campaign else {}
    rows = []
    for sku in product.skus.order_by("position", "id"):
        one = known.get(sku.pk)
        if not sku.active and one is None:
            continue
        initial = {"price_amount": one.price_amount, "quota": one.quota} if one else {}
        form = SkuForm(data, initial=initial, prefix=f"sku-{sku.pk}")
        rows.append((sku, one.taken if one else 0, form))
    return rows


def campaign_spec(
    form: CampaignForm, rows: list[tuple[Sku, int, SkuForm]], *, product: Product
) -> CampaignSpec:
    """What the operator filled in."""
    priced = [(sku, row.cleaned_data) for sku, _taken, row in rows if row.cleaned_data.get("price_amount")]
    return CampaignSpec(
        product_id=product.pk,
        skus=[CampaignSkuSpec(sku.pk, data["price_amount"], data["quota"]) for sku, data in priced],
        **form.cleaned_data,
    )


def price_range(campaign: Campaign) -> str:
    """The prices of a campaign's SKUs in words."""
    prices = sorted({one.price_amount for one in campaign.skus.all()})
    if not prices:
        return "—"
    return money(prices[0]) if len(prices) == 1 else f"{money(prices[0])} – {money(prices[-1])}"
