"""Words of the console's own templates."""

from __future__ import annotations

from django import template

from fangcun.doors.console.words import money

register = template.Library()
register.filter("money", money)
