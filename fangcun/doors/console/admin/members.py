"""Members: who they are to us, with their phone number hidden until somebody asks for it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import display
from django.db.models import Count, Max, OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter

from fangcun.doors.console.model_admin import ConsoleAdmin, Verb, actor_of
from fangcun.doors.console.words import money
from fangcun.grow.conversations.queries import conversations_of_member
from fangcun.grow.loyalty.models import Card
from fangcun.identity.members.models import Member
from fangcun.identity.members.phones import masked
from fangcun.identity.members.queries import addresses_of, members_by_phone
from fangcun.identity.members.services import reveal_phone, revoke_all
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
    facts = [
        "name", "id", "phone_", "loyalty", "programs", "addresses", "orders_", "conversations_",
        "timeline", "created_at",
    ]  # fmt: skip
    verbs = [
        Verb("show_phone", _("查看完整手机号"), "visibility", "members.reveal"),
        Verb(
            "log_out_everywhere",
            _("全部退出登录"),
            "logout",
            "members.change",
            confirm=_("这位会员将在所有设备上退出登录。继续吗？"),
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Member]:
        orders = Order.objects.filter(member=OuterRef("pk")).order_by().values("member")
        paid = orders.filter(paid_at__isnull=False)
        return (
            super()
            .get_queryset(request)
            .filter(merged_into=None)
            .annotate(
                order_count=Subquery(orders.annotate(n=Count("id")).values("n")),
                spent_amount=Subquery(paid.annotate(n=Sum("paid_amount")).values("n")),
                last_ordered_at=Subquery(orders.annotate(at=Max("created_at")).values("at")),
            )
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Member], search_term: str
    ) -> tuple[QuerySet[Member], bool]:
        found, distinct = super().get_search_results(request, queryset, search_term)
        digits = search_term.strip()
        if digits.isdigit() and len(digits) >= 7:
            found = found | queryset.filter(pk__in=[member.pk for member in members_by_phone(digits)])
        return found, distinct

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        record("members.view", by=actor_of(request), object=kwargs["obj"])
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description=_("会员"), ordering="nickname")
    def name(self, member: Member) -> str:
        return str(member)

    @display(description=_("手机号"))
    def phone_(self, member: Member) -> str:
        return masked(member.phone) or "—"

    @display(description=_("订单数"), ordering="order_count")
    def orders(self, member: Member) -> int:
        return member.order_count or 0  # type: ignore[attr-defined]

    @display(description=_("累计消费"), ordering="spent_amount")
    def spent(self, member: Member) -> str:
        return money(member.spent_amount or 0)  # type: ignore[attr-defined]

    @display(description=_("最近下单"), ordering="last_ordered_at", empty_value="—")
    def last_order(self, member: Member) -> Any:
        return member.last_ordered_at  # type: ignore[attr-defined]

    @display(description=_("会员卡"))
    def loyalty(self, member: Member) -> SafeString:
        """What he holds, and the way to his card; who has none yet gets one with his first points."""
        card = Card.objects.select_related("tier").filter(pk=member.pk).first()
        if card is None:
            address = reverse("admin:loyalty_give", args=[member.pk])
            return format_html(
                '{} <a class="fc-link" href="{}">{}</a>', _t("还没有积分"), address, _t("赠送")
            )
        tier = card.tier.name if card.tier else _t("无等级")
        words = _t("%(tier)s · %(points)s 积分 · 成长值 %(growth)s")
        said = words % {"tier": tier, "points": card.points, "growth": card.growth}
        return format_html(
            '<a class="fc-link" href="{}">{}</a>', reverse("admin:loyalty_card_change", args=[card.pk]), said
        )

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
        return format_html_join("", "<div>{} {} {}</div>", rows) or "—"

    @display(description=_("行为时间线"))
    def timeline(self, member: Member) -> SafeString:
        address = reverse("admin:insight_timeline", args=[member.pk])
        return format_html('<a class="fc-link" href="{}">{}</a>', address, _t("看他做过什么"))

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

    @display(description=_("客服会话"))
    def conversations_(self, member: Member) -> SafeString | str:
        rows = [
            (reverse("admin:conversation", args=[one.pk]), one.get_status_display(), one.last_text)
            for one in conversations_of_member(member.pk)
        ]
        return format_html_join("", '<div><a class="fc-link" href="{}">{}</a> · {}</div>', rows) or "—"

    def show_phone(self, request: HttpRequest, member: Member) -> None:
        """Show the whole number once, and write down who asked."""
        if not member.phone:
            messages.info(request, _t("这位会员没有留下手机号"))
            return
        number = reveal_phone(member=member, by=actor_of(request))
        messages.info(request, _t("手机号：%s（已记入审计日志）") % number)

    def log_out_everywhere(self, request: HttpRequest, member: Member) -> None:
        """End the member's sessions on all his phones."""
        revoke_all(member=member, by=actor_of(request))
        messages.success(request, _t("这位会员在所有设备上都已退出登录"))
