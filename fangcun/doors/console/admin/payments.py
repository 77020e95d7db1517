"""Payments and refunds: looked at, and an abnormal refund sent again."""

from __future__ import annotations

from django.contrib import admin, messages
from django.contrib.admin import display
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter

from fangcun.doors.console.model_admin import ConsoleAdmin, Verb, actor_of
from fangcun.doors.console.words import badge, money
from fangcun.kernel.audit import record
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
    tabs_of = "status"
    list_filter = [("created_at", RangeDateTimeFilter)]
    list_filter_submit = True
    list_select_related = ["member", "program", "merchant"]
    search_fields = ["out_trade_no__startswith", "transaction_id__exact", "reference__startswith"]
    search_help_text = _("商户订单号或微信支付单号")
    ordering = ["-id"]
    facts = [
        "order", "out_trade_no", "transaction_id", "status_", "amount_", "refunded", "description",
        "program", "merchant", "member", "openid", "created_at", "expires_at", "paid_at", "queries",
    ]  # fmt: skip
    verbs = [Verb("ask_now", _("向微信查询"), "sync", "payments.view")]

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

    def ask_now(self, request: HttpRequest, payment: Payment) -> None:
        """Ask WeChat how the payment stands, and settle it when it is paid."""
        record("payments.ask_wechat", by=actor_of(request), object=payment)
        ask_wechat(payment)
        payment.refresh_from_db(fields=["status"])
        messages.success(request, _t("微信答复：%s") % payment.get_status_display())


@admin.register(Refund)
class RefundAdmin(ConsoleAdmin[Refund]):
    resource = "payments"
    list_display = ["out_refund_no", "amount_", "status_", "reason", "created_at", "succeeded_at"]
    tabs_of = "status"
    list_filter = [("created_at", RangeDateTimeFilter)]
    list_filter_submit = True
    search_fields = ["out_refund_no__startswith", "refund_id__exact"]
    search_help_text = _("商户退款单号或微信退款单号")
    ordering = ["-id"]
    facts = [
        "order", "payment", "out_refund_no", "refund_id", "status_", "amount_", "reason", "error",
        "created_at", "succeeded_at",
    ]  # fmt: skip
    verbs = [
        Verb(
            "send_again",
            _("重新发起退款"),
            "replay",
            "payments.refund",
            shown=lambda refund: refund.status == RefundStatus.ABNORMAL,
        )
    ]

    @display(description=_("金额"), ordering="amount")
    def amount_(self, refund: Refund) -> str:
        return money(refund.amount)

    @display(description=_("状态"), ordering="status")
    def status_(self, refund: Refund) -> SafeString:
        return badge(refund.get_status_display(), REFUND_TONES[RefundStatus(refund.status)])

    @display(description=_("订单"))
    def order(self, refund: Refund) -> SafeString | str:
        return _order_link(refund.payment.reference)

    def send_again(self, request: HttpRequest, refund: Refund) -> None:
        """Give WeChat an abnormal refund once more."""
        resend_refund(refund, by=actor_of(request))
        messages.success(request, _t("已重新提交给微信"))
