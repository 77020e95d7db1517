"""Members: who they are to us, with their phone number hidden until somebody asks for it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import action, display

from fangcun.doors.console.model_admin import ConsoleAdmin, actor_of
from fangcun.doors.console.words import money
from fangcun.identity.members.models import Member
from fangcun.identity.members.phones import masked
from fangcun.identity.members.queries import addresses_of, members_by_phone
from fangcun.identity.members.services import reveal_phone, revoke_all
from fangcun.identity.staff.queries import may
from fangcun.kernel.audit import record
from fangcun.shop.orders.models import Order


@admin.register(Member)
class MemberAdmin(ConsoleAdmin[Member]):
    resource = "members"
    list_display = ["name", "phone_", "orders", "spent", "last_order", "created_at"]
    list_filter = [("created_at", RangeDateTimeFilter)]
    list_filter_submit = True
    search_fields = ["nickname", "id__exact"]
    search_help_text = _("昵称、会员编号或完整手机号")
    ordering = ["-id"]
    fields = ["name", "id", "phone_", "programs", "addresses", "orders_", "created_at"]
    readonly_fields = fields
    actions_detail = ["show_phone", "log_out_everywhere"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Member]:
        return super().get_queryset(request).filter(merged_into=None)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Member], search_term: str
    ) -> tuple[QuerySet[Member], bool]:
        found, distinct = super().get_search_results(request, queryset, search_term)
        digits = search_term.strip()
        if digits.isdigit() and len(digits) >= 7:
            found = found | queryset.filter(pk__in=[member.pk for member in members_by_phone(digits)])
        return found, distinct

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        object_id = kwargs.get("object_id") or (args[0] if args else None)
        member = Member.objects.filter(pk=object_id).first() if str(object_id).isdigit() else None
        if member is not None and self.has_view_permission(request):
            record("members.view", by=actor_of(request), object=member)
        return super().changeform_view(request, *args, **kwargs)

    @display(description=_("会员"), ordering="nickname")
    def name(self, member: Member) -> str:
        return str(member)

    @display(description=_("手机号"))
    def phone_(self, member: Member) -> str:
        return masked(member.phone) or "—"

    def _orders(self, member: Member) -> dict[str, Any]:
        if not hasattr(member, "_order_facts"):
            facts = Order.objects.filter(member=member).aggregate(
                n=Count("id"), spent=Sum("paid_amount", filter=~Q(paid_at=None)), last=Max("created_at")
            )
            member._order_facts = facts  # type: ignore[attr-defined]
        return member._order_facts  # type: ignore[attr-defined, no-any-return]

    @display(description=_("订单数"))
    def orders(self, member: Member) -> int:
        return int(self._orders(member)["n"])

    @display(description=_("累计消费"))
    def spent(self, member: Member) -> str:
        return money(self._orders(member)["spent"] or 0)

    @display(description=_("最近下单"))
    def last_order(self, member: Member) -> Any:
        return self._orders(member)["last"] or "—"

    @display(description=_("小程序账号"))
    def programs(self, member: Member) -> SafeString:
        accounts = member.accounts.select_related("program").order_by("id")
        return format_html_join("", "<div>{} · {}</div>", ((a.program.name, a.openid) for a in accounts))

    @display(description=_("收货地址"))
    def addresses(self, member: Member) -> SafeString | str:
        rows = [
            (a.name, masked(a.phone) or "", f"{a.province}{a.city}{a.district}{a.detail}")
            for a in addresses_of(member)
        ]
        return format_html_join("", "<div>{} {} {} {}</div>", rows) or "—"

    @display(description=_("订单"))
    def orders_(self, member: Member) -> SafeString | str:
        rows = [
            (
                reverse("admin:orders_order_change", args=[order.pk]),
                order.number,
                order.get_status_display(),
                money(order.total_amount),
            )
            for order in Order.objects.filter(member=member).order_by("-id")[:20]
        ]
        line = '<div><a class="fc-link" href="{}">{}</a> · {} · {}</div>'
        return format_html_join("", line, rows) or "—"

    @action(description=_("查看完整手机号"), url_path="phone", icon="visibility", permissions=["reveal"])
    def show_phone(self, request: HttpRequest, object_id: int) -> HttpResponse:
        member = get_object_or_404(Member, pk=object_id)
        if not member.phone:
            messages.info(request, _t("这位会员没有留下手机号"))
        else:
            number = reveal_phone(member=member, by=actor_of(request))
            messages.info(request, _t("手机号：%s（已记入审计日志）") % number)
        return redirect(reverse("admin:members_member_change", args=[object_id]))

    def has_reveal_permission(self, request: HttpRequest, object_id: int | str | None = None) -> bool:
        return may(request.user, "members.reveal")

    @action(description=_("全部退出登录"), url_path="log-out", icon="logout", permissions=["revoke"])
    def log_out_everywhere(self, request: HttpRequest, object_id: int) -> HttpResponse:
        if not may(request.user, "members.change"):
            raise PermissionDenied
        revoke_all(member=get_object_or_404(Member, pk=object_id), by=actor_of(request))
        messages.success(request, _t("这位会员在所有设备上都已退出登录"))
        return redirect(reverse("admin:members_member_change", args=[object_id]))

    def has_revoke_permission(self, request: HttpRequest, object_id: int | str | None = None) -> bool:
        return may(request.user, "members.change")
