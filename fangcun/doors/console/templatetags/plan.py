"""Words of the plan's templates."""

from __future__ import annotations

from typing import Any

from django import template

from fangcun.doors.console.plan import words

register = template.Library()
register.filter("word", words.word)
register.filter("actor", words.actor_name)
register.filter("channel", words.channel_name)


@register.filter
def capability_icon(capability: str) -> str:
    """The symbol of a capability."""
    return words.ICONS.get(capability, "extension")


@register.filter
def entry(mapping: dict[Any, Any], key: Any) -> Any:
    """What a mapping holds under a key; None when it holds nothing there."""
    return mapping.get(key)
