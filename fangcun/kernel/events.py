"""News goes up: frozen events, written with the change that they tell of, delivered at least once.

A room announces; only `fangcun.flows` listens. Each listener of an event gets a job row of its own in the
announcing transaction. The rows run right after commit in the same process; if that process dies a worker
runs them when their short lease has ended. Listeners must be idempotent and make no network calls.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from django.utils import timezone

from fangcun.kernel.jobs import DELIVERIES, INLINE_LEASE, perform_after_commit
from fangcun.kernel.models import Job

E = TypeVar("E", bound="Event")

_listeners: dict[type[Event], list[str]] = defaultdict(list)


@dataclass(frozen=True)
class Event:
    """Base of all news; subclasses are frozen dataclasses with JSON-able fields."""


def listens(event_type: type[E]) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Make a function of `fangcun.flows` a listener of an event."""

    def register(function: Callable[[E], None]) -> Callable[[E], None]:
        path = f"{function.__module__}.{function.__qualname__}"

        def deliver(**fields: Any) -> None:
            function(event_type(**fields))

        DELIVERIES[path] = deliver
        _listeners[event_type].append(path)
        return function

    return register


def announce(*events: Event) -> None:
    """Tell the listeners, in the caller's transaction: the news exists if and only if the change does."""
    now = timezone.now()
    rows = [
        Job(
            task=path,
            kwargs=asdict(event),
            run_at=now,
            lease_until=now + INLINE_LEASE,
            lease_id=secrets.token_hex(16),
            attempts=1,
        )
        for event in events
        for path in _listeners[type(event)]
    ]
    if rows:
        perform_after_commit(Job.objects.bulk_create(rows))
