"""Words of the plan's templates."""

from __future__ import annotations

import datetime as dt

from django import template
from django.utils.formats import date_format

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
def day(date: dt.date | None) -> str:
    """A date of the document; a dash where it has none."""
    return "—" if date is None or date == dt.date.min else date_format(date, "Y-m-d")
