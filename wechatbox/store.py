"""The box's memory: one SQLite file that survives a restart."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

FILE_NAME = "wechatbox.sqlite3"
# Everything except what was registered; see `Store.forget_happenings`.
_HAPPENINGS = (
    "grey_plans", "online", "audits", "audit_rules", "audit_media", "code_versions", "code_templates", "packages",
    "privacy_settings", "closed_programs", "push_attempts", "pushes", "talk", "talk_windows", "media",
    "attempts", "notices", "refunds", "prepays", "orders", "messages", "grants", "codes", "phones", "people",
    "tokens", "forced_refreshes", "nonces", "faults", "meta", "drawn", "links", "usage",
)  # fmt: skip


class Store:
    """Rows in, rows out. Used by one thread only, the event loop's, so transactions never interleave."""

    def __init__(self, home: Path) -> None:
        """Open or create the file under ``home``, readable by its owner alone: it holds keys and secrets."""
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = home / FILE_NAME
        self.path.touch(mode=0o600, exist_ok=True)
        self.path.chmod(0o600)
        self._connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("PRAGMA busy_timeout = 5000")
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.executescript(files("wechatbox").joinpath("schema.sql").read_text(encoding="utf-8"))

    def one(self, sql: str, *values: object) -> sqlite3.Row | None:
        """The first row, or None."""
        row: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
        return row

    def all(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """Every row."""
        return self._connection.execute(sql, values).fetchall()

    def number(self, sql: str, *values: object) -> int:
        """The single number a counting query answers."""
        row = self.one(sql, *values)
        return int(row[0]) if row is not None and row[0] is not None else 0

    def run(self, sql: str, *values: object) -> int:
        """Write; the number of rows changed."""
        return self._connection.execute(sql, values).rowcount

    def insert(self, table: str, **columns: object) -> int:
        """Add one row; its row id."""
        names = ", ".join(columns)
        marks = ", ".join("?" for _ in columns)
        # The table and column names are literals of this package, never input.
        sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608
        return self._connection.execute(sql, tuple(columns.values())).lastrowid or 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside happen together or not at all."""
        if self._connection.in_transaction:
            yield
            return
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def forget_happenings(self) -> None:
        """Forget all that happened, faults and the moved clock included; keep registrations and keys."""
        with self.transaction():
            for table in _HAPPENINGS:
                self.run(f"DELETE FROM {table}")  # noqa: S608

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
