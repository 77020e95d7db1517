"""Whether somebody is there at a moment, and when there will be; pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FARTHEST_DAYS = 60
WORKDAY = "0"  # a day that is open in spite of its weekday has Monday's hours


@dataclass(frozen=True, slots=True)
class Hours:
    """Spans by weekday ("0" is Monday), closed days and days that are open in spite of their weekday."""

    spans: Mapping[str, Sequence[Sequence[str]]]
    holidays: frozenset[str]
    workdays: frozenset[str]

    def of_day(self, day: dt.date) -> list[tuple[dt.time, dt.time]]:
        """When a day is open. A span ends before the day does."""
        if day.isoformat() in self.holidays:
            return []
        weekday = WORKDAY if day.isoformat() in self.workdays else str(day.weekday())
        return sorted(
            (dt.time.fromisoformat(start), dt.time.fromisoformat(end))
            for start, end in self.spans.get(weekday, ())
        )

    def is_open(self, now: dt.datetime) -> bool:
        """Whether somebody is there; `now` in the enterprise's own time. Without any hours, always."""
        if not any(self.spans.values()):
            return True
        return any(start <= now.time() < end for start, end in self.of_day(now.date()))

    def next_opening(self, now: dt.datetime) -> dt.datetime | None:
        """When somebody will be there again, within sixty days; all moments of one closed period have the same."""
        for days in range(FARTHEST_DAYS):
            day = now.date() + dt.timedelta(days=days)
            for start, _end in self.of_day(day):
                at = dt.datetime.combine(day, start, tzinfo=now.tzinfo)
                if at > now:
                    return at
        return None
