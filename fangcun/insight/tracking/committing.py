"""Transactions that are durable when they are over, made short: while one reaches the disk, the next already runs.

SQLite flushes its log within the commit, and lets nobody else write meanwhile. Here a commit only appends to the log,
and whoever made it flushes the log when others may write again; several flushes at once cost the disk hardly more
than one. The log is read up to its first gap after a power cut, so that nothing survives without what it was built
upon. For less than a millisecond others may read what is not durable yet; no phone has been told so far.
"""

from __future__ import annotations

import fcntl
import functools
import os
import sqlite3
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper


class Writing(Protocol):
    """A cursor, Django's or the driver's; the values of a statement stand for its %s."""

    def execute(self, sql: str, params: Sequence[Any], /) -> object:
        """Run a statement."""

    def executemany(self, sql: str, params: Sequence[Sequence[Any]], /) -> object:
        """Run it for each of these."""

    def fetchall(self) -> list[Any]:
        """The rows it returned."""


@contextmanager
def durably(connection: BaseDatabaseWrapper) -> Iterator[Writing]:
    """A transaction to write in; what was written, and whatever else was read, is durable when it is over.

    All of it goes by the cursor: on SQLite, Django knows nothing of the transaction. Within a transaction of the
    caller's it ends, and becomes durable, with that one.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            yield cursor
        return
    connection.ensure_connection()
    driver = connection.connection
    log = _log_of(connection)
    with connection.wrap_database_errors, _unflushed(driver, log), _turn(connection):
        # By hand: Django's way of beginning and ending takes longer than a statement.
        driver.execute("BEGIN IMMEDIATE")
        try:
            yield driver.cursor(factory=_Cursor)
            driver.execute("COMMIT")
        except BaseException:
            if driver.in_transaction:
                driver.execute("ROLLBACK")
            raise
    # Also where nothing was written: what was found there may be somebody's who flushes just now.
    if log is not None:
        os.fdatasync(log.number)


class _Cursor(sqlite3.Cursor):
    """As SQLiteCursorWrapper, without translating each statement each time."""

    def execute(self, sql: str, params: Any = (), /) -> _Cursor:
        super().execute(_in_its_words(sql), params)
        return self

    def executemany(self, sql: str, params: Any, /) -> _Cursor:
        super().executemany(_in_its_words(sql), params)
        return self


@functools.lru_cache(maxsize=128)
def _in_its_words(sql: str) -> str:
    return sql.replace("%s", "?")


class _Log:
    """The open write-ahead log of a connection; closed when nobody holds this any more.

    While the connection lives and has looked into its database, nobody deletes the log or puts another in its place.
    """

    def __init__(self, driver: sqlite3.Connection, path: str) -> None:
        self.driver = driver
        self.number = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        weakref.finalize(self, os.close, self.number)


_logs: weakref.WeakKeyDictionary[BaseDatabaseWrapper, _Log] = weakref.WeakKeyDictionary()


def _log_of(connection: BaseDatabaseWrapper) -> _Log | None:
    """None where there is no log, as in memory."""
    found = _logs.get(connection)
    if found is not None and found.driver is connection.connection:
        return found
    connection.connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchall()
    try:
        path = f"{os.path.realpath(connection.settings_dict['NAME'])}-wal"
        log = _logs[connection] = _Log(connection.connection, path)
    except FileNotFoundError:
        return None
    return log


@contextmanager
def _unflushed(driver: sqlite3.Connection, log: _Log | None) -> Iterator[None]:
    if log is None:
        yield
        return
    driver.execute("PRAGMA synchronous=NORMAL")
    try:
        yield
    finally:
        driver.execute("PRAGMA synchronous=FULL")


@contextmanager
def _turn(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Wait in a queue for the one write that SQLite allows: who waits for SQLite itself sleeps, and oversleeps.

    It is never needed to be right: other writers don't ask for it. Who writes already doesn't either, since the next
    in the queue may be waiting for him.
    """
    queue = os.open(f"{connection.settings_dict['NAME']}.queue", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(queue, fcntl.LOCK_EX)
        yield
    finally:
        fcntl.flock(queue, fcntl.LOCK_UN)  # also where a child has inherited it
        os.close(queue)
