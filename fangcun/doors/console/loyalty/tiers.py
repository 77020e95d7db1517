"""The page of tiers: a row each, tried out on the members there are before it is saved."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from fangcun.doors.console.forms import RefusableForm
from fangcun.doors.console.loyalty.frame import frame, guard
from fangcun.doors.console.model_admin import actor_of
from fangcun.grow.loyalty.models import Card, Rules, Tier
from fangcun.grow.loyalty.queries import Simulation, simulate_tiers
from fangcun.grow.loyalty.services import TierSpec, save_tiers
from fangcun.grow.loyalty.services.tiers import MOST_TIERS
from fangcun.kernel.errors import DomainError
from fangcun.kernel.secrets import digest
from fangcun.shop.offers.queries import template_choices


class TierForm(RefusableForm):
    """One tier. `cut` is the discount as people say it: 9.5 折 pays 95 %."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput())
    name = forms.CharField(label=_("名称"), max_length=12, widget=UnfoldAdminTextInputWidget())
    growth_from = forms.IntegerField(
        label=_("所需成长值"), min_value=1, widget=UnfoldAdminIntegerFieldWidget()
    )
    cut = forms.DecimalField(
        label=_("会员折扣（折）"), required=False, min_value=Decimal("0.1"), max_value=10, decimal_places=2,
        help_text=_("9.5 即九五折；留空不打折"), widget=UnfoldAdminTextInputWidget(),
    )  # fmt: skip
    free_freight = forms.BooleanField(label=_("包邮"), required=False, widget=UnfoldBooleanSwitchWidget())
    birthday_template_id = forms.TypedChoiceField(
        label=_("生日礼券"), required=False, coerce=int, empty_value=None, widget=UnfoldAdminSelectWidget()
    )
    early_hours = forms.IntegerField(
        label=_("秒杀提前（小时）"), required=False, min_value=0, widget=UnfoldAdminIntegerFieldWidget()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["birthday_template_id"]
        if isinstance(choice, forms.ChoiceField):
            choice.choices = [("", _t("不送")), *template_choices()]

    def spec(self) -> TierSpec:
        """The tier as it is written here."""
        data = self.cleaned_data
        return TierSpec(
            id=data["id"],
            name=data["name"],
            growth_from=data["growth_from"],
            permille=int((data["cut"] or Decimal(10)) * 100),
            free_freight=data["free_freight"],
            birthday_template_id=data["birthday_template_id"],
            early_hours=data["early_hours"] or 0,
        )


class ReviewForm(RefusableForm):
    """How members fall."""

    window_days = forms.IntegerField(
        label=_("成长值统计最近多少天"), min_value=1, max_value=3650, widget=UnfoldAdminIntegerFieldWidget()
    )
    protection_days = forms.IntegerField(
        label=_("保级天数"), min_value=0, max_value=3650, widget=UnfoldAdminIntegerFieldWidget(),
        help_text=_("等级变化后，这么多天之内不会降级"),
    )  # fmt: skip
    one_step_down = forms.BooleanField(
        label=_("每次只降一级"), required=False, widget=UnfoldBooleanSwitchWidget()
    )


TierFormSet = forms.formset_factory(TierForm, extra=1, can_delete=True, max_num=MOST_TIERS)


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """See the tiers, try others out, save what was tried."""
    context = frame(request, _t("会员等级"))
    rules = Rules.current()
    tiers = list(Tier.objects.order_by("rank"))
    rows = TierFormSet(request.POST or None, initial=[_row(tier) for tier in tiers], prefix="tier")
    review = ReviewForm(
        request.POST or None, initial={name: getattr(rules, name) for name in ReviewForm.base_fields}
    )
    tried: Simulation | None = None
    seen = ""
    if request.method == "POST":
        guard(request)
        if rows.is_valid() and review.is_valid():
            specs = _specs(rows)
            seen = digest(repr((specs, review.cleaned_data)))
            tried = simulate_tiers(
                [spec.growth_from for spec in specs], window_days=review.cleaned_data["window_days"],
                kept_ids=[spec.id for spec in specs],
            )  # fmt: skip
            if request.POST.get("do") == "save" and request.POST.get("seen") == seen:
                try:
                    save_tiers(specs, by=actor_of(request), **review.cleaned_data)
                except DomainError as refused:
                    tried = None
                    _refuse(rows, review, refused)
                else:
                    messages.success(request, _t("等级已保存：升级正在生效，降级在保级期满后进行"))
                    return redirect("admin:loyalty_tiers")
    wrong = bool(request.method == "POST" and tried is None)
    held = Card.objects.filter(member__merged_into=None)
    context |= {
        "rows": rows,
        "review": review,
        "tried": tried,
        "by_rank": _by_rank(rows, tried) if tried else [],
        "seen": seen,
        "wrong": wrong,
        "tiers": [(tier, held.filter(tier=tier).count()) for tier in tiers],
        "members": held.count(),
    }
    return render(request, "console/loyalty/tiers.html", context, status=400 if wrong else 200)


def _row(tier: Tier) -> dict[str, Any]:
    names = ("id", "name", "growth_from", "free_freight", "birthday_template_id", "early_hours")
    cut = "" if tier.permille == 1000 else f"{tier.permille / 100:g}"
    return {**{name: getattr(tier, name) for name in names}, "cut": cut}


def _written(rows: Any) -> list[TierForm]:
    """The rows that say something and stay, from the lowest up."""
    kept = [row for row in rows if row.cleaned_data.get("name") and not row.cleaned_data.get("DELETE")]
    return sorted(kept, key=lambda row: row.cleaned_data["growth_from"])


def _specs(rows: Any) -> list[TierSpec]:
    return [row.spec() for row in _written(rows)]


def _by_rank(rows: Any, tried: Simulation) -> list[tuple[str, int]]:
    names = [_t("无等级"), *(row.cleaned_data["name"] for row in _written(rows))]
    return [(name, tried.by_rank.get(rank, 0)) for rank, name in enumerate(names)]


def _refuse(rows: Any, review: ReviewForm, refused: DomainError) -> None:
    """Show what the verb refused at the row that it is about."""
    place, written = refused.details.get("row"), _written(rows)
    if isinstance(place, int) and place < len(written):
        written[place].refuse(refused)
    else:
        review.refuse(refused)
