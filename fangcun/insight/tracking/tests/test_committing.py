"""Transactions are durable when they are over, whatever SQLite flushes by itself."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
from django.db import OperationalError
from django.db.backends.sqlite3.base import DatabaseWrapper

from fangcun import databases
from fangcun.insight.tracking.committing import durably


@pytest.fixture
def connection(tmp_path, django_db_blocker):
    settings = {
        "ATOMIC_REQUESTS": False, "AUTOCOMMIT": True, "CONN_HEALTH_CHECKS": False, "TIME_ZONE": None,
        **databases.sqlite(tmp_path / "some.sqlite3"),
    }  # fmt: skip
    with django_db_blocker.unblock():
        one = DatabaseWrapper(settings, "some")
        one.ensure_connection()
        one.connection.execute("CREATE TABLE kept (n integer PRIMARY KEY)")
        yield one
        one.close()


@pytest.fixture
def flushed(monkeypatch):
    """What was in the database, seen from outside, whenever something was flushed, and which file that was."""
    found: list[tuple[str, list[int]]] = []
    flush = os.fdatasync

    def note(file: int) -> None:
        flush(file)
        place = Path(os.readlink(f"/proc/self/fd/{file}"))
        outside = sqlite3.connect(place.with_name("some.sqlite3"))
        found.append((place.name, [n for (n,) in outside.execute("SELECT n FROM kept ORDER BY n")]))
        outside.close()

    monkeypatch.setattr(os, "fdatasync", note)
    return found


def test_the_log_is_flushed_when_the_transaction_is_in_it(connection, flushed):
    with durably(connection) as cursor:
        cursor.execute("INSERT INTO kept VALUES (%s)", [1])
        assert flushed == []
    assert flushed == [("some.sqlite3-wal", [1])]


def test_what_was_only_read_is_flushed_too(connection, flushed):
    with durably(connection) as cursor:
        cursor.execute("SELECT n FROM kept", [])
    assert flushed == [("some.sqlite3-wal", [])]


def test_sqlite_flushes_again_by_itself_afterwards(connection):
    with durably(connection):
        assert connection.connection.execute("PRAGMA synchronous").fetchone() == (1,)
    assert connection.connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_what_fails_leaves_nothing_behind(connection, flushed):
    def fail() -> None:
        with durably(connection) as cursor:
            cursor.execute("INSERT INTO kept VALUES (%s)", [1])
            cursor.execute("INSERT INTO nowhere VALUES (%s)", [1])

    with pytest.raises(OperationalError):
        fail()
    assert flushed == []
    assert connection.connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    assert connection.connection.execute("PRAGMA synchronous").fetchone() == (2,)
    with durably(connection) as cursor:
        cursor.execute("INSERT INTO kept VALUES (%s)", [2])
    assert flushed == [("some.sqlite3-wal", [2])]


def test_another_connection_has_a_log_of_its_own(connection, flushed, tmp_path):
    with durably(connection) as cursor:
        cursor.execute("INSERT INTO kept VALUES (%s)", [1])
    connection.close()
    assert not (tmp_path / "some.sqlite3-wal").exists()
    with durably(connection) as cursor:
        cursor.execute("INSERT INTO kept VALUES (%s)", [2])
    assert flushed == [("some.sqlite3-wal", [1]), ("some.sqlite3-wal", [1, 2])]
