"""How the console writes amounts, statuses and pictures."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString

from fangcun.gateways.storage import image_url
from fangcun.kernel.money import yuan


def money(fen: int | None) -> str:
    """An amount as the console writes it."""
    return "—" if fen is None else f"¥{yuan(fen)}"


def badge(text: object, tone: str) -> SafeString:
    """A status as a coloured label; tones: good, warn, bad, info, quiet."""
    return format_html('<span class="fc-badge fc-{}">{}</span>', tone, text)


def thumbnail(path: str, *, size: int = 48) -> SafeString:
    """A small picture from storage."""
    if not path:
        return format_html('<span class="fc-thumb fc-thumb-{}"></span>', size)
    return format_html(
        '<img class="fc-thumb fc-thumb-{}" src="{}" alt="" loading="lazy">', size, image_url(path, 240)
    )
