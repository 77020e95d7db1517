"""Groups: who sits in them, and what became of their orders and money."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import RangeDateTimeFilter

from fangcun.doors.console.model_admin import ConsoleAdmin, actor_of, tell
from fangcun.doors.console.words import badge
from fangcun.grow.groupbuy import services
from fangcun.grow.groupbuy.models import Group
from fangcun.grow.groupbuy.states import GroupStatus, SeatStatus
from fangcun.identity.staff.queries import may
from fangcun.kernel.errors import DomainError
from fangcun.kernel.states import transitions_of
from fangcun.shop.payments.queries import refunds_of

GROUP_TONES = {
    GroupStatus.RESERVED: "warn",
    GroupStatus.OPEN: "info",
    GroupStatus.FORMED: "good",
    GroupStatus.FAILED: "bad",
    GroupStatus.LAPSED: "quiet",
}
SEAT_TONES = {SeatStatus.RESERVED: "warn", SeatStatus.PAID: "good", SeatStatus.RELEASED: "quiet"}


@admin.register(Group)
class GroupAdmin(ConsoleAdmin[Group]):
    resource = "grow"
    nothing_yet = _("还没有团：活动开始以后，顾客在手机上开的团会出现在这里。")
    list_display = ["number", "campaign", "opener", "progress", "status_", "opened_at", "expires_at"]
    tabs_of = "status"
    list_filter = [("campaign", admin.RelatedOnlyFieldListFilter), ("created_at", RangeDateTimeFilter)]
    list_filter_submit = True
    search_fields = ["number__startswith", "opener__nickname", "seats__order_number__startswith"]
    search_help_text = _("团号、团长昵称或订单号")
    list_select_related = ["campaign", "opener"]
    ordering = ["-id"]

    @display(description=_("已付款 / 人数"), ordering="paid")
    def progress(self, group: Group) -> str:
        return f"{group.paid} / {group.size}"

    @display(description=_("状态"), ordering="status")
    def status_(self, group: Group) -> SafeString:
        return badge(group.get_status_display(), GROUP_TONES[GroupStatus(group.status)])

    def get_urls(self) -> list[URLPattern]:
        dissolve = self.admin_site.admin_view(require_POST(self.dissolve))
        return [
            path("<int:pk>/dissolve/", dissolve, name="groupbuy_group_dissolve"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One group: who sits in it, what became of their orders and money, and what happened when."""
        if not self.has_view_permission(request) or request.method != "GET":
            raise PermissionDenied
        known = Group.objects.select_related("campaign__product", "opener", "program")
        group = get_object_or_404(known, pk=object_id if object_id.isdecimal() else 0)
        seats = list(group.seats.select_related("member", "order", "sku").order_by("id"))
        refunds: dict[str, list[Any]] = {}
        for refund in refunds_of([seat.order_number for seat in seats if seat.order_number]):
            refunds.setdefault(refund.payment.reference, []).append(refund)
        context = {
            **self.admin_site.each_context(request),
            "title": _t("团 %s") % group.number,
            "opts": self.opts,
            "original": group,
            "group": group,
            "tone": GROUP_TONES[GroupStatus(group.status)],
            "seats": [
                (seat, SEAT_TONES[SeatStatus(seat.status)], refunds.get(seat.order_number, []))
                for seat in seats
            ],
            "steps": [
                (step, GroupStatus(step.target).label, GROUP_TONES[GroupStatus(step.target)])
                for step in transitions_of(group)
            ],
            "may_see_order": may(request.user, "orders.view"),
            "may_see_member": may(request.user, "members.view"),
            "may_see_payments": may(request.user, "payments.view"),
            "may_dissolve": group.status == GroupStatus.OPEN and self._may_dissolve(request),
        }
        return render(request, "console/groupbuy/group.html", context)

    def dissolve(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End an open group; everybody's money goes back."""
        if not self._may_dissolve(request):
            raise PermissionDenied
        group = get_object_or_404(Group, pk=pk)
        try:
            services.dissolve_group(
                group_id=group.pk, by=actor_of(request), reason=request.POST.get("reason", "")
            )
        except DomainError as refused:
            tell(request, refused)
        else:
            messages.success(request, _t("团已解散，款项将逐一原路退回，并通知每位成员"))
        return redirect(reverse("admin:groupbuy_group_change", args=[group.pk]))

    def _may_dissolve(self, request: HttpRequest) -> bool:
        return self._may(request, "change") and may(request.user, "payments.refund")
