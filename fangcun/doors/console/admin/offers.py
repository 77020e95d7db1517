"""Limited-time prices, flash sales and thresholds, and what may combine with what."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fangcun.doors.console.model_admin import actor_of, tell
from fangcun.doors.console.offers.form_page import FormPageAdmin, plain_of
from fangcun.doors.console.offers.goods import names_of
from fangcun.doors.console.offers.sale_form import (
    SaleForm,
    ThresholdForm,
    flash_specs,
    limited_specs,
    line_forms,
    step_forms,
    steps_of,
)
from fangcun.doors.console.words import badge
from fangcun.identity.staff.queries import may
from fangcun.kernel.actors import Actor
from fangcun.kernel.errors import DomainError
from fangcun.shop.offers import services, wording
from fangcun.shop.offers.models import FlashSale, LimitedSale, OfferBook, Threshold
from fangcun.shop.offers.queries.running import rule_of, stacking_of
from fangcun.shop.offers.rules import ON_TOP, PAIRS, PRICE_KINDS, STAGES, ScopeKind
from fangcun.shop.offers.sale import DiscountKind


def time_badge(row: Any) -> SafeString:
    """Whether something counts now."""
    now = timezone.now()
    if not row.is_active:
        return badge(_t("停用"), "quiet")
    if row.ends_at and row.ends_at <= now:
        return badge(_t("已结束"), "quiet")
    return badge(_t("未开始"), "info") if row.starts_at > now else badge(_t("进行中"), "good")


def dates_of(row: Any) -> str:
    """From when until when."""
    first = timezone.localtime(row.starts_at)
    last = f"{timezone.localtime(row.ends_at):%m-%d %H:%M}" if row.ends_at else _t("一直有效")
    return f"{first:%m-%d %H:%M} – {last}"


class _SaleAdmin(FormPageAdmin[Any]):
    page_template = "console/offers/sale.html"
    list_display = ["title", "goods", "dates", "status_"]
    search_fields = ["title"]
    search_help_text = _("活动名称")
    flash = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        sales: QuerySet[Any] = super().get_queryset(request).annotate(goods_n=Count("lines"))
        return sales

    @display(description=_("商品"))
    def goods(self, sale: Any) -> str:
        return _t("%(n)s 个规格") % {"n": sale.goods_n}

    @display(description=_("起止"), ordering="starts_at")
    def dates(self, sale: Any) -> str:
        return dates_of(sale)

    @display(description=_("状态"))
    def status_(self, sale: Any) -> SafeString:
        return time_badge(sale)

    def forms(self, data: Any, row: Any) -> tuple[SaleForm, list[Any]]:
        return SaleForm(data, sale=row), line_forms(data, sale=row, flash=self.flash)

    def shown(self, request: HttpRequest, row: Any, form: Any) -> dict[str, Any]:
        return {"flash": self.flash, "badge": time_badge(row) if row else ""}


@admin.register(LimitedSale)
class LimitedSaleAdmin(_SaleAdmin):
    new_title = _("新限时价")

    def save(self, form: SaleForm, rows: list[Any], row: LimitedSale | None, by: Actor) -> LimitedSale:
        sale = row or LimitedSale()
        form.fill(sale)
        return services.save_limited_sale(sale, lines=limited_specs(rows), by=by)


@admin.register(FlashSale)
class FlashSaleAdmin(_SaleAdmin):
    new_title = _("新秒杀")
    flash = True
    list_display = ["title", "goods", "sold", "dates", "status_"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        counted = {"stock_n": Sum("lines__stock"), "taken_n": Sum("lines__taken")}
        sales: QuerySet[Any] = super().get_queryset(request).annotate(**counted)
        return sales

    @display(description=_("已抢 / 件数"))
    def sold(self, sale: Any) -> str:
        return f"{sale.taken_n or 0} / {sale.stock_n or 0}"

    def save(self, form: SaleForm, rows: list[Any], row: FlashSale | None, by: Actor) -> FlashSale:
        sale = row or FlashSale()
        form.fill(sale)
        return services.save_flash_sale(sale, lines=flash_specs(rows), by=by)


@admin.register(Threshold)
class ThresholdAdmin(FormPageAdmin[Threshold]):
    page_template = "console/offers/threshold.html"
    new_title = _("新满减满赠")
    list_display = ["title", "rule", "where", "priority", "dates", "status_"]
    list_filter = ["kind"]
    search_fields = ["title"]
    search_help_text = _("名称")

    @display(description=_("规则"))
    def rule(self, threshold: Threshold) -> str:
        return wording.threshold_text(rule_of(threshold))

    @display(description=_("适用范围"))
    def where(self, threshold: Threshold) -> str:
        if threshold.scope == ScopeKind.ALL:
            return str(threshold.get_scope_display())
        names = names_of(threshold.scope, threshold.scope_ids)
        return "、".join(names[:3]) + ("…" if len(names) > 3 else "")

    @display(description=_("起止"), ordering="starts_at")
    def dates(self, threshold: Threshold) -> str:
        return dates_of(threshold)

    @display(description=_("状态"))
    def status_(self, threshold: Threshold) -> SafeString:
        return time_badge(threshold)

    def forms(self, data: Any, row: Threshold | None) -> tuple[ThresholdForm, list[Any]]:
        return ThresholdForm(data, threshold=row), step_forms(data, threshold=row)

    def save(self, form: ThresholdForm, rows: list[Any], row: Threshold | None, by: Actor) -> Threshold:
        threshold = row or Threshold()
        form.fill(threshold, steps_of(rows))
        return services.save_threshold(threshold, by=by)

    def shown(self, request: HttpRequest, row: Threshold | None, form: Any) -> dict[str, Any]:
        text = wording.threshold_text(rule_of(row)) if row else ""
        return {"sentence": text, "badge": time_badge(row) if row else ""}

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.stacking)
        return [path("stacking/", page, name="offers_stacking"), *super().get_urls()]

    def stacking(self, request: HttpRequest) -> HttpResponse:
        """Which kinds of offers combine on one line, as a matrix."""
        writable = may(request.user, "grow.change")
        if not may(request.user, "grow.view") or (request.method == "POST" and not writable):
            raise PermissionDenied
        if request.method == "POST":
            asked = [request.POST.get(f"order-{number}", "") for number in range(len(STAGES))]
            together = {pair for pair in PAIRS if request.POST.get(f"{pair[0].value}-{pair[1].value}")}
            try:
                services.save_stacking(
                    order=[DiscountKind(kind) for kind in asked if kind in DiscountKind.values],
                    apart=set(PAIRS) - together,
                    by=actor_of(request),
                )
            except DomainError as refused:
                tell(request, plain_of(refused))
            else:
                messages.success(request, _t("已保存"))
            return redirect(reverse("admin:offers_stacking"))
        stacking = stacking_of(OfferBook.objects.filter(pk=1).first())
        context = {
            **self.admin_site.each_context(request),
            "title": _t("叠加规则"),
            "columns": [kind.label for kind in ON_TOP],
            "matrix": [
                (first.label, [_cell(first, second, stacking.apart) for second in ON_TOP])
                for first in (*PRICE_KINDS, *ON_TOP[:-1])
            ],
            "order": list(enumerate(stacking.order)),
            "stages": [(kind.value, kind.label) for kind in STAGES],
            "writable": writable,
        }
        return render(request, "console/offers/stacking.html", context)


def _cell(first: DiscountKind, second: DiscountKind, apart: Any) -> dict[str, Any] | None:
    """One box of the matrix; None where the two are no pair."""
    if (first, second) not in PAIRS:
        return None
    return {
        "name": f"{first.value}-{second.value}",
        "label": f"{first.label} + {second.label}",
        "together": (first, second) not in apart,
    }
