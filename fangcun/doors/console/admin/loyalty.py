"""Points, member cards and activities."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import display
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter, RangeNumericFilter

from fangcun.doors.console.forms import PictureField, VerbForm
from fangcun.doors.console.model_admin import ConsoleAdmin, Verb, actor_of
from fangcun.doors.console.words import badge, thumbnail
from fangcun.gateways.storage import store_image
from fangcun.grow.loyalty import services
from fangcun.grow.loyalty.models import Activity, Card, PointsEntry, TierChange
from fangcun.grow.loyalty.queries import entries_of
from fangcun.grow.loyalty.states import ActivityStatus
from fangcun.kernel.errors import DomainError

TONES = {
    ActivityStatus.DRAFT: "quiet",
    ActivityStatus.OPEN: "good",
    ActivityStatus.CANCELLED: "bad",
}


def points(number: int) -> SafeString:
    """A change of points as a label."""
    return badge(f"{number:+,}", "good" if number > 0 else "quiet")


@admin.register(PointsEntry)
class PointsEntryAdmin(ConsoleAdmin[PointsEntry]):
    resource = "grow"
    nothing_yet = _("还没有积分变动：顾客签到、完成订单或用掉积分时会记在这里。")
    list_display = [
        "created_at", "member", "points_", "reason", "reference", "note", "balance_after", "expires_at",
    ]  # fmt: skip
    list_filter = ["reason", ("created_at", RangeDateTimeFilter), ("points", RangeNumericFilter)]
    list_filter_submit = True
    list_select_related = ["member"]
    search_fields = ["member__nickname", "member__id__exact", "reference__exact"]
    search_help_text = _("会员昵称、会员编号或订单号")
    ordering = ["-id"]
    facts = [
        "member", "points_", "reason", "reference", "note", "balance_after", "expires_at", "undone_at",
        "created_at",
    ]  # fmt: skip

    @display(description=_("积分"), ordering="points")
    def points_(self, entry: PointsEntry) -> SafeString:
        return points(entry.points)


@admin.register(Card)
class CardAdmin(ConsoleAdmin[Card]):
    resource = "grow"
    nothing_yet = _("还没有会员卡：顾客第一次得到积分或成长值时自动开卡。")
    list_display = ["member", "tier", "growth", "points", "debt", "make_up_cards", "tier_since"]
    list_filter = ["tier", ("points", RangeNumericFilter), ("growth", RangeNumericFilter)]
    list_filter_submit = True
    list_select_related = ["member", "tier"]
    search_fields = ["member__nickname", "member__id__exact"]
    search_help_text = _("会员昵称或编号")
    ordering = ["-points", "pk"]
    facts = [
        "member_", "points", "debt", "tier", "growth", "tier_since", "protected_until", "make_up_cards",
        "birthday", "ledger", "tiers",
    ]  # fmt: skip
    verbs = [
        Verb("give", _("赠送或扣减积分"), "redeem", "grow.change"),
        Verb(
            "forgive",
            _("免除欠下的积分"),
            "volunteer_activism",
            "grow.change",
            confirm=_("会员不再欠这些积分，以后获得的积分不会被补扣。继续吗？"),
            shown=lambda card: card.debt > 0,
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Card]:
        return super().get_queryset(request).filter(member__merged_into=None)

    def give(self, request: HttpRequest, card: Card) -> Any:
        """To the form that asks how many and why."""
        return redirect("admin:loyalty_give", card.pk)

    def forgive(self, request: HttpRequest, card: Card) -> None:
        """Let the member keep what he owes."""
        owed = services.forgive_debt(member_id=card.pk, by=actor_of(request))
        messages.success(request, _t("已免除 %(n)s 积分") % {"n": owed})

    @display(description=_("会员"))
    def member_(self, card: Card) -> SafeString:
        address = reverse("admin:members_member_change", args=[card.pk])
        return format_html('<a class="fc-link" href="{}">{}</a>', address, card.member)

    @display(description=_("生日"))
    def birthday(self, card: Card) -> str:
        return f"{card.birth_month}-{card.birth_day}" if card.birth_month else "—"

    @display(description=_("积分明细"))
    def ledger(self, card: Card) -> SafeString:
        lines = format_html_join(
            "",
            "<div>{} · {} · {} · {}</div>",
            (
                (
                    timezone.localtime(entry.created_at).strftime("%Y-%m-%d %H:%M"),
                    points(entry.points),
                    entry.get_reason_display(),
                    entry.note or entry.reference,
                )
                for entry in entries_of(card.pk)
            ),
        )
        address = f"{reverse('admin:loyalty_pointsentry_changelist')}?member__id__exact={card.pk}"
        return format_html('{}<a class="fc-link" href="{}">{}</a>', lines, address, _t("全部明细"))

    @display(description=_("等级变动"))
    def tiers(self, card: Card) -> SafeString | str:
        rows = TierChange.objects.filter(member=card.pk).select_related("source", "target").order_by("-id")
        lines = (
            (
                timezone.localtime(one.at).strftime("%Y-%m-%d %H:%M"),
                one.source or _t("无等级"),
                one.target or _t("无等级"),
                one.growth,
            )
            for one in rows[:20]
        )
        return format_html_join("", "<div>{} · {} → {} · {}</div>", lines) or "—"


class ActivityForm(VerbForm[Activity]):
    new_cover = PictureField(label=_("封面图片"), help_text=_("JPG、PNG 或 WebP；留空表示保持不变"))

    class Meta:
        model = Activity
        fields = [
            "title", "details", "is_online", "place", "starts_at", "ends_at", "sign_up_from", "sign_up_until",
            "places", "min_tier", "remind_hours",
        ]  # fmt: skip


@admin.register(Activity)
class ActivityAdmin(ConsoleAdmin[Activity]):
    resource = "grow"
    writable = True
    form = ActivityForm
    list_display = ["title", "status_", "starts_at", "taken_", "min_tier", "sign_up_until"]
    tabs_of = "status"
    list_filter = [("starts_at", RangeDateTimeFilter)]
    list_filter_submit = True
    list_select_related = ["min_tier"]
    search_fields = ["title", "place"]
    search_help_text = _("标题或地点")
    ordering = ["-starts_at", "-id"]
    verbs = [
        Verb(
            "publish",
            _("发布"),
            "campaign",
            "grow.change",
            confirm=_("发布后会员就能看到并报名。继续吗？"),
            shown=lambda activity: activity.status == ActivityStatus.DRAFT,
        ),
        Verb(
            "call_off",
            _("取消活动"),
            "event_busy",
            "grow.change",
            confirm=_("已报名的会员都会收到通知，不能撤销。继续吗？"),
            danger=True,
            shown=lambda activity: activity.status == ActivityStatus.OPEN,
        ),
    ]

    def get_fields(self, request: HttpRequest, obj: Activity | None = None) -> Any:
        shown = ["status_", "sign_ups", "cover_"] if obj else []
        writable = self.has_change_permission(request, obj)
        return [*shown, *ActivityForm.Meta.fields, *(["new_cover"] if writable else [])]

    def get_readonly_fields(self, request: HttpRequest, obj: Activity | None = None) -> Any:
        return ["status_", "sign_ups", "cover_"]

    @display(description=_("状态"), ordering="status")
    def status_(self, activity: Activity) -> SafeString:
        return badge(activity.get_status_display(), TONES[ActivityStatus(activity.status)])

    @display(description=_("报名"), ordering="taken")
    def taken_(self, activity: Activity) -> SafeString:
        address = reverse("admin:loyalty_sign_ups", args=[activity.pk])
        return format_html(
            '<a class="fc-link" href="{}">{} / {}</a>', address, activity.taken, activity.places
        )

    @display(description=_("报名名单"))
    def sign_ups(self, activity: Activity) -> SafeString:
        address = reverse("admin:loyalty_sign_ups", args=[activity.pk])
        words = _t("%(taken)s 人已报名，查看名单与现场签到") % {"taken": activity.taken}
        return format_html('<a class="fc-link" href="{}">{}</a>', address, words)

    @display(description=_("当前封面"))
    def cover_(self, activity: Activity) -> SafeString:
        return thumbnail(activity.cover, size=96)

    def save_model(self, request: HttpRequest, obj: Activity, form: Any, change: bool) -> None:
        if upload := form.cleaned_data["new_cover"]:
            try:
                obj.cover = store_image(upload.read()).path
            except DomainError as refused:
                refused.details.setdefault("fields", {"new_cover": str(refused)})
                raise
        services.save_activity(obj, by=actor_of(request))

    def publish(self, request: HttpRequest, activity: Activity) -> None:
        """Let members see it and sign up."""
        services.publish_activity(activity, by=actor_of(request))
        messages.success(request, _t("活动已发布"))

    def call_off(self, request: HttpRequest, activity: Activity) -> None:
        """Call it off, and tell who had a place."""
        services.call_off_activity(activity, by=actor_of(request))
        messages.success(request, _t("活动已取消，正在通知已报名的会员"))
