"""Freight rules."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fangcun.doors.console.forms import MoneyField, VerbForm, WordsField
from fangcun.doors.console.model_admin import ConsoleAdmin, actor_of
from fangcun.doors.console.words import money
from fangcun.shop.shipping.models import FreightRule
from fangcun.shop.shipping.services import delete_freight_rule, save_freight_rule


class FreightRuleForm(VerbForm[FreightRule]):
    areas = WordsField(
        label=_("地区代码"),
        required=False,
        help_text=_("省、市或区县代码的前缀，用逗号分隔；留空表示其余所有地区"),
    )
    first_amount = MoneyField(label=_("首重运费"))
    extra_amount = MoneyField(label=_("续重运费"))
    free_over_amount = MoneyField(label=_("满额包邮"), required=False)

    class Meta:
        model = FreightRule
        fields = [
            "name", "is_active", "deliverable", "areas", "measure", "first_weight_g", "first_amount",
            "extra_weight_g", "extra_amount", "free_over_amount",
        ]  # fmt: skip


@admin.register(FreightRule)
class FreightRuleAdmin(ConsoleAdmin[FreightRule]):
    resource = "products"
    writable = True
    form = FreightRuleForm
    list_display = ["name", "deliverable", "where", "first", "extra", "free_over", "is_active"]

    @display(description=_("地区"))
    def where(self, rule: FreightRule) -> str:
        return "、".join(rule.areas) if rule.areas else _t("其余所有地区")

    @display(description=_("首重"))
    def first(self, rule: FreightRule) -> str:
        return f"{rule.first_weight_g} g · {money(rule.first_amount)}"

    @display(description=_("续重"))
    def extra(self, rule: FreightRule) -> str:
        return f"{rule.extra_weight_g} g · {money(rule.extra_amount)}"

    @display(description=_("满额包邮"))
    def free_over(self, rule: FreightRule) -> str:
        return money(rule.free_over_amount)

    def save_model(self, request: HttpRequest, obj: FreightRule, form: Any, change: bool) -> None:
        save_freight_rule(obj, by=actor_of(request))

    def has_delete_permission(self, request: HttpRequest, obj: FreightRule | None = None) -> bool:
        return self.has_change_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: FreightRule) -> None:
        delete_freight_rule(obj, by=actor_of(request))
