"""A small line for paper, where no script draws."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 240
HEIGHT: Final = 48
EDGE: Final = 4


@dataclass(frozen=True, slots=True)
class Spark:
    """An SVG path over `WIDTH` × `HEIGHT`, the height of the target line, and the last point."""

    path: str
    target: float
    end: tuple[float, float]


def spark(series: Sequence[tuple[dt.date, float | None]], *, target: float) -> Spark | None:
    """The values as a line, gaps left open; None when there is no value at all."""
    known = [value for _day, value in series if value is not None]
    if not known:
        return None
    low, high = min(*known, target), max(*known, target)
    span = (high - low) or 1.0
    step = (WIDTH - 2 * EDGE) / max(len(series) - 1, 1)

    def height(value: float) -> float:
        return round(HEIGHT - EDGE - (value - low) / span * (HEIGHT - 2 * EDGE), 1)

    parts, is_open, end = [], False, (0.0, 0.0)
    for number, (_day, value) in enumerate(series):
        if value is None:
            is_open = False
            continue
        end = (round(EDGE + number * step, 1), height(value))
        parts.append(f"{'L' if is_open else 'M'}{end[0]} {end[1]}")
        is_open = True
    return Spark("".join(parts), height(target), end)
