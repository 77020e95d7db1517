"""Channels with their cost, and links."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from django import forms
from django.contrib import admin
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from unfold.widgets import UnfoldAdminTextInputWidget

from fangcun.doors.console import channels
from fangcun.doors.console.forms import MoneyField, VerbForm
from fangcun.doors.console.model_admin import ConsoleAdmin, Verb, actor_of, tell
from fangcun.doors.console.words import money
from fangcun.grow.links import services
from fangcun.grow.links.channels import delete_cost, save_channel, save_cost
from fangcun.grow.links.models import Channel, ChannelCost, Link
from fangcun.identity.staff.queries import may
from fangcun.kernel.errors import GatewayError

_ESCAPED = str.maketrans({sign: f"%{ord(sign):02X}" for sign in "%&=+"})


class QueryField(forms.CharField):
    """The parameters of a page as an address has them: `id=3&from=poster`. Only what would be misread is escaped."""

    widget = UnfoldAdminTextInputWidget

    def __init__(self, **options: Any) -> None:
        usual = {"required": False, "label": _("页面参数"), "help_text": _("如 id=3&from=poster，可留空")}
        super().__init__(**{**usual, **options})

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return "&".join(
            f"{name.translate(_ESCAPED)}={text.translate(_ESCAPED)}" for name, text in value.items()
        )

    def to_python(self, value: Any) -> Any:
        return dict(parse_qsl(super().to_python(value) or "", keep_blank_values=True))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(self.prepare_value(initial)) != self.to_python(data))


@admin.register(Channel)
class ChannelAdmin(ConsoleAdmin[Channel]):
    resource = "grow"
    writable = True
    list_display = ["name", "code", "kind", "owner", "links_", "is_active"]
    tabs_of = "kind"
    search_fields = ["name", "code"]
    search_help_text = _("名称或渠道代码")
    ordering = ["-id"]

    def get_form(
        self, request: HttpRequest, obj: Channel | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        return super().get_form(request, obj, change, form=VerbForm, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Channel | None = None) -> Any:
        return ["name", "code", "kind", "owner", "note", *(["is_active"] if obj else [])]

    def get_readonly_fields(self, request: HttpRequest, obj: Channel | None = None) -> Any:
        return ["code"] if obj else []

    def get_queryset(self, request: HttpRequest) -> QuerySet[Channel]:
        return super().get_queryset(request).annotate(link_count=Count("links"))

    @display(description=_("链接"))
    def links_(self, channel: Channel) -> SafeString:
        address = f"{reverse('admin:links_link_changelist')}?channel__id__exact={channel.pk}"
        return format_html('<a class="fc-link" href="{}">{}</a>', address, channel.link_count)  # type: ignore[attr-defined]

    def save_model(self, request: HttpRequest, obj: Channel, form: Any, change: bool) -> None:
        save_channel(obj, by=actor_of(request))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("numbers/", view(require_safe(channels.report)), name="links_report"),
            path("numbers.csv", view(require_safe(channels.report_csv)), name="links_report_csv"),
            path("attribution/", view(require_POST(channels.attribution)), name="links_attribution"),
            *super().get_urls(),
        ]


class CostForm(VerbForm[ChannelCost]):
    amount = MoneyField(label=_("成本"))

    class Meta:
        model = ChannelCost
        fields = ["channel", "starts_on", "ends_on", "amount", "note"]


@admin.register(ChannelCost)
class ChannelCostAdmin(ConsoleAdmin[ChannelCost]):
    resource = "grow"
    writable = True
    form = CostForm
    list_display = ["channel", "starts_on", "ends_on", "amount_", "note"]
    list_filter = [("channel", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["channel"]
    ordering = ["-starts_on", "-id"]

    @display(description=_("成本"), ordering="amount")
    def amount_(self, cost: ChannelCost) -> str:
        return money(cost.amount)

    def save_model(self, request: HttpRequest, obj: ChannelCost, form: Any, change: bool) -> None:
        save_cost(obj, by=actor_of(request))

    def has_delete_permission(self, request: HttpRequest, obj: ChannelCost | None = None) -> bool:
        return self.has_change_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: ChannelCost) -> None:
        delete_cost(obj, by=actor_of(request))


class LinkForm(VerbForm[Link]):
    query = QueryField()

    class Meta:
        model = Link
        fields = ["title", "program", "channel", "page", "query"]
        help_texts = {"page": _("小程序里的页面，如 pages-goods/goods/goods")}


@admin.register(Link)
class LinkAdmin(ConsoleAdmin[Link]):
    resource = "grow"
    writable = True
    form = LinkForm
    list_display = ["__str__", "short", "channel", "page", "scans", "is_active", "created_at"]
    list_filter = ["is_active", ("channel", admin.RelatedOnlyFieldListFilter), "batch"]
    list_select_related = ["channel"]
    search_fields = ["short__startswith", "title"]
    search_help_text = _("短码或名称")
    ordering = ["-id"]
    verbs = [
        Verb("turn_off", _("停用"), "link_off", "grow.change", confirm=_("停用后，印出的码只打开首页。"),
             shown=lambda link: link.is_active),
        Verb("turn_on", _("启用"), "link", "grow.change", shown=lambda link: not link.is_active),
    ]  # fmt: skip
    change_form_outer_after_template = "console/link.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Link]:
        return super().get_queryset(request).annotate(scan_count=Count("openings"))

    def get_readonly_fields(self, request: HttpRequest, obj: Link | None = None) -> Any:
        return ["program", "channel"] if obj else []

    @display(description=_("扫码"), ordering="scan_count")
    def scans(self, link: Link) -> int:
        return int(link.scan_count)  # type: ignore[attr-defined]

    def save_model(self, request: HttpRequest, obj: Link, form: Any, change: bool) -> None:
        if change:
            services.change_link(
                link=obj, title=obj.title, page=obj.page, query=obj.query, by=actor_of(request)
            )
            return
        made = services.make_link(
            page=obj.page, query=obj.query, program_id=obj.program_id, channel_id=obj.channel_id,
            title=obj.title, by=actor_of(request),
        )  # fmt: skip
        obj.pk = made.pk

    def turn_off(self, request: HttpRequest, link: Link) -> None:
        """Let the link lead nowhere."""
        services.switch_link(link=link, on=False, by=actor_of(request))

    def turn_on(self, request: HttpRequest, link: Link) -> None:
        """Let it lead to its page again."""
        services.switch_link(link=link, on=True, by=actor_of(request))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/code/", view(require_safe(self.code)), name="links_link_code"),
            path("<int:pk>/addresses/", view(require_POST(self.addresses)), name="links_link_addresses"),
            *super().get_urls(),
        ]

    def code(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The link's mini program code as a file."""
        if not may(request.user, "grow.view"):
            raise PermissionDenied
        link = get_object_or_404(Link.objects.select_related("program"), pk=pk)
        try:
            picture = services.code_image(link)
        except GatewayError as failed:
            tell(request, failed)
            return redirect(reverse("admin:links_link_change", args=[pk]))
        kind = "png" if picture.startswith(b"\x89PNG") else "jpeg"
        answer = HttpResponse(picture, content_type=f"image/{kind}")
        if "download" in request.GET:
            answer["Content-Disposition"] = f'attachment; filename="{link.short}.{kind}"'
        return answer

    def addresses(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Have WeChat make the link's URL link and short link."""
        if not may(request.user, "grow.change"):
            raise PermissionDenied
        link = get_object_or_404(Link.objects.select_related("program"), pk=pk)
        for make in (services.url_link, services.short_link):
            try:
                make(link)
            except GatewayError as failed:
                tell(request, failed)
        return redirect(reverse("admin:links_link_change", args=[pk]))
