"""Moments as the engine knows them, epoch milliseconds, and the days of the shop's time zone."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

DAY_MS = 86_400_000
# The spans that things are counted per.
SPAN_DAYS = {"day": 1, "week": 7, "month": 30}
# What every event lies between.
BEGINNING_OF_TIME, END_OF_TIME = -(2**53), 2**53


def ms(moment: dt.datetime) -> int:
    """Epoch milliseconds of a moment."""
    return int(moment.timestamp() * 1000)


def midnight(date: dt.date) -> int:
    """When a day of the shop begins."""
    return ms(dt.datetime.combine(date, dt.time.min, tzinfo=timezone.get_default_timezone()))


def date_of(moment_ms: int) -> dt.date:
    """The day of the shop that a moment belongs to."""
    return dt.datetime.fromtimestamp(moment_ms / 1000, timezone.get_default_timezone()).date()
