"""Coupon templates with what became of them, and the coupons that members hold."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import RangeDateTimeFilter

from fangcun.doors.console.model_admin import ConsoleAdmin, Verb, actor_of, tell
from fangcun.doors.console.offers.coupon_form import CouponForm
from fangcun.doors.console.offers.form_page import FormPageAdmin, plain_of
from fangcun.doors.console.offers.goods import names_of
from fangcun.doors.console.orders_export import Echo
from fangcun.doors.console.words import badge
from fangcun.identity.staff.queries import may
from fangcun.insight.segments.models import Segment
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record
from fangcun.kernel.errors import DomainError
from fangcun.shop.offers import services, wording
from fangcun.shop.offers.codes import spaced
from fangcun.shop.offers.models import Coupon, CouponCode, CouponTemplate
from fangcun.shop.offers.states import CouponStatus, GivingStatus

TONES = {
    CouponStatus.UNUSED: "info",
    CouponStatus.USED: "good",
    CouponStatus.EXPIRED: "quiet",
    CouponStatus.WITHDRAWN: "quiet",
}


@admin.register(CouponTemplate)
class CouponTemplateAdmin(FormPageAdmin[CouponTemplate]):
    page_template = "console/offers/coupon.html"
    new_title = _("新优惠券")
    list_display = ["title_", "value", "way", "audience", "handed_out", "used", "status_"]
    list_display_links = ["title_"]
    list_filter = ["kind", "way", "is_active"]
    search_fields = ["title"]
    search_help_text = _("名称")
    ordering = ["-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CouponTemplate]:
        counted = {
            f"{status}_n": Count("coupons", filter=Q(coupons__status=status))
            for status in CouponStatus.values
        }
        return super().get_queryset(request).select_related("segment").annotate(**counted)

    @display(description=_("名称"), ordering="title")
    def title_(self, template: CouponTemplate) -> SafeString:
        return format_html('<span class="fc-strong">{}</span>', template.title)

    @display(description=_("优惠"))
    def value(self, template: CouponTemplate) -> str:
        terms = template.terms()
        return f"{wording.value_text(terms)} · {wording.condition_text(terms)}"

    @display(description=_("已领 / 总量"), ordering="claimed")
    def handed_out(self, template: CouponTemplate) -> str:
        return f"{template.claimed} / {_t('不限') if template.total is None else template.total}"

    @display(description=_("已用"))
    def used(self, template: CouponTemplate) -> int:
        return int(template.used_n)  # type: ignore[attr-defined]

    @display(description=_("状态"), ordering="is_active")
    def status_(self, template: CouponTemplate) -> SafeString:
        return badge(_t("启用"), "good") if template.is_active else badge(_t("停用"), "quiet")

    def forms(self, data: Any, row: CouponTemplate | None) -> tuple[CouponForm, list[Any]]:
        return CouponForm(data, template=row), []

    def save(
        self, form: CouponForm, rows: list[Any], row: CouponTemplate | None, by: Actor
    ) -> CouponTemplate:
        return services.save_template(form.filled(), by=by)

    def shown(self, request: HttpRequest, row: CouponTemplate | None, form: Any) -> dict[str, Any]:
        return {
            "sentence": wording.sentence(row, names_of(row.scope, row.scope_ids)) if row else "",
            "claim_page": f"pages-grow/coupons/coupons?token={row.link_token}"
            if row and row.link_token
            else "",
            "segments": Segment.objects.all() if row else [],
            "batches": _batches(row) if row else [],
            "most_codes": services.MOST_CODES,
            **_progress(row),
        }

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("preview/", view(require_POST(self.preview)), name="offers_coupon_preview"),
            path("<int:pk>/give/", view(require_POST(self.give)), name="offers_coupon_give"),
            path("<int:pk>/givings/", view(self.givings), name="offers_coupon_givings"),
            path("<int:pk>/codes/", view(require_POST(self.make)), name="offers_coupon_codes"),
            path("<int:pk>/codes/<str:batch>.csv", view(self.codes_csv), name="offers_coupon_codes_csv"),
            *super().get_urls(),
        ]

    def preview(self, request: HttpRequest) -> HttpResponse:
        """What is filled in, as one sentence."""
        self._need(request, "grow.view")
        known = request.GET.get("template", "")
        held = CouponTemplate.objects.filter(pk=known if known.isdecimal() else 0).first()
        form = CouponForm(request.POST, template=held)
        form.is_valid()
        template = form.filled()
        text = wording.sentence(template, names_of(template.scope, template.scope_ids))
        return HttpResponse(format_html("{}", text))

    def give(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Give one to everybody of a segment."""
        self._need(request, "grow.change")
        template = get_object_or_404(CouponTemplate, pk=pk)
        chosen = request.POST.get("segment", "")
        segment = get_object_or_404(Segment, pk=chosen if chosen.isdecimal() else 0)
        try:
            services.start_giving(template, segment=segment, by=actor_of(request))
        except DomainError as refused:
            tell(request, refused)
        else:
            messages.success(request, _t("正在发放，进度见下方"))
        return self._back(pk)

    def givings(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How far the givings are."""
        self._need(request, "grow.view")
        template = get_object_or_404(CouponTemplate, pk=pk)
        return render(request, "console/offers/givings.html", {"row": template, **_progress(template)})

    def make(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make a batch of codes."""
        self._need(request, "grow.change")
        template = get_object_or_404(CouponTemplate, pk=pk)
        number = request.POST.get("number", "")
        try:
            services.make_codes(
                template, number=int(number) if number.isdecimal() else 0, by=actor_of(request)
            )
        except DomainError as refused:
            tell(request, plain_of(refused))
        else:
            messages.success(request, _t("兑换码已生成，可以导出"))
        return self._back(pk)

    def codes_csv(self, request: HttpRequest, pk: int, batch: str) -> HttpResponseBase:
        """The codes of a batch, with what became of each."""
        self._need(request, "grow.change")
        template = get_object_or_404(CouponTemplate, pk=pk)
        codes = CouponCode.objects.filter(template=template, batch=batch).order_by("pk")
        record("offers.export_codes", by=actor_of(request), object=template, after={"batch": batch})
        return StreamingHttpResponse(
            _code_lines(codes),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="codes-{pk}-{batch}.csv"'},
        )

    def _need(self, request: HttpRequest, permission: str) -> None:
        if not may(request.user, permission):
            raise PermissionDenied

    def _back(self, pk: int) -> HttpResponse:
        return redirect(reverse("admin:offers_coupontemplate_change", args=[pk]))


@admin.register(Coupon)
class CouponAdmin(ConsoleAdmin[Coupon]):
    resource = "grow"
    nothing_yet = _("还没有人领券：顾客在领券中心领取，或在优惠券里发给人群。")
    list_display = ["claimed_at", "template", "member", "source", "status_", "order_number", "expires_at"]
    tabs_of = "status"
    list_filter = [("claimed_at", RangeDateTimeFilter)]
    list_filter_submit = True
    list_select_related = ["template", "member"]
    search_fields = ["member__nickname", "template__title", "order_number__exact"]
    search_help_text = _("会员、券名或订单号")
    ordering = ["-id"]
    facts = [
        "template", "member", "status_", "source", "claimed_at", "starts_at", "expires_at", "used_at",
        "order_number",
    ]  # fmt: skip
    verbs = [
        Verb(
            "withdraw",
            _("作废"),
            "block",
            "grow.change",
            confirm=_("作废后会员不能再使用这张券，不能撤销。继续吗？"),
            danger=True,
            shown=lambda coupon: coupon.status == CouponStatus.UNUSED,
        )
    ]

    @display(description=_("状态"), ordering="status")
    def status_(self, coupon: Coupon) -> SafeString:
        return badge(coupon.get_status_display(), TONES[CouponStatus(coupon.status)])

    def withdraw(self, request: HttpRequest, coupon: Coupon) -> None:
        """Make it worth nothing."""
        services.withdraw_coupon(coupon, by=actor_of(request), reason=_t("商家作废"))
        messages.success(request, _t("已作废"))


def _batches(template: CouponTemplate) -> list[dict[str, Any]]:
    codes = CouponCode.objects.filter(template=template).order_by().values("batch")
    counted = codes.annotate(number=Count("pk"), used=Count("used_at"))
    return [dict(batch) for batch in counted.order_by("-batch")]


def _progress(template: CouponTemplate | None) -> dict[str, Any]:
    givings = list(template.givings.select_related("segment")[:5]) if template else []
    open_ones = (GivingStatus.WAITING, GivingStatus.RUNNING)
    return {"givings": givings, "going_on": any(one.status in open_ones for one in givings)}


def _code_lines(codes: QuerySet[CouponCode]) -> Iterator[str]:
    writer: Any = csv.writer(Echo())
    yield "\ufeff" + writer.writerow([_t("兑换码"), _t("兑换于")])
    for code, used_at in codes.values_list("code", "used_at").iterator(chunk_size=2000):
        used = f"{timezone.localtime(used_at):%Y-%m-%d %H:%M:%S}" if used_at else ""
        yield writer.writerow([spaced(code), used])
