"""The verbs of customer service: take what customers write, answer, hand over, resolve, rate, keep texts at hand."""

from fangcun.grow.conversations.services.answering import (
    say_card,
    say_link,
    say_picture,
    say_text,
    show_typing,
    try_again,
    write_note,
)
from fangcun.grow.conversations.services.assigning import assign, mark_read, take
from fangcun.grow.conversations.services.closing import reopen, resolve
from fangcun.grow.conversations.services.erasing import erase_member
from fangcun.grow.conversations.services.furnishing import (
    delete_quick_reply,
    save_quick_reply,
    save_settings,
)
from fangcun.grow.conversations.services.receiving import receive_entry, receive_message

__all__ = [
    "assign",
    "delete_quick_reply",
    "erase_member",
    "mark_read",
    "receive_entry",
    "receive_message",
    "reopen",
    "resolve",
    "save_quick_reply",
    "save_settings",
    "say_card",
    "say_link",
    "say_picture",
    "say_text",
    "show_typing",
    "take",
    "try_again",
    "write_note",
]
