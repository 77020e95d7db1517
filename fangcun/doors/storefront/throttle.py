"""Rate limits that hold for all web processes of a machine.

The counts are in a small SQLite file of their own: a request that is counted neither waits for the shop's
database nor makes others wait, and nothing is lost with the file but a few counts. Several machines count
each for itself.
"""

from __future__ import annotations

import fcntl
import sqlite3
import threading
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from fangcun.kernel.errors import TooManyRequests
from fangcun.kernel.secrets import digest

_SWEEP_EVERY = 1000


class _Counts:
    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._calls = 0
        self._rows = sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False)
        # One after the other: SQLite does not wait for a lock while a new file is turned to WAL.
        with path.with_suffix(".lock").open("w") as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            self._rows.execute("PRAGMA journal_mode=WAL")
            self._rows.execute("PRAGMA synchronous=OFF")
            self._rows.execute(
                "CREATE TABLE IF NOT EXISTS counts"
                " (key TEXT PRIMARY KEY, until REAL NOT NULL, n INTEGER NOT NULL) WITHOUT ROWID"
            )

    def add(self, key: str, seconds: float) -> tuple[int, float]:
        now = time.time()
        with self._lock:
            self._calls += 1
            if self._calls % _SWEEP_EVERY == 0:
                self._rows.execute("DELETE FROM counts WHERE until <= ?", (now,))
            n, until = self._rows.execute(
                "INSERT INTO counts VALUES (:key, :until, 1) ON CONFLICT (key) DO UPDATE SET"
                " n = CASE WHEN until <= :now THEN 1 ELSE n + 1 END,"
                " until = CASE WHEN until <= :now THEN :until ELSE until END RETURNING n, until",
                {"key": key, "now": now, "until": now + seconds},
            ).fetchone()
        return n, until - now

    def look(self, key: str) -> tuple[int, float]:
        now = time.time()
        with self._lock:
            row = self._rows.execute(
                "SELECT n, until FROM counts WHERE key = ? AND until > ?", (key, now)
            ).fetchone()
        return (row[0], row[1] - now) if row else (0, 0.0)


@lru_cache(maxsize=4)
def _counts(home: Path) -> _Counts:
    return _Counts(home / "throttle.sqlite3")


@dataclass(frozen=True, slots=True)
class Limit:
    """So many of one thing for one person or address within so many seconds, counted from the first."""

    name: str
    most: int
    seconds: int

    def spend(self, who: str | int) -> None:
        """Count one more. Raises TooManyRequests, with `retry_after` in seconds, when that is too many."""
        used, left = self.count(who)
        self._refuse(used > self.most, left)

    def count(self, who: str | int) -> tuple[int, float]:
        """Count one more, whatever it comes to: how many there are and how many seconds they count still."""
        return _counts(settings.FANGCUN_HOME).add(self._key(who), self.seconds)

    def check(self, who: str | int) -> None:
        """Raises TooManyRequests when everything is spent; counts nothing."""
        used, left = _counts(settings.FANGCUN_HOME).look(self._key(who))
        self._refuse(used >= self.most, left)

    def _key(self, who: str | int) -> str:
        return digest(f"{self.name} {who}")

    @staticmethod
    def _refuse(full: bool, left: float) -> None:
        if full:
            raise TooManyRequests(retry_after=max(1, round(left)))
