"""Words of the templates of the launch."""

from __future__ import annotations

from django import template

from fangcun.build.artifacts.weighing import KB

register = template.Library()


@register.filter
def kb(size: int) -> str:
    """Bytes as KB of a thousand, the stricter reading of WeChat's limits."""
    return f"{size / KB:,.1f} KB"
