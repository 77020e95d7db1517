"""The tracking plan in force, and what it says of events."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from django.core.cache import cache

from fangcun.insight.tracking.fitting import Fit, Flaw
from fangcun.insight.tracking.models import Adoption

Event = dict[str, Any]

_KEY = "tracking.plan"
_NONE = (0, "")
# Another process may hold events against the former plan for so long. It only lets in what that one knew: see
# `judge` for the other direction.
REMEMBER_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of events: those that count, those that don't fit the plan of `revision` and why."""

    counted: list[Event]
    flawed: list[tuple[Event, Flaw]]
    revision: int


def judge(events: Iterable[Event]) -> Verdict:
    """Hold events against the plan in force. Without one, everything counts.

    Before an event is set aside, it is made sure that no newer plan knows it.
    """
    events = list(events)
    fit = _current()
    verdict = _verdict(fit, events)
    if verdict.flawed and (newer := _current(fresh=True)) is not fit:
        return _verdict(newer, events)
    return verdict


def forget() -> None:
    """Let this process look for the plan in force anew."""
    cache.delete(_KEY)


def current_fit() -> Fit | None:
    """The plan in force at this very moment, ready to be asked; None before the first."""
    return _current(fresh=True)


def _verdict(fit: Fit | None, events: list[Event]) -> Verdict:
    if fit is None:
        return Verdict(events, [], 0)
    counted: list[Event] = []
    flawed: list[tuple[Event, Flaw]] = []
    for event in events:
        flaw = fit.flaw(event)
        if flaw is None:
            counted.append(event)
        else:
            flawed.append((event, flaw))
    return Verdict(counted, flawed, fit.revision)


def _current(*, fresh: bool = False) -> Fit | None:
    newest = None if fresh else cache.get(_KEY)
    if newest is None:
        newest = Adoption.objects.order_by("-revision").values_list("revision", "digest").first() or _NONE
        cache.set(_KEY, newest, REMEMBER_SECONDS)
    return None if newest == _NONE else _compiled(*newest)


@functools.lru_cache(maxsize=4)
def _compiled(revision: int, digest: str) -> Fit:
    text = Adoption.objects.values_list("plan", flat=True).get(revision=revision, digest=digest)
    return Fit(orjson.loads(text), revision=revision)
