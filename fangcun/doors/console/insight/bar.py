"""The bar that all questions share: which days, which mini program, which people, split by what."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import ngettext

from fangcun.doors.console.insight.asked import Asked
from fangcun.doors.console.insight.known import Known
from fangcun.insight.analytics.spans import USUAL_DAYS

PRESETS = (7, 30, 90)
TOPS = ("3", "5", "10", "20")


def bar(asked: Asked, known: Known) -> dict[str, Any]:
    """What the bar shows for what was asked, sound or not."""
    first, last, days = asked.one("from"), asked.one("to"), asked.one("days")
    custom = bool(first or last)
    chosen = "" if custom else days or str(USUAL_DAYS)
    presets = [(str(number), _days(number)) for number in PRESETS]
    if chosen and chosen not in dict(presets):
        presets.append((chosen, _days(int(chosen)) if chosen.isdecimal() else chosen))
    today = timezone.localdate()
    return {
        "presets": presets,
        "days": chosen,
        "first": first or (today - dt.timedelta(days=USUAL_DAYS - 1)).isoformat(),
        "last": last or today.isoformat(),
        "today": today.isoformat(),
        "programs": known.programs if len(known.programs) > 1 else (),
        "program": asked.one("program"),
        "segments": known.segments,
        "segment": asked.one("segment"),
        "by": asked.one("by"),
        "top": asked.one("top", "5"),
        "tops": TOPS if asked.one("top", "5") in TOPS else (*TOPS, asked.one("top")),
    }


def _days(number: int) -> str:
    return ngettext("%(n)s 天", "%(n)s 天", number) % {"n": number}
