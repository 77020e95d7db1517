"""A funnel counted by trying every chain of events there is: slow, plain, and sharing nothing with the SQL."""

from __future__ import annotations

import itertools
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, eq=False)
class Row:
    """One event. Two rows are never the same, whatever they hold."""

    person: int | None
    event: str
    ts: int
    props: dict[str, Any] = field(default_factory=dict)
    id: str = ""

    def __repr__(self) -> str:
        return f"{self.event}@{self.ts}/{self.person}{self.props or ''}"


Fits = Callable[[Row], bool]


@dataclass(frozen=True)
class Asked:
    """Steps are (role, fits) in order."""

    steps: Sequence[tuple[str, Fits]]
    since: int
    until: int
    window: int
    order: str = "ordered"
    first_touch: bool = False

    @property
    def counted(self) -> list[tuple[str, Fits]]:
        return [(role, fits) for role, fits in self.steps if role != "exclude"]

    @property
    def required(self) -> list[int]:
        return [n for n, (role, _fits) in enumerate(self.counted) if role == "step"]


@dataclass(frozen=True)
class Attempt:
    """How far somebody came, and when he did each of the counted steps."""

    level: int
    times: tuple[int | None, ...]
    start: Row


def attempts(rows: Iterable[Row], asked: Asked, key: str = "person") -> dict[Any, Attempt]:
    """The chosen attempt of each person, or of each value of a property."""
    by_unit: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        unit: Any = row.person if key == "person" else row.props.get(key)
        if unit not in (None, ""):
            by_unit[unit if key == "person" else str(unit)].append(row)
    walk = _unordered if asked.order == "unordered" else _ordered
    found = ((unit, walk(mine, asked)) for unit, mine in by_unit.items())
    return {unit: attempt for unit, attempt in found if attempt is not None}


def _starts(rows: Sequence[Row], asked: Asked, fits: Fits) -> list[Row]:
    starts = [row for row in rows if fits(row) and asked.since <= row.ts < asked.until]
    if asked.first_touch and starts:
        first = min(row.ts for row in starts)
        starts = [row for row in starts if row.ts == first]
    return starts


def _first(rows: Iterable[Row]) -> Row:
    return min(rows, key=lambda row: (row.event, row.id))


def _ordered(rows: Sequence[Row], asked: Asked) -> Attempt | None:
    required = [asked.counted[n][1] for n in asked.required]
    starts = _starts(rows, asked, required[0])
    between = _between(asked)

    def longer(chain: tuple[Row, ...]) -> Iterator[tuple[Row, ...]]:
        yield chain
        if len(chain) == len(required):
            return
        last = chain[-1]
        unwanted = between.get(len(chain), [])
        for row in rows:
            later = row.ts > last.ts if asked.order == "strict" else row.ts >= last.ts
            if (
                later
                and row.ts <= chain[0].ts + asked.window
                and required[len(chain)](row)
                and all(row is not used for used in chain)
                and not any(last.ts < x.ts < row.ts for fits in unwanted for x in rows if fits(x))
            ):
                yield from longer((*chain, row))

    chains = [chain for start in starts for chain in longer((start,))]
    if not chains:
        return None

    def rank(chain: tuple[Row, ...]) -> tuple[Any, ...]:
        return -len(chain), chain[-1].ts, -chain[0].ts, tuple(row.ts for row in chain)

    best = min(map(rank, chains))
    times = list(best[3])
    level = len(times)
    alike = [chain for chain in chains if rank(chain) == best]
    done: list[int | None] = [None] * len(asked.counted)
    for n, at in zip(asked.required, times, strict=False):
        done[n] = at
    # Each optional step in turn takes the earliest event that is left over for it in one of the ways so far.
    for n in range(len(asked.counted)):
        before = sum(place < n for place in asked.required)
        if n in asked.required or before > level:
            continue
        low, high = times[before - 1], times[before] if before < level else times[0] + asked.window
        strict = asked.order == "strict"
        wider = [
            (*chain, row)
            for chain in alike
            for row in rows
            if asked.counted[n][1](row)
            and all(row is not used for used in chain)
            and (row.ts > low if strict else row.ts >= low)
            and (row.ts < high if strict and before < level else row.ts <= high)
        ]
        if wider:
            done[n] = min(chain[-1].ts for chain in wider)
            alike = [chain for chain in wider if chain[-1].ts == done[n]]
    return Attempt(level, tuple(done), _first(row for row in starts if row.ts == times[0]))


def _between(asked: Asked) -> dict[int, list[Fits]]:
    found: dict[int, list[Fits]] = defaultdict(list)
    place = 0
    for role, fits in asked.steps:
        place += role == "step"
        if role == "exclude":
            found[place].append(fits)
    return found


def _unordered(rows: Sequence[Row], asked: Asked) -> Attempt | None:
    steps = [fits for _role, fits in asked.counted]
    starts = _starts(rows, asked, lambda row: any(fits(row) for fits in steps))
    best: tuple[Any, ...] | None = None
    for start in starts:
        within = [row for row in rows if start.ts <= row.ts <= start.ts + asked.window]
        for size in range(1, len(steps) + 1):
            for some in itertools.permutations(steps, size):
                for picked in itertools.product(*([r for r in within if fits(r)] for fits in some)):
                    times = tuple(row.ts for row in picked)
                    if list(times) == sorted(times) and times[0] == start.ts:
                        rank = (-size, times[-1], -start.ts, times)
                        best = rank if best is None else min(best, rank)
    if best is None:
        return None
    level, times = -best[0], best[3]
    done = (*times, *[None] * (len(steps) - level))
    return Attempt(level, done, _first(row for row in starts if row.ts == times[0]))


def counts(found: Iterable[Attempt], asked: Asked) -> list[int]:
    """How many did each of the counted steps."""
    every = list(found)
    if asked.order == "unordered":
        return [sum(one.level > n for one in every) for n in range(len(asked.counted))]
    return [sum(one.times[n] is not None for one in every) for n in range(len(asked.counted))]


def waits(found: Iterable[Attempt], asked: Asked) -> list[list[int]]:
    """For each step but the first, the times from the required step before it."""
    every = list(found)
    answer = []
    for n in range(1, len(asked.counted)):
        before = n - 1 if asked.order == "unordered" else max(place for place in asked.required if place < n)
        answer.append(
            [
                late - early
                for one in every
                if (late := one.times[n]) is not None and (early := one.times[before]) is not None
            ]
        )
    return answer


def median(values: Sequence[int]) -> float | None:
    return float(statistics.median(values)) if values else None


def p90(values: Sequence[int]) -> float | None:
    """On the straight line between the neighbours of the place at 90 % of the way."""
    if not values:
        return None
    line = sorted(values)
    low, tenths = divmod(9 * (len(line) - 1), 10)
    high = min(low + 1, len(line) - 1)
    return (10 * line[low] + (line[high] - line[low]) * tenths) / 10
