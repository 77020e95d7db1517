"""What the machine does during a load test: CPU by program, jobs that wait, who waits for the database."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import psutil

from fangcun.doors.cli.suites.load.looks import Look

EVERY_S = 0.5


class Watch:
    """Looks again and again until it is left; `looks` is what it saw."""

    def __init__(self, processes: Mapping[str, Iterable[int]], database: str) -> None:
        self.looks: list[Look] = []
        self._processes = {name: list(pids) for name, pids in processes.items()}
        self._database = _reader(database)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="load-watch", daemon=True)
        self._known: dict[int, psutil.Process] = {}

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join(timeout=5)

    def add(self, name: str, pid: int) -> None:
        """Watch one more program."""
        self._processes[name] = [pid]

    def _run(self) -> None:
        psutil.cpu_percent()
        with contextlib.closing(self._database):
            while not self._end.wait(EVERY_S):
                look = Look(time.time(), machine=psutil.cpu_percent())
                for name, pids in self._processes.copy().items():
                    look.cpu[name] = round(sum(self._cpu(pid) for pid in pids), 1)
                look.jobs, look.locked = self._database.look()
                self.looks.append(look)

    def _cpu(self, pid: int) -> float:
        """Of a program and all that it started."""
        total = 0.0
        with contextlib.suppress(psutil.Error):
            one = self._known.setdefault(pid, psutil.Process(pid))
            total += one.cpu_percent()
            for child in one.children(recursive=True):
                known = self._known.setdefault(child.pid, child)
                with contextlib.suppress(psutil.Error):
                    total += known.cpu_percent()
        return total


class _Nothing:
    """There is no database to look into."""

    def look(self) -> tuple[int | None, int | None]:
        return None, None

    def close(self) -> None:
        pass


class _Reader(_Nothing):
    """Reads beside the platform: how many jobs are due, and how many sessions wait for a lock where that is told."""

    def __init__(self, connect: Callable[[], Any], *, due: str, locked: str) -> None:
        self._connect, self._due, self._locked = connect, due, locked
        self._open: Any = None

    def look(self) -> tuple[int | None, int | None]:
        try:
            if self._open is None:
                self._open = self._connect()
            jobs = int(self._open.execute(self._due).fetchone()[0])
            locked = int(self._open.execute(self._locked).fetchone()[0]) if self._locked else None
        except Exception:  # a look that fails is a look less
            self.close()
            return None, None
        return jobs, locked

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


def _reader(database: str) -> _Nothing:
    if not database:
        return _Nothing()
    if "://" not in database:
        return _Reader(
            lambda: sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=1, check_same_thread=False),
            due="SELECT COUNT(*) FROM kernel_job WHERE key IS NULL AND NOT dead AND run_at <= datetime('now')",
            locked="",
        )

    def connect() -> Any:
        import psycopg

        return psycopg.connect(database, autocommit=True, connect_timeout=2)

    return _Reader(
        connect,
        due="SELECT COUNT(*) FROM kernel_job WHERE key IS NULL AND NOT dead AND run_at <= now()",
        locked="SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND wait_event_type = 'Lock'",
    )
