"""A closed-loop load: each connection sends its next request when it has the last answer.

Requests are bytes made beforehand or on the way, and answers are read no further than their length, so that the
load costs the machine little next to what it measures.
"""

from __future__ import annotations

import multiprocessing
import selectors
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Requests = Callable[[int], Iterator[bytes]]


@dataclass
class Outcome:
    """How many answers of each status came within the time, and how long they took (seconds)."""

    seconds: float
    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)

    def rate(self, status: int) -> float:
        """Answers of this status a second."""
        return self.statuses[status] / self.seconds

    def percentile(self, percent: float) -> float:
        """Milliseconds within which this many percent of the answers came."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0


def hammer(port: int, requests: Requests, *, connections: int, seconds: float, processes: int = 2) -> Outcome:
    """Put load on 127.0.0.1:port. `requests(n)` gives the n-th connection its requests, without end."""
    context = multiprocessing.get_context("fork")
    share = [range(connections)[start::processes] for start in range(processes)]
    with context.Pool(processes) as pool:
        results = [pool.apply_async(_drive, (port, requests, list(part), seconds)) for part in share if part]
        parts = [result.get(seconds + 60) for result in results]
    total = Outcome(seconds)
    for statuses, latencies in parts:
        total.statuses.update(statuses)
        total.latencies += latencies
    return total


class _Line:
    """One connection."""

    def __init__(self, port: int, requests: Iterator[bytes]) -> None:
        self.requests = requests
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.sent_at = 0.0

    def send(self) -> None:
        self.received = b""
        self.sent_at = time.perf_counter()
        self.socket.sendall(next(self.requests))

    def read(self) -> int | None:
        """Take what is there; the status once the answer is whole."""
        got = self.socket.recv(262_144)
        if not got:
            raise SystemExit("The server closed a connection under load.")
        self.received += got
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found:
            return None
        start = head.lower().index(b"content-length:") + 15
        length = int(head[start : start + 12].split(b"\r\n", 1)[0])
        return int(head[9:12]) if len(body) >= length else None


def _drive(
    port: int, requests: Requests, numbers: list[int], seconds: float
) -> tuple[Counter[int], list[float]]:
    statuses: Counter[int] = Counter()
    latencies: list[float] = []
    selector = selectors.DefaultSelector()
    for number in numbers:
        line = _Line(port, requests(number))
        selector.register(line.socket, selectors.EVENT_READ, line)
        line.send()
    end = time.perf_counter() + seconds
    while (now := time.perf_counter()) < end:
        for key, _ in selector.select(timeout=max(0.0, end - now)):
            line = key.data
            status = line.read()
            if status is not None and time.perf_counter() < end:
                statuses[status] += 1
                latencies.append(time.perf_counter() - line.sent_at)
                line.send()
    for key in list(selector.get_map().values()):
        key.data.socket.close()
    return statuses, latencies
