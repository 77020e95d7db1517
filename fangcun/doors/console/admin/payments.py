"""Payments and refunds: looked at, and an abnormal refund sent again."""

from __future__ import annotations

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import action, display

from fangcun.doors.console.model_admin import ConsoleAdmin, actor_of, tell
from fangcun.doors.console.words import badge, money
from fangcun.identity.staff.queries import may
from fangcun.kernel.errors import DomainError, GatewayError
from fangcun.shop.orders.models import Order
from fangcun.shop.payments.models import Payment, Refund
from fangcun.shop.payments.services import ask_wechat, resend_refund
from fangcun.shop.payments.states import PaymentStatus, RefundStatus

PAYMENT_TONES = {
    PaymentStatus.AWAITING: "warn",
    PaymentStatus.CLOSING: "quiet",
    PaymentStatus.CLOSED: "quiet",
    PaymentStatus.SUCCEEDED: "good",
}
REFUND_TONES = {
    RefundStatus.REQUESTED: "warn",
    RefundStatus.PROCESSING: "warn",
    RefundStatus.SUCCEEDED: "good",
    RefundStatus.ABNORMAL: "bad",
    RefundStatus.CLOSED: "quiet",
}


def _order_link(number: str) -> SafeString | str:
    pk = Order.objects.filter(number=number).values_list("pk", flat=True).first()
    if pk is None:
        return number
    return format_html(
        '<a class="fc-link" href="{}">{}</a>', reverse("admin:orders_order_change", args=[pk]), number
    )


@admin.register(Payment)
class PaymentAdmin(ConsoleAdmin[Payment]):
    resource = "payments"
    list_display = ["out_trade_no", "amount_", "refunded", "status_", "transaction_id", "member", "paid_at"]
    list_filter = [("status", ChoicesDropdownFilter), ("created_at", RangeDateTimeFilter)]
    list_filter_submit = True
    list_select_related = ["member"]
    search_fields = ["out_trade_no__startswith", "transaction_id__exact", "reference__startswith"]
    search_help_text = _("商户订单号或微信支付单号")
    ordering = ["-id"]
    fields = [
        "order", "out_trade_no", "transaction_id", "status_", "amount_", "refunded", "description",
        "program", "merchant", "member", "openid", "created_at", "expires_at", "paid_at", "queries",
    ]  # fmt: skip
    readonly_fields = fields
    actions_detail = ["ask_now"]

    @display(description=_("金额"), ordering="amount")
    def amount_(self, payment: Payment) -> str:
        return money(payment.amount)

    @display(description=_("已退"))
    def refunded(self, payment: Payment) -> str:
        return money(payment.refunded_amount) if payment.refunded_amount else "—"

    @display(description=_("状态"), ordering="status")
    def status_(self, payment: Payment) -> SafeString:
        return badge(payment.get_status_display(), PAYMENT_TONES[PaymentStatus(payment.status)])

    @display(description=_("订单"))
    def order(self, payment: Payment) -> SafeString | str:
        return _order_link(payment.reference)

    @action(description=_("向微信查询"), url_path="ask", icon="sync")
    def ask_now(self, request: HttpRequest, object_id: int) -> HttpResponse:
        payment = get_object_or_404(Payment.objects.select_related("program", "merchant"), pk=object_id)
        try:
            ask_wechat(payment)
        except (DomainError, GatewayError) as refused:
            tell(request, refused)
        else:
            payment.refresh_from_db(fields=["status"])
            messages.success(request, _t("微信答复：%s") % payment.get_status_display())
        return redirect(reverse("admin:payments_payment_change", args=[object_id]))


@admin.register(Refund)
class RefundAdmin(ConsoleAdmin[Refund]):
    resource = "payments"
    list_display = ["out_refund_no", "amount_", "status_", "reason", "created_at", "succeeded_at"]
    list_filter = [("status", ChoicesDropdownFilter), ("created_at", RangeDateTimeFilter)]
    list_filter_submit = True
    search_fields = ["out_refund_no__startswith", "refund_id__exact"]
    search_help_text = _("商户退款单号或微信退款单号")
    ordering = ["-id"]
    fields = [
        "order", "payment", "out_refund_no", "refund_id", "status_", "amount_", "reason", "error",
        "created_at", "succeeded_at",
    ]  # fmt: skip
    readonly_fields = fields
    actions_detail = ["send_again"]

    @display(description=_("金额"), ordering="amount")
    def amount_(self, refund: Refund) -> str:
        return money(refund.amount)

    @display(description=_("状态"), ordering="status")
    def status_(self, refund: Refund) -> SafeString:
        return badge(refund.get_status_display(), REFUND_TONES[RefundStatus(refund.status)])

    @display(description=_("订单"))
    def order(self, refund: Refund) -> SafeString | str:
        return _order_link(refund.payment.reference)

    @action(description=_("重新发起退款"), url_path="resend", icon="replay", permissions=["resend"])
    def send_again(self, request: HttpRequest, object_id: int) -> HttpResponse:
        refund = get_object_or_404(Refund, pk=object_id)
        try:
            resend_refund(refund, by=actor_of(request))
        except DomainError as refused:
            tell(request, refused)
        else:
            messages.success(request, _t("已重新提交给微信"))
        return redirect(reverse("admin:payments_refund_change", args=[object_id]))

    def has_resend_permission(self, request: HttpRequest, object_id: int | str | None = None) -> bool:
        abnormal = Refund.objects.filter(pk=object_id, status=RefundStatus.ABNORMAL).exists()
        return abnormal and may(request.user, "payments.refund")
