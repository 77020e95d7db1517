"""What a request to the API cost, told in a header: for load tests, never in production.

`X-Fangcun-Diagnostics` is base64 of JSON. Times are milliseconds: `wall`, `cpu` of the thread, `db` in statements and
`db_cpu` of it computing in this thread, `lock` waiting to begin writing, `commit`, `hold` while the write lock was
held, `longest` in one go; `n` counts statements. `slow` is the slowest statement with its time, `most` the one repeated
most with its count, `where` and `held` the line of our own code that was seen most while the request took long, and
while it held the lock.
"""

from __future__ import annotations

import base64
import linecache
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

import orjson
from django.db import connections
from django.http import HttpRequest, HttpResponseBase

HEADER = "X-Fangcun-Diagnostics"
PLATFORM = str(Path(__file__).resolve().parents[1])
LOOK_EVERY_S = 0.01
LONG_S = 0.03
LONGEST_TEXT = 700


class Seen:
    """What is seen of one request while it is answered."""

    def __init__(self) -> None:
        self.began, self.cpu = time.perf_counter(), time.thread_time()
        self.lock = self.db = self.db_cpu = self.commit = self.hold = self.longest = 0.0
        self.holding_since: float | None = None
        self.slow, self.slow_s = "", 0.0
        self.statements: Counter[str] = Counter()
        self.where: Counter[tuple[str, int, str]] = Counter()
        self.held: Counter[tuple[str, int, str]] = Counter()

    def statement(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """Around each statement."""
        began, cpu = time.perf_counter(), time.thread_time()
        try:
            return execute(sql, params, many, context)
        finally:
            now = time.perf_counter()
            took = now - began
            if sql.startswith("BEGIN"):
                self.lock += took
                self.holding_since = now
            else:
                self.db += took
                self.db_cpu += time.thread_time() - cpu
                self.statements[sql] += 1
                if took > self.slow_s:
                    self.slow, self.slow_s = sql, took

    def ended(self, began: float) -> None:
        """A transaction was committed, or taken back."""
        now = time.perf_counter()
        self.commit += now - began
        if self.holding_since is not None:
            held = now - self.holding_since
            self.hold, self.longest = self.hold + held, max(self.longest, held)
            self.holding_since = None

    def told(self) -> str:
        """The header."""
        most, times = self.statements.most_common(1)[0] if self.statements else ("", 0)
        facts = {
            "wall": _ms(time.perf_counter() - self.began),
            "cpu": _ms(time.thread_time() - self.cpu),
            "db": _ms(self.db),
            "db_cpu": _ms(self.db_cpu),
            "lock": _ms(self.lock),
            "commit": _ms(self.commit),
            "hold": _ms(self.hold),
            "longest": _ms(self.longest),
            "n": self.statements.total(),
            "slow": [_short(self.slow), _ms(self.slow_s)],
            "most": [_short(most), times],
            "where": _place(self.where),
            "held": _place(self.held),
        }
        return base64.b64encode(orjson.dumps(facts)).decode()


class Diagnostics:
    """Middleware that tells of every request to the API what it cost."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._answer = get_response
        self._active: dict[int, Seen] = {}
        self._watching = False

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith("/api/"):
            return self._answer(request)
        if not self._watching:  # not before: processes are forked after this was made
            self._watching = True
            threading.Thread(target=self._watch, name="diagnostics", daemon=True).start()
        seen = self._active[threading.get_ident()] = Seen()
        try:
            with ExitStack() as around:
                for connection in connections.all():
                    around.enter_context(connection.execute_wrapper(seen.statement))
                    around.enter_context(_timed_ends(connection, seen))
                response = self._answer(request)
        finally:
            self._active.pop(threading.get_ident(), None)
        response.headers[HEADER] = seen.told()
        return response

    def _watch(self) -> None:
        """Look again and again where requests are that take long."""
        while True:
            time.sleep(LOOK_EVERY_S)
            now = time.perf_counter()
            late = {thread: seen for thread, seen in self._active.copy().items() if now - seen.began > LONG_S}
            if not late:
                continue
            frames = sys._current_frames()
            for thread, seen in late.items():
                if place := _ours(frames.get(thread)):
                    seen.where[place] += 1
                    if seen.holding_since is not None:
                        seen.held[place] += 1


@contextmanager
def _timed_ends(connection: Any, seen: Seen) -> Iterator[None]:
    """Time the ends of transactions on a connection."""

    def timed(end: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            began = time.perf_counter()
            try:
                end()
            finally:
                seen.ended(began)

        return run

    connection.commit, connection.rollback = timed(connection.commit), timed(connection.rollback)
    try:
        yield
    finally:
        with suppress(AttributeError):
            del connection.commit, connection.rollback


def _ours(frame: FrameType | None) -> tuple[str, int, str] | None:
    """The innermost line of the platform's own code that a thread is in."""
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(PLATFORM) and file != __file__:
            return file, frame.f_lineno, frame.f_code.co_qualname
        frame = frame.f_back
    return None


def _place(places: Counter[tuple[str, int, str]]) -> list[Any]:
    """[file:line, function, what stands there, how often seen]; empty when nothing was."""
    if not places:
        return []
    (file, line, function), times = places.most_common(1)[0]
    shown = f"{Path(file).relative_to(Path(PLATFORM).parent)}:{line}"
    return [shown, function, linecache.getline(file, line).strip()[:120], times]


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)


def _short(sql: str) -> str:
    return " ".join(sql.split())[:LONGEST_TEXT]
