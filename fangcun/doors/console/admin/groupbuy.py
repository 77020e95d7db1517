"""Group-buy campaigns: their rules, prices and numbers."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter

from fangcun.doors.console.groupbuy_form import CampaignForm, campaign_spec, price_range, sku_forms
from fangcun.doors.console.model_admin import ConsoleAdmin, Verb, actor_of
from fangcun.doors.console.words import badge, thumbnail
from fangcun.grow.groupbuy import services
from fangcun.grow.groupbuy.models import Campaign
from fangcun.grow.groupbuy.numbers import numbers_of
from fangcun.grow.groupbuy.states import CampaignStatus, GroupStatus
from fangcun.identity.staff.queries import may
from fangcun.kernel.errors import DomainError
from fangcun.shop.catalog.models import Product

CAMPAIGN_TONES = {
    CampaignStatus.DRAFT: "quiet",
    CampaignStatus.RUNNING: "good",
    CampaignStatus.PAUSED: "warn",
    CampaignStatus.ENDED: "quiet",
}


@admin.register(Campaign)
class CampaignAdmin(ConsoleAdmin[Campaign]):
    resource = "grow"
    nothing_yet = _("还没有拼团活动：点右上角的加号，选一件商品，填好人数、时限和拼团价。")
    writable = True
    list_display = ["title_", "product", "size_", "prices", "groups_", "dates", "status_"]
    list_display_links = ["title_"]
    tabs_of = "status"
    list_filter = [("starts_at", RangeDateTimeFilter)]
    list_filter_submit = True
    search_fields = ["title", "product__title"]
    search_help_text = _("活动名称或商品")
    list_select_related = ["product"]
    ordering = ["-id"]
    verbs = [
        Verb("start", _("开始"), "play_arrow", "grow.change", shown=lambda one: one.status in ("draft", "paused")),
        Verb("pause", _("暂停"), "pause", "grow.change", shown=lambda one: one.status == "running",
             confirm=_("暂停后不能开新团，已开的团照常进行。继续吗？")),
        Verb("end", _("结束"), "stop", "grow.change", shown=lambda one: one.status != "ended", danger=True,
             confirm=_("结束后不能再开新团，也不能重新开始；已开的团照常进行。继续吗？")),
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        opened = Q(groups__opened_at__isnull=False)
        return (
            super()
            .get_queryset(request)
            .prefetch_related("skus")
            .annotate(
                opened=Count("groups", filter=opened),
                formed=Count("groups", filter=Q(groups__status=GroupStatus.FORMED)),
            )
        )

    @display(description=_("活动"), ordering="title")
    def title_(self, campaign: Campaign) -> SafeString:
        return format_html('<span class="fc-strong">{}</span>', campaign.title)

    @display(description=_("人数 / 时限"), ordering="size")
    def size_(self, campaign: Campaign) -> str:
        return _t("%(size)s 人 / %(hours)s 小时") % {"size": campaign.size, "hours": campaign.hours}

    @display(description=_("拼团价"))
    def prices(self, campaign: Campaign) -> str:
        return price_range(campaign)

    @display(description=_("开团 / 成团"), ordering="opened")
    def groups_(self, campaign: Campaign) -> str:
        return f"{campaign.opened} / {campaign.formed}"  # type: ignore[attr-defined]

    @display(description=_("起止"), ordering="starts_at")
    def dates(self, campaign: Campaign) -> str:
        first, last = timezone.localtime(campaign.starts_at), timezone.localtime(campaign.ends_at)
        return f"{first:%m-%d %H:%M} – {last:%m-%d %H:%M}"

    @display(description=_("状态"), ordering="status")
    def status_(self, campaign: Campaign) -> SafeString:
        return badge(campaign.get_status_display(), CAMPAIGN_TONES[CampaignStatus(campaign.status)])

    def start(self, request: HttpRequest, campaign: Campaign) -> None:
        """Let people open groups."""
        services.start_campaign(campaign.pk, by=actor_of(request))
        messages.success(request, _t("活动已开始，到开始时间即可开团"))

    def pause(self, request: HttpRequest, campaign: Campaign) -> None:
        """Let nobody open a group for now."""
        services.pause_campaign(campaign.pk, by=actor_of(request))
        messages.success(request, _t("活动已暂停，已开的团照常进行"))

    def end(self, request: HttpRequest, campaign: Campaign) -> None:
        """End it for good."""
        services.end_campaign(campaign.pk, by=actor_of(request))
        messages.success(request, _t("活动已结束，已开的团照常进行"))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One campaign: its numbers, its rules and a price for each SKU. A new one begins with its product."""
        campaign = None
        if object_id is not None:
            known = Campaign.objects.select_related("product").prefetch_related("skus")
            campaign = get_object_or_404(known, pk=object_id if object_id.isdecimal() else 0)
        writable = self.has_change_permission(request)
        if not self.has_view_permission(request) or (
            (campaign is None or request.method == "POST") and not writable
        ):
            raise PermissionDenied
        product = campaign.product if campaign else self._chosen(request)
        if product is None:
            return self._choose(request)
        return self._page(request, campaign, product, writable=writable)

    def _page(
        self, request: HttpRequest, campaign: Campaign | None, product: Product, *, writable: bool
    ) -> HttpResponse:
        form = CampaignForm(request.POST or None, campaign=campaign)
        rows = sku_forms(request.POST or None, product=product, campaign=campaign)
        valid = [
            form.is_valid(),
            *(row.is_valid() for _sku, _taken, row in rows),
        ]  # all, to show all that is wrong
        if request.method == "POST" and all(valid):
            spec, by = campaign_spec(form, rows, product=product), actor_of(request)
            try:
                if campaign is None:
                    saved = services.create_campaign(spec, by=by)
                else:
                    saved = services.update_campaign(campaign.pk, spec, by=by)
            except DomainError as refused:
                form.refuse(refused)
            else:
                told = _t("已保存为草稿，点“开始”后顾客才看得到") if campaign is None else _t("已保存")
                messages.success(request, told)
                return redirect(reverse("admin:groupbuy_campaign_change", args=[saved.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": campaign.title if campaign else _t("新拼团活动"),
            "opts": self.opts,
            "original": campaign,
            "campaign": campaign,
            "product": product,
            "cover": thumbnail(product.cover),
            "tone": CAMPAIGN_TONES[CampaignStatus(campaign.status)] if campaign else "",
            "form": form,
            "rows": rows,
            "numbers": numbers_of(campaign) if campaign else None,
            "verbs": self._verbs(request, campaign) if campaign else [],
            "writable": writable and (campaign is None or campaign.status != CampaignStatus.ENDED),
        }
        return render(request, "console/groupbuy/campaign.html", context)

    def _verbs(self, request: HttpRequest, campaign: Campaign) -> list[tuple[Verb, str]]:
        return [
            (verb, reverse("admin:groupbuy_campaign_verb", args=[campaign.pk, verb.name]))
            for verb in self.verbs
            if may(request.user, verb.permission) and verb.shown(campaign)
        ]

    def _products(self) -> QuerySet[Product]:
        return Product.objects.filter(on_sale=True).order_by("-rank", "-id")

    def _chosen(self, request: HttpRequest) -> Product | None:
        chosen = request.GET.get("product", "")
        return self._products().filter(pk=chosen if chosen.isdecimal() else 0).first()

    def _choose(self, request: HttpRequest) -> HttpResponse:
        words = request.GET.get("q", "").strip()[:60]
        found = self._products()
        if words:
            found = found.filter(search_text__icontains=words)
        page = Paginator(found, self.list_per_page).get_page(request.GET.get("p"))
        context = {
            **self.admin_site.each_context(request),
            "title": _t("新拼团活动"),
            "opts": self.opts,
            "words": words,
            "page": page,
            "products": [(product, thumbnail(product.cover)) for product in page],
        }
        return render(request, "console/groupbuy/choose.html", context)
