"""Words of the templates of the numbers: counts, shares and times, help on how something is counted, charts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from fangcun.doors.console.insight import words
from fangcun.doors.console.insight.grids import Grid
from fangcun.identity.staff.queries import may

register = template.Library()
register.filter("count", words.count)
register.filter("share", words.share)
register.filter("duration", words.duration)
register.filter("yuan", words.yuan)
register.filter("decimal", words.decimal)


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


@register.inclusion_tag("console/insight/fact.html")
def fact(title: object, value: object, note: object = "", about: object = "") -> dict[str, object]:
    """A card with one number; `about` says how it is counted."""
    return {"title": title, "value": value, "note": note, "about": about}


@register.inclusion_tag("console/insight/plot.html", takes_context=True)
def plot(
    context: Mapping[str, Any], title: object, draw: str, data: Any, about: object = "", label: object = ""
) -> dict[str, object]:
    """A card with a chart, on a dashboard without its title: the tile has one. `label` stands for no title."""
    shown = "" if context.get("tile") else title
    return {"title": shown, "about": about, "draw": draw, "data": data, "label": label or title}


@register.inclusion_tag("console/insight/grid.html", takes_context=True)
def table(context: Mapping[str, Any], title: object, grid: Grid, about: object = "") -> dict[str, object]:
    """A card with a table."""
    user = context["request"].user
    granted = [one for one in ("members.view", "insight.change") if may(user, one)]
    return {"title": title, "grid": grid, "about": about, "granted": granted}
