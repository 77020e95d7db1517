"""What members of a tier pay for single SKUs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods

from fangcun.doors.console.loyalty.frame import frame, guard
from fangcun.doors.console.model_admin import actor_of, tell
from fangcun.grow.loyalty.models import MemberPrice, Tier
from fangcun.grow.loyalty.services import set_member_prices
from fangcun.kernel.errors import DomainError
from fangcun.kernel.money import fen, yuan
from fangcun.shop.catalog.models import Sku

MOST = 1000


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The prices of a tier, a row for each SKU on sale; an empty field means the usual price."""
    tier = get_object_or_404(Tier, pk=pk)
    context = frame(request, _t("%(tier)s的会员价") % {"tier": tier.name})
    held = dict(MemberPrice.objects.filter(tier=tier).values_list("sku_id", "price_amount"))
    skus = Sku.objects.filter(active=True, product__on_sale=True).select_related("product")
    skus = skus.order_by("product__title", "position", "id")[:MOST]
    typed: dict[int, str] = {}
    wrong: dict[int, str] = {}
    if request.method == "POST":
        guard(request)
        shown = {sku.pk for sku in skus}
        prices = {sku_id: amount for sku_id, amount in held.items() if sku_id not in shown}
        for sku in skus:
            text = typed[sku.pk] = request.POST.get(f"sku-{sku.pk}", "").strip()
            if not text:
                continue
            problem = _take(prices, sku, text)
            if problem:
                wrong[sku.pk] = problem
        if not wrong:
            try:
                set_member_prices(tier=tier, prices=prices, by=actor_of(request))
            except DomainError as refused:
                tell(request, refused)
            else:
                messages.success(request, _t("会员价已保存"))
                return redirect("admin:loyalty_prices", tier.pk)
    context |= {
        "tier": tier,
        "lines": [(sku, typed.get(sku.pk, _text(held.get(sku.pk))), wrong.get(sku.pk, "")) for sku in skus],
        "wrong": bool(wrong),
    }
    return render(request, "console/loyalty/prices.html", context, status=400 if wrong else 200)


def _take(prices: dict[int, int], sku: Any, text: str) -> str:
    """Note one price as it was typed, in yuan; what is wrong with it, "" when nothing is."""
    try:
        amount = fen(text)
    except ValueError:
        return _t("请输入金额，例如 12.80")
    if not 0 < amount < sku.price_amount:
        return _t("会员价应大于 0 且低于售价")
    prices[sku.pk] = amount
    return ""


def _text(amount: int | None) -> str:
    return "" if amount is None else yuan(amount)
