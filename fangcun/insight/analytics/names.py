"""Which events there have been, by the tallies."""

from __future__ import annotations

from django.db.models import Sum

from fangcun.insight.tracking.models import EventTally

MOST_NAMES = 500


def counted_names() -> dict[str, int]:
    """How often each event was ever counted, the most frequent first; the 500 most frequent."""
    rows = EventTally.objects.values_list("name").annotate(number=Sum("count")).order_by("-number", "name")
    return dict(rows[:MOST_NAMES])
