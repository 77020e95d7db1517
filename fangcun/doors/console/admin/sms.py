"""Texts: the inbox of what was sent, and what texts say."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import display
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter

from fangcun.doors.console.forms import VerbForm
from fangcun.doors.console.model_admin import ConsoleAdmin, Verb, actor_of
from fangcun.doors.console.words import badge
from fangcun.grow.messaging.models import Text, TextProvider, TextTemplate
from fangcun.grow.messaging.services import register_text_template, take_reply
from fangcun.grow.messaging.states import TextStatus
from fangcun.identity.members.phones import masked

TONES = {
    TextStatus.QUEUED: "warn",
    TextStatus.SENDING: "warn",
    TextStatus.SENT: "good",
    TextStatus.DROPPED: "quiet",
    TextStatus.FAILED: "bad",
    TextStatus.UNKNOWN: "bad",
}


@admin.register(Text)
class TextAdmin(ConsoleAdmin[Text]):
    resource = "messages"
    nothing_yet = _("还没有短信：没有接服务商时，要发的短信都放在这里，不会真的发出。")
    list_display = ["created_at", "phone_", "body", "status_", "provider", "error", "due_at"]
    tabs_of = "status"
    list_filter = ["marketing", "provider", ("created_at", RangeDateTimeFilter)]
    list_filter_submit = True
    list_select_related = ["template"]
    search_fields = ["body", "member__nickname"]
    ordering = ["-id"]
    facts = [
        "template", "member", "phone_", "body", "values", "marketing", "status_", "provider", "provider_number",
        "attempts", "error_code", "error", "created_at", "due_at", "settled_at",
    ]  # fmt: skip
    verbs = [
        Verb(
            "answer_no_more",
            _("模拟顾客回复“R”退订"),
            "reply",
            "messages.change",
            confirm=_("这个号码的会员将不再收到营销短信。继续吗？"),
            shown=lambda text: text.provider == TextProvider.INBOX and bool(text.phone),
        )
    ]

    @display(description=_("手机号"))
    def phone_(self, text: Text) -> str:
        return masked(text.phone) or "—"

    @display(description=_("状态"), ordering="status")
    def status_(self, text: Text) -> SafeString:
        return badge(text.get_status_display(), TONES[TextStatus(text.status)])

    def answer_no_more(self, request: HttpRequest, text: Text) -> None:
        """Answer a text of the inbox as a customer would who wants no more of them."""
        take_reply(phone=text.phone, content="R")
        messages.success(request, _t("已退订：这个号码的会员不再收到营销短信"))


class TextTemplateForm(VerbForm[TextTemplate]):
    class Meta:
        model = TextTemplate
        fields = ["code", "title", "body", "provider_code", "marketing", "is_active"]


@admin.register(TextTemplate)
class TextTemplateAdmin(ConsoleAdmin[TextTemplate]):
    resource = "messages"
    writable = True
    form = TextTemplateForm
    list_display = ["title", "code", "body", "provider_code", "marketing", "is_active"]
    ordering = ["-id"]

    def get_readonly_fields(self, request: HttpRequest, obj: TextTemplate | None = None) -> Any:
        return ["code"] if obj else []

    def save_model(self, request: HttpRequest, obj: TextTemplate, form: Any, change: bool) -> None:
        names = ("code", "title", "body", "provider_code", "marketing", "is_active")
        saved = register_text_template(**{name: getattr(obj, name) for name in names}, by=actor_of(request))
        obj.pk = saved.pk
