"""What the samples of a load test say: percentiles, errors by kind, throughput, and where it stops growing."""

from __future__ import annotations

import base64
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ERRORS_BEGIN = 0.01  # share of requests that fail, from which on a step counts as broken
STILL_GROWS = 0.35  # of what the added customers should have added to throughput
GETS_SLOWER = 1.3


@dataclass(frozen=True, slots=True)
class Sample:
    """One request: when (epoch seconds), in which step, milliseconds for who asked, what went wrong, what it cost."""

    at: float
    step: int
    name: str
    ms: float
    status: int
    kind: str = ""
    cost: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figures:
    """Many requests in a few numbers; times in milliseconds, `rate` in requests a second."""

    name: str
    count: int
    failed: int
    rate: float
    p50: float
    p95: float
    p99: float
    longest: float

    @property
    def error_share(self) -> float:
        return self.failed / self.count if self.count else 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the ramp: customers, seconds, all requests, each endpoint's, and errors by kind."""

    number: int
    users: int
    seconds: float
    all: Figures
    endpoints: tuple[Figures, ...]
    errors: dict[str, int]


@dataclass(frozen=True, slots=True)
class Saturation:
    """The step from which on more customers bring no more throughput, or errors begin."""

    step: int
    users: int
    rate: float
    why: str


def read_samples(path: Path) -> list[Sample]:
    """The samples that `rush` wrote; a line that was not finished is left out."""
    found = []
    for line in path.read_text().splitlines():
        try:
            at, step, name, ms, status, kind, cost = json.loads(line)
        except ValueError:
            continue
        found.append(Sample(at, step, name, ms, status, kind, _cost(cost)))
    return found


def _cost(told: str) -> dict[str, Any]:
    try:
        cost = json.loads(base64.b64decode(told)) if told else {}
    except ValueError:
        return {}
    return cost if isinstance(cost, dict) else {}


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value that a share of all values does not exceed (nearest rank); 0 of none. `ordered` ascends."""
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1))]


def figures(name: str, samples: Sequence[Sample], seconds: float) -> Figures:
    """Percentiles are of everything that was answered at all, errors too: who waits for an error waits as well."""
    times = sorted(one.ms for one in samples)
    return Figures(
        name,
        len(samples),
        sum(bool(one.kind) for one in samples),
        round(len(samples) / seconds, 2) if seconds else 0.0,
        p50=round(percentile(times, 0.5), 1),
        p95=round(percentile(times, 0.95), 1),
        p99=round(percentile(times, 0.99), 1),
        longest=round(times[-1], 1) if times else 0.0,
    )


def by_endpoint(samples: Iterable[Sample], seconds: float) -> tuple[Figures, ...]:
    """Each endpoint's figures, the slowest p95 first."""
    grouped: dict[str, list[Sample]] = defaultdict(list)
    for one in samples:
        grouped[one.name].append(one)
    found = (figures(name, those, seconds) for name, those in grouped.items())
    return tuple(sorted(found, key=lambda one: (-one.p95, one.name)))


def steps_of(samples: Sequence[Sample], users: Sequence[int], seconds: float) -> list[Step]:
    """Each step of the ramp; `users` are the customers of each, `seconds` the length of one."""
    found = []
    for number, count in enumerate(users):
        those = [one for one in samples if one.step == number]
        errors = Counter(one.kind for one in those if one.kind)
        found.append(
            Step(
                number,
                count,
                seconds,
                figures("all", those, seconds),
                by_endpoint(those, seconds),
                dict(errors.most_common()),
            )
        )
    return found


def saturation(steps: Sequence[Step]) -> Saturation | None:
    """Where the ramp stops to pay: errors begin, or throughput stays while waiting grows. None when it never does."""
    for number, step in enumerate(steps):
        if step.all.error_share > ERRORS_BEGIN:
            why = f"{step.all.error_share:.1%} 的请求失败"
            return Saturation(number, step.users, step.all.rate, why)
        if number == 0:
            continue
        before = steps[number - 1]
        more_users = step.users / before.users - 1 if before.users else 0.0
        more_rate = step.all.rate / before.all.rate - 1 if before.all.rate else 0.0
        slower = step.all.p95 > GETS_SLOWER * before.all.p95
        if more_users > 0 and more_rate < STILL_GROWS * more_users and slower:
            why = (
                f"顾客多了 {more_users:.0%}，吞吐只多 {max(0.0, more_rate):.0%}，"
                f"p95 从 {before.all.p95:.0f} 升到 {step.all.p95:.0f} ms"
            )
            return Saturation(number, step.users, step.all.rate, why)
    return None


def curve(samples: Sequence[Sample]) -> list[tuple[int, int, float, int]]:
    """Second by second from the first sample: (second, requests, p95 in ms, errors); the answer's moment counts."""
    if not samples:
        return []
    start = min(one.at for one in samples)
    grouped: dict[int, list[Sample]] = defaultdict(list)
    for one in samples:
        grouped[int(one.at + one.ms / 1000 - start)].append(one)
    return [
        (
            second,
            len(those),
            round(percentile(sorted(one.ms for one in those), 0.95), 1),
            sum(bool(one.kind) for one in those),
        )
        for second, those in sorted(grouped.items())
    ]
