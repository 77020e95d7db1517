"""The addresses of customer service, below `/console/`."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponseBase
from django.urls import URLPattern, path

from fangcun.doors.console.conversations import furnishing, pages, saying, verbs

View = Callable[..., HttpResponseBase]


def urls(admin_view: Callable[[View], View]) -> list[URLPattern]:
    """The workplace with its pieces, what is done in it, its settings and its numbers."""
    found: list[tuple[str, View, str]] = [
        ("conversations/", pages.home, "conversations"),
        ("conversations/list", pages.list_piece, "conversations_list"),
        ("conversations/settings/", furnishing.settings_page, "conversations_settings"),
        ("conversations/numbers/", furnishing.numbers_page, "conversations_numbers"),
        ("conversations/<int:pk>/", pages.conversation, "conversation"),
        ("conversations/<int:pk>/thread", pages.thread_piece, "conversation_thread"),
        ("conversations/<int:pk>/pictures/<int:entry>", pages.picture, "conversation_picture"),
        ("conversations/<int:pk>/products", pages.products_piece, "conversation_products"),
        ("conversations/<int:pk>/segments", pages.segments_piece, "conversation_segments"),
        ("conversations/<int:pk>/say", saying.say, "conversation_say"),
        ("conversations/<int:pk>/do/<slug:verb>", verbs.do, "conversation_verb"),
        ("conversations/<int:pk>/export", verbs.export, "conversation_export"),
    ]
    return [path(route, admin_view(view), name=name) for route, view, name in found]
