"""What customers were told, and how WeChat took it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter

from fangcun.doors.console.forms import VerbForm
from fangcun.doors.console.model_admin import ConsoleAdmin, Verb, actor_of
from fangcun.doors.console.words import badge
from fangcun.grow.messaging.models import Delivery, Message, Template
from fangcun.grow.messaging.services import register_template
from fangcun.grow.messaging.states import DeliveryStatus

TONES = {
    DeliveryStatus.QUEUED: "warn",
    DeliveryStatus.SENDING: "warn",
    DeliveryStatus.SENT: "good",
    DeliveryStatus.REFUSED: "quiet",
    DeliveryStatus.FAILED: "bad",
    DeliveryStatus.UNKNOWN: "bad",
}


@admin.register(Message)
class MessageAdmin(ConsoleAdmin[Message]):
    resource = "messages"
    list_display = ["created_at", "member", "title", "body", "read_at"]
    list_filter = ["kind", ("created_at", RangeDateTimeFilter)]
    list_filter_submit = True
    list_select_related = ["member"]
    search_fields = ["body", "member__nickname"]
    ordering = ["-id"]
    facts = ["member", "program", "kind", "title", "body", "link", "created_at", "read_at"]


@admin.register(Delivery)
class DeliveryAdmin(ConsoleAdmin[Delivery]):
    resource = "messages"
    list_display = ["created_at", "message", "status_", "error_code", "error_field", "error", "settled_at"]
    tabs_of = "status"
    list_filter = [("created_at", RangeDateTimeFilter)]
    list_filter_submit = True
    list_select_related = ["message"]
    ordering = ["-id"]
    facts = [
        "message", "status_", "data", "page", "attempts", "doubtful", "msgid", "error_code", "error_field",
        "error", "created_at", "sending_at", "settled_at", "receipt", "receipt_at",
    ]  # fmt: skip

    @display(description=_("状态"), ordering="status")
    def status_(self, delivery: Delivery) -> SafeString:
        return badge(delivery.get_status_display(), TONES[DeliveryStatus(delivery.status)])


class TemplateForm(VerbForm[Template]):
    class Meta:
        model = Template
        fields = ["program", "purpose", "template_id", "title", "fields"]


@admin.register(Template)
class TemplateAdmin(ConsoleAdmin[Template]):
    resource = "messages"
    writable = True
    form = TemplateForm
    list_display = ["title", "program", "purpose", "template_id", "is_active", "updated_at"]
    list_select_related = ["program"]
    change_form_after_template = "console/care/live.html"
    verbs = [
        Verb("try_out", _("预览与测试发送"), "phone_iphone", "messages.view"),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Template | None = None) -> Any:
        return ["program", "purpose"] if obj else []

    def save_model(self, request: HttpRequest, obj: Template, form: Any, change: bool) -> None:
        saved = register_template(
            program=obj.program,
            purpose=obj.purpose,
            template_id=obj.template_id,
            title=obj.title,
            fields=form.cleaned_data["fields"],
            by=actor_of(request),
        )
        obj.pk = saved.pk

    def try_out(self, request: HttpRequest, template: Template) -> HttpResponse:
        """The page on which a template is seen as the phone shows it, and tried."""
        return redirect("admin:care_template", template.pk)
