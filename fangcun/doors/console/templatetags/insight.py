"""Words of the templates of the numbers: counts, shares and times, help on how something is counted, charts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from fangcun.doors.console.insight import words

register = template.Library()
register.filter("count", words.count)
register.filter("share", words.share)
register.filter("duration", words.duration)
register.filter("event_label", words.event_label)
register.filter("property_label", words.property_label)
register.filter("yuan", words.yuan)


@register.simple_tag(name="help")
def help_(text: str) -> SafeString:
    """A question mark that opens to say how a number is counted."""
    return format_html(
        '<details class="fi-help"><summary aria-label="{}">?</summary><p role="note">{}</p></details>',
        _("怎么算的"),
        text,
    )


@register.simple_tag
def chart(draw: str, data: Any, label: str) -> SafeString:
    """A chart that the script's drawer `draw` makes of `data`."""
    return format_html(
        '<div class="fi-chart" data-draw="{}" role="img" aria-label="{}"></div>{}',
        draw,
        label,
        json_script(data),
    )


@register.filter
def at(values: Sequence[Any], place: int) -> Any:
    """What stands at a place of a list; None beyond its end."""
    return values[place] if place < len(values) else None


@register.filter
def group_name(group: Any) -> str:
    """A group of a breakdown by its name."""
    return words.group_label(group.value, other=group.other)
