"""What was counted of two versions over the same time, and how it is put side by side. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Counted(NamedTuple):
    """So many of so many: persons, orders or requests."""

    hits: float
    n: float


class Pair(NamedTuple):
    """Both versions within one stretch of time: an hour, or a day of one step."""

    candidate: Counted
    running: Counted


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known at one look.

    `pairs` hold, by metric, the stretches since the rollout began, in which both versions stood side by side. All
    other numbers are of the step that goes on: its hours, the hours since somebody last said "go on watching",
    persons whose phones told of the version, and requests of phones.
    """

    hours: float = 0.0
    patience_hours: float = 0.0
    persons: int = 0
    running_persons: int = 0
    requests: int = 0
    running_requests: int = 0
    pairs: Mapping[str, Sequence[Pair]] = field(default_factory=dict)


class SideBySide(NamedTuple):
    """Two versions as if they had been used at the same times."""

    candidate: Counted
    running: Counted


def side_by_side(pairs: Sequence[Pair], *, alone: bool = False) -> SideBySide:
    """Both versions, the running one weighed as the candidate was spread over the stretches.

    While steps grow, the candidate is seen mostly in late stretches and the running version in early ones; a quiet
    Sunday would be taken for a fault. So each stretch of the running version counts as much as the candidate has in
    it, and for as many persons as its weighed rate is sure of (1 / Σ w²/n). Stretches in which the running version
    was not seen are left out, unless there is none (`alone`).
    """
    both = [pair for pair in pairs if pair.candidate.n > 0 and (alone or pair.running.n > 0)]
    n = sum(pair.candidate.n for pair in both)
    candidate = Counted(sum(pair.candidate.hits for pair in both), n)
    if not both or alone:
        # Nothing stands side by side yet: what the running version does alone is shown all the same.
        rest = [] if alone else pairs
        return SideBySide(
            candidate, Counted(sum(pair.running.hits for pair in rest), sum(pair.running.n for pair in rest))
        )
    rate = spread = 0.0
    for pair in both:
        weight = pair.candidate.n / n
        rate += weight * pair.running.hits / pair.running.n
        spread += weight * weight / pair.running.n
    sure = 1 / spread
    return SideBySide(candidate, Counted(rate * sure, sure))
