"""The box's clock: runs like a real one and can be moved forward."""

import time
from datetime import datetime, timedelta, timezone

from wechatbox.store import Store

BEIJING = timezone(timedelta(hours=8))
_MOST_AHEAD_S = 10 * 366 * 86400


class Clock:
    """Virtual time for schedules, lifetimes and business times; signatures use real time."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def offset(self) -> float:
        """Seconds by which the box runs ahead of real time."""
        row = self._store.one("SELECT value FROM meta WHERE key = 'clock_offset_s'")
        return float(row["value"]) if row else 0.0

    def now(self) -> float:
        """The box's time, epoch seconds."""
        return time.time() + self.offset

    def advance(self, seconds: float) -> None:
        """Move the clock forward; it never runs back. Raises ValueError, also past ten years."""
        ahead = self.offset + seconds
        if not (seconds >= 0 and ahead <= _MOST_AHEAD_S):
            raise ValueError(
                "advance_s must be a number from 0 up, and the clock may run at most ten years ahead"
            )
        self._store.run(
            "INSERT OR REPLACE INTO meta VALUES ('clock_offset_s', ?)",
            str(ahead),
        )


def rfc3339(at: float) -> str:
    """A moment the way WeChat Pay writes it: ``2026-11-23T12:00:00+08:00``."""
    return datetime.fromtimestamp(at, BEIJING).isoformat(timespec="seconds")


def digits(at: float) -> str:
    """A moment as 14 digits in Beijing time, as WeChat Pay puts it into its numbers: ``20261123120000``."""
    return datetime.fromtimestamp(at, BEIJING).strftime("%Y%m%d%H%M%S")
