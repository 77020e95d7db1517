"""What a conversation and one entry of it can be, and what may follow."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ConversationStatus(models.TextChoices):
    WAITING = "waiting", _("待回复")
    OPEN = "open", _("接待中")
    RESOLVED = "resolved", _("已解决")


CONVERSATION_TRANSITIONS = {
    ConversationStatus.WAITING: {ConversationStatus.OPEN, ConversationStatus.RESOLVED},
    ConversationStatus.OPEN: {ConversationStatus.WAITING, ConversationStatus.RESOLVED},
    ConversationStatus.RESOLVED: {ConversationStatus.WAITING, ConversationStatus.OPEN},
}


class EntryStatus(models.TextChoices):
    KEPT = "kept", _("已记录")
    QUEUED = "queued", _("等待发送")
    SENDING = "sending", _("发送中")
    SENT = "sent", _("已发送")
    FAILED = "failed", _("发送失败")
    UNKNOWN = "unknown", _("结果不明")


# KEPT is what customers and colleagues write. SENDING is written before WeChat is called, so that a process that
# dies in between leaves a trace; what may have arrived is sent again only by a person.
ENTRY_TRANSITIONS = {
    EntryStatus.QUEUED: {EntryStatus.SENDING},
    EntryStatus.SENDING: {
        EntryStatus.SENT,
        EntryStatus.FAILED,
        EntryStatus.UNKNOWN,
        EntryStatus.QUEUED,
    },
    EntryStatus.FAILED: {EntryStatus.QUEUED},
    EntryStatus.UNKNOWN: {EntryStatus.QUEUED},
}
