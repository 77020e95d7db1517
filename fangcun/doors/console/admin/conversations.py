"""Quick replies of customer service; the conversations themselves have a workplace of their own."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from fangcun.doors.console.forms import VerbForm
from fangcun.doors.console.model_admin import ConsoleAdmin, actor_of
from fangcun.grow.conversations.models import QuickReply
from fangcun.grow.conversations.services import delete_quick_reply, save_quick_reply


class QuickReplyForm(VerbForm[QuickReply]):
    class Meta:
        model = QuickReply
        fields = ["category", "title", "shortcut", "text", "position"]


@admin.register(QuickReply)
class QuickReplyAdmin(ConsoleAdmin[QuickReply]):
    resource = "conversations"
    writable = True
    form = QuickReplyForm
    list_display = ["title", "category", "shortcut", "text", "updated_at"]
    list_filter = ["category"]
    search_fields = ["title", "text", "shortcut"]
    ordering = ["category", "position", "id"]

    def has_delete_permission(self, request: HttpRequest, obj: QuickReply | None = None) -> bool:
        return self._may(request, "change")

    def save_model(self, request: HttpRequest, obj: QuickReply, form: Any, change: bool) -> None:
        save_quick_reply(obj, by=actor_of(request))

    def delete_model(self, request: HttpRequest, obj: QuickReply) -> None:
        delete_quick_reply(obj, by=actor_of(request))
