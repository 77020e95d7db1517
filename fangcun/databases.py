"""How the platform connects to its databases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dj_database_url


def sqlite(path: Path) -> dict[str, Any]:
    """A SQLite file for many readers and one writer at a time."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # IMMEDIATE: a deferred transaction that reads and then writes fails at once under contention.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # FULL: a committed order survives a power cut, not only a crash of the process.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
            "PRAGMA cache_size=-32000; PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY;"
            "PRAGMA journal_size_limit=67108864;",
        },
    }


def postgresql(url: str, *, pool: int) -> dict[str, Any]:
    """A PostgreSQL server, with at most so many connections for each process."""
    database: dict[str, Any] = dict(dj_database_url.parse(url))
    database["CONN_MAX_AGE"] = 0
    database["CONN_HEALTH_CHECKS"] = True
    connections = {"min_size": 1, "max_size": pool, "timeout": 10}
    database["OPTIONS"] = {**database.get("OPTIONS", {}), "pool": connections}
    return database
