"""Orders: the list, and one order with everything an operator does to it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import RangeDateTimeFilter, RangeNumericFilter

from fangcun.doors.console.model_admin import ConsoleAdmin, actor_of, tell
from fangcun.doors.console.orders_export import csv_lines
from fangcun.doors.console.words import badge, money, thumbnail
from fangcun.grow.groupbuy.queries import groups_of_orders
from fangcun.identity.members.phones import masked
from fangcun.identity.staff.queries import may
from fangcun.kernel.audit import record
from fangcun.kernel.errors import DomainError
from fangcun.kernel.states import transitions_of
from fangcun.shop.orders import services
from fangcun.shop.orders.models import Order, OrderLine
from fangcun.shop.orders.services.refunding import REFUNDABLE
from fangcun.shop.orders.states import OrderStatus
from fangcun.shop.payments.models import Payment
from fangcun.shop.payments.queries import refunds_of
from fangcun.shop.shipping.carriers import CARRIERS, carrier_name
from fangcun.shop.shipping.queries import shipments_of

TONES = {
    OrderStatus.PENDING_PAYMENT: "warn",
    OrderStatus.PAID: "info",
    OrderStatus.SHIPPED: "info",
    OrderStatus.COMPLETED: "good",
    OrderStatus.CANCELLED: "quiet",
}


class ShipForm(forms.Form):
    carrier = forms.ChoiceField(label=_("快递公司"), choices=list(CARRIERS.items()))
    tracking_number = forms.CharField(label=_("运单号"), max_length=60, required=False)


@admin.register(Order)
class OrderAdmin(ConsoleAdmin[Order]):
    resource = "orders"
    list_display = ["number_", "goods", "member", "receiver", "total", "status_", "created_at"]
    list_display_links = ["number_"]
    tabs_of = "status"
    list_filter = [
        ("created_at", RangeDateTimeFilter),
        ("total_amount", RangeNumericFilter),
    ]
    list_filter_submit = True
    search_fields = ["number__startswith", "payment__transaction_id__exact", "lines__title"]
    search_help_text = _("订单号、微信支付单号或商品名")
    date_hierarchy = None
    ordering = ["-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        return super().get_queryset(request).select_related("member").prefetch_related("lines")

    @display(description=_("订单号"), ordering="number")
    def number_(self, order: Order) -> str:
        return order.number

    @display(description=_("商品"))
    def goods(self, order: Order) -> str:
        lines = list(order.lines.all())
        first = f"{lines[0].title} × {lines[0].quantity}" if lines else "—"
        return first if len(lines) < 2 else _t("%(first)s 等 %(n)s 种") % {"first": first, "n": len(lines)}

    @display(description=_("收货人"))
    def receiver(self, order: Order) -> str:
        return f"{order.address.get('name', '')} · {order.address.get('district', '')}"

    @display(description=_("应付"), ordering="total_amount")
    def total(self, order: Order) -> str:
        return money(order.total_amount)

    @display(description=_("状态"), ordering="status")
    def status_(self, order: Order) -> SafeString:
        if order.held_for and order.status == OrderStatus.PAID:
            return badge(order.get_held_for_display(), "warn")
        return badge(order.get_status_display(), TONES[OrderStatus(order.status)])

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("export/", view(self.export), name="orders_order_export"),
            path("<int:pk>/ship/", view(require_POST(self.ship)), name="orders_order_ship"),
            path("<int:pk>/cancel/", view(require_POST(self.cancel)), name="orders_order_cancel"),
            path("<int:pk>/refund/", view(require_POST(self.refund)), name="orders_order_refund"),
            path("<int:pk>/note/", view(require_POST(self.note)), name="orders_order_note"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        link = f"{reverse('admin:orders_order_export')}?{request.GET.urlencode()}"
        return super().changelist_view(request, {**(extra_context or {}), "export_link": link})

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """The orders that the list shows, on all its pages, as CSV."""
        self._need(request, "orders.view")
        try:
            orders = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:  # a filter typed by hand; the list says so
            return redirect("admin:orders_order_changelist")
        record("orders.export", by=actor_of(request), after={"filter": request.GET.urlencode()})
        whole_phones = may(request.user, "members.reveal")
        name = f"orders-{timezone.localtime():%Y%m%d-%H%M}.csv"
        return StreamingHttpResponse(
            csv_lines(orders, whole_phones=whole_phones),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One order: what was bought, by whom, where it stands, and what may be done now."""
        if (
            not self.has_view_permission(request) or request.method != "GET"
        ):  # what changes it has its own address
            raise PermissionDenied
        order = get_object_or_404(
            Order.objects.select_related("member", "program", "payment"),
            pk=object_id if object_id.isdigit() else 0,
        )
        record("orders.view", by=actor_of(request), object=order)
        return self._page(request, order)

    def _page(self, request: HttpRequest, order: Order, refused: ShipForm | None = None) -> HttpResponse:
        phone = str(order.address.get("phone", ""))
        may_ship = (
            may(request.user, "orders.ship") and order.status == OrderStatus.PAID and not order.held_for
        )
        may_see_group = may(request.user, "grow.view")
        context = {
            **self.admin_site.each_context(request),
            "title": _t("订单 %s") % order.number,
            "opts": self.opts,
            "original": order,
            "order": order,
            "phone": phone if may(request.user, "members.reveal") else masked(phone),
            "may_see_member": may(request.user, "members.view"),
            "may_see_payments": may(request.user, "payments.view"),
            "tone": TONES[OrderStatus(order.status)],
            "group": groups_of_orders([order.pk]).get(order.pk) if may_see_group else None,
            "lines": [(line, thumbnail(line.cover, size=48)) for line in order.lines.all()],
            "steps": [
                (step, OrderStatus(step.target).label, TONES[OrderStatus(step.target)])
                for step in transitions_of(order)
            ],
            "payments": Payment.objects.filter(reference=order.number).order_by("id"),
            "refunds": refunds_of([order.number]),
            "shipments": [(parcel, carrier_name(parcel.carrier)) for parcel in shipments_of([order.number])],
            "ship_form": (refused or ShipForm()) if may_ship else None,
            "discounts": list(order.discounts.order_by("pk")),
            "refundable": self._refundable(request, order),
            "may_cancel": self._may_cancel(request, order),
            "may_note": may(request.user, "orders.change"),
        }
        return render(request, "console/order.html", context)

    def ship(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hand the order to a carrier."""
        self._need(request, "orders.ship")
        order = get_object_or_404(Order.objects.select_related("member", "program", "payment"), pk=pk)
        form = ShipForm(request.POST)
        if form.is_valid():
            try:
                services.ship_order(order, by=actor_of(request), **form.cleaned_data)
            except DomainError as refused:
                order.refresh_from_db(fields=["status"])
                if order.status != OrderStatus.PAID:
                    tell(request, refused)
                    return self._back(order)
                form.add_error("tracking_number", str(refused))
            else:
                messages.success(request, _t("已发货，已通知买家"))
                return self._back(order)
        return self._page(request, order, form)

    def cancel(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Cancel the order; paid money goes back."""
        order = get_object_or_404(Order.objects.select_related("payment"), pk=pk)
        if not self._may_cancel(request, order):
            raise PermissionDenied
        done = _t("订单已取消，款项将原路退回") if order.payment else _t("订单已取消")
        self._do(request, done, services.cancel_order, order, reason=request.POST.get("reason", ""))
        return self._back(order)

    def refund(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Pay some pieces back."""
        order = get_object_or_404(Order.objects.select_related("payment"), pk=pk)
        self._need(request, "orders.change")
        self._need(request, "payments.refund")
        asked = {line.pk: request.POST.get(f"line-{line.pk}", "") for line in order.lines.all()}
        lines = {line_id: int(text) for line_id, text in asked.items() if text.isdecimal()}
        try:
            amount = services.refund_lines(
                order, lines=lines, by=actor_of(request), reason=request.POST.get("reason", "")
            )
        except DomainError as refused:
            tell(request, refused)
        else:
            messages.success(request, _t("%s 将原路退回") % money(amount))
        return self._back(order)

    def _refundable(self, request: HttpRequest, order: Order) -> list[tuple[OrderLine, int]]:
        """The lines of which something can be paid back, and how many pieces."""
        if order.status not in REFUNDABLE or not (
            may(request.user, "orders.change") and may(request.user, "payments.refund")
        ):
            return []
        left = [
            (line, line.quantity - line.refunded_quantity) for line in order.lines.all() if not line.is_gift
        ]
        return [(line, number) for line, number in left if number]

    def note(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Leave a note for colleagues."""
        self._need(request, "orders.change")
        order = get_object_or_404(Order, pk=pk)
        self._do(request, _t("备注已保存"), services.annotate_order, order, text=request.POST.get("text", ""))
        return self._back(order)

    def _may_cancel(self, request: HttpRequest, order: Order) -> bool:
        if order.status == OrderStatus.PAID:  # that gives money back
            return may(request.user, "orders.change") and may(request.user, "payments.refund")
        return order.status == OrderStatus.PENDING_PAYMENT and may(request.user, "orders.change")

    def _need(self, request: HttpRequest, permission: str) -> None:
        if not may(request.user, permission):
            raise PermissionDenied

    def _do(self, request: HttpRequest, done: str, verb: Any, order: Order, **arguments: Any) -> None:
        try:
            verb(order, by=actor_of(request), **arguments)
        except DomainError as refused:
            tell(request, refused)
        else:
            messages.success(request, done)

    def _back(self, order: Order) -> HttpResponse:
        return redirect(reverse("admin:orders_order_change", args=[order.pk]))
