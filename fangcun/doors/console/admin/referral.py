"""Invitations: the queue of those that look wrong, the rules, the month's list."""

from __future__ import annotations

from django.contrib import admin, messages
from django.contrib.admin import display
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter

from fangcun.doors.console import invitations
from fangcun.doors.console.model_admin import ConsoleAdmin, Verb, actor_of
from fangcun.doors.console.words import badge
from fangcun.grow.referral import services
from fangcun.grow.referral.models import Invitation
from fangcun.grow.referral.rules import coupon_titles, reward_text
from fangcun.grow.referral.states import InvitationStatus, Sign
from fangcun.identity.members.models import Member
from fangcun.shop.orders.models import Order

TONES = {
    InvitationStatus.WAITING: "info",
    InvitationStatus.HELD: "warn",
    InvitationStatus.REWARDED: "good",
    InvitationStatus.REJECTED: "bad",
    InvitationStatus.REVERSED: "quiet",
}


def _held(invitation: Invitation) -> bool:
    return invitation.status == InvitationStatus.HELD and not invitation.superseded


@admin.register(Invitation)
class InvitationAdmin(ConsoleAdmin[Invitation]):
    resource = "grow"
    nothing_yet = _("还没有邀请：设好邀请规则，顾客在“我的 - 邀请有礼”里就能邀请好友。")
    list_display = ["settled_at", "inviter_", "invitee_", "status_", "signs_", "order_", "ended_at"]
    list_display_links = ["settled_at"]
    tabs_of = "status"
    list_filter = [("settled_at", RangeDateTimeFilter)]
    list_filter_submit = True
    search_fields = ["inviter__nickname", "invitee__nickname", "order_number__exact"]
    search_help_text = _("昵称或首单订单号")
    ordering = ["-id"]
    list_before_template = "console/invitation_ways.html"
    facts = [
        "inviter_", "invitee_", "status_", "evidence", "order_", "inviter_gets", "invitee_gets", "program",
        "touched_at", "settled_at", "ended_at", "device",
    ]  # fmt: skip
    verbs = [
        Verb("approve", _("通过，发放奖励"), "check_circle", "grow.change", confirm=_("双方会立即得到奖励。"),
             shown=_held),
        Verb("reject", _("拒绝"), "block", "grow.change", confirm=_("双方都不会得到奖励，之后不能更改。"),
             danger=True, shown=_held),
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        order = Order.objects.filter(number=OuterRef("order_number")).values("pk")[:1]
        shown = super().get_queryset(request).select_related("inviter", "invitee", "program")
        return shown.annotate(order_pk=Subquery(order))

    @display(description=_("邀请人"), ordering="inviter")
    def inviter_(self, invitation: Invitation) -> SafeString:
        return _member(invitation.inviter)

    @display(description=_("被邀请人"), ordering="invitee")
    def invitee_(self, invitation: Invitation) -> SafeString:
        return _member(invitation.invitee)

    @display(description=_("状态"), ordering="status")
    def status_(self, invitation: Invitation) -> SafeString:
        return badge(invitation.get_status_display(), TONES[InvitationStatus(invitation.status)])

    @display(description=_("疑点"))
    def signs_(self, invitation: Invitation) -> str:
        return "、".join(str(Sign(found["sign"]).label) for found in invitation.signs) or "—"

    @display(description=_("疑点和证据"))
    def evidence(self, invitation: Invitation) -> SafeString | str:
        rows = [(Sign(found["sign"]).label, found["detail"]) for found in invitation.signs]
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}：{}</li>", rows)) if rows else "—"

    @display(description=_("首单"))
    def order_(self, invitation: Invitation) -> SafeString | str:
        pk: int | None = invitation.order_pk  # type: ignore[attr-defined]
        if pk is None:
            return invitation.order_number or "—"
        address = reverse("admin:orders_order_change", args=[pk])
        return format_html('<a class="fc-link" href="{}">{}</a>', address, invitation.order_number)

    @display(description=_("邀请人得"))
    def inviter_gets(self, invitation: Invitation) -> str:
        if invitation.capped:
            return _t("已达上限，没有奖励")
        return _reward(invitation.inviter_points, invitation.inviter_template_id)

    @display(description=_("被邀请人得"))
    def invitee_gets(self, invitation: Invitation) -> str:
        return _reward(invitation.invitee_points, invitation.invitee_template_id)

    def approve(self, request: HttpRequest, invitation: Invitation) -> None:
        """Nothing is wrong with it: both get what they were promised."""
        services.approve(invitation=invitation, by=actor_of(request))
        messages.success(request, _t("已通过，奖励会马上到账"))

    def reject(self, request: HttpRequest, invitation: Invitation) -> None:
        """Somebody invited himself: nobody gets anything."""
        services.reject(invitation=invitation, by=actor_of(request))
        messages.success(request, _t("已拒绝"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("rules/", view(invitations.rules), name="referral_rules"),
            path("leaderboard/", view(invitations.leaders), name="referral_leaderboard"),
            *super().get_urls(),
        ]


def _member(member: Member) -> SafeString:
    return format_html(
        '<a class="fc-link" href="{}">{}</a>',
        reverse("admin:members_member_change", args=[member.pk]),
        member,
    )


def _reward(points: int, template_id: int | None) -> str:
    titles = coupon_titles([template_id])
    return reward_text(points, titles.get(template_id) if template_id else None)
