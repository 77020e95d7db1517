"""The quickest form of a funnel, for plain counts of persons on an engine that hands out columns.

Who, when and which step are packed into one whole number, so that sorting numbers puts all events of a person in order.
Sealed files are sorted like this already, so it is merging more than sorting. What then happens is what `asof` does.
"""

# ruff: noqa: S608 - the text is made of numbers and conditions whose values are parameters

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from fangcun.insight.analytics.engines import Dialect
from fangcun.insight.analytics.funnels.source import PERSON, Plan, events_sql

Wholes: TypeAlias = NDArray[np.int64]
_BITS = 63


@runtime_checkable
class Columnar(Protocol):
    """An engine that answers with columns as well as with rows."""

    @property
    def dialect(self) -> Dialect: ...

    def columns(self, sql: str, params: Mapping[str, Any] | None = None) -> Mapping[str, NDArray[Any]]:
        """The columns of a statement by their names. Parameters that it does not name are ignored."""


def suits(plan: Plan) -> bool:
    """Whether a funnel can be counted so."""
    way = plan.way
    ordered = plan.order != "unordered" and way.alone and not (way.optional or way.excluded)
    return ordered and plan.unit == PERSON and not (plan.valued or plan.everyone)


def waits_of(plan: Plan, engine: Columnar, params: Mapping[str, Any]) -> tuple[int, list[Wholes]] | None:
    """How many started, and for each later step how long (ms) those who did it took from the step before.

    Parameters: $since, $until, $window (ms), and what `plan.limit` names. None when the persons' numbers are too
    large to be packed.
    """
    since, last, window = params["since"], params["until"] + params["window"], params["window"]
    steps = len(plan.way.counted)
    low = steps.bit_length()
    high = low + (last - since).bit_length()
    events, given = events_sql(plan, engine.dialect, alone=True)
    # Steps of one millisecond come in their order, unless each has to be later than the one before it.
    place = f"{steps} - step" if plan.strict else "step - 1"
    packed = engine.columns(
        f"""SELECT CASE WHEN unit >= 0 AND unit < {2 ** max(_BITS - high, 0)}
            THEN unit * {2 ** min(high, 62)} + (ts - $since) * {2**low} + {place} ELSE -1 END AS packed
        FROM ({events}) AS e""",
        {**params, **given},
    )["packed"]
    # The sort that merges what is in order already.
    found: Wholes = np.sort(packed, kind="stable")
    if found.size and found[0] < 0:
        return None
    return _walked(found, plan, low, high, until=params["until"] - since, window=window)


def _walked(
    found: Wholes, plan: Plan, low: int, high: int, *, until: int, window: int
) -> tuple[int, list[Wholes]]:
    steps = len(plan.way.counted)
    which = (found & (2**low - 1)).astype(np.int8)
    if plan.strict:
        which = (steps - 1 - which).astype(np.int8)

    def unit(rows: Wholes) -> Wholes:
        units: Wholes = found[rows] >> high
        return units

    def moment(rows: Wholes) -> Wholes:
        moments: Wholes = (found[rows] >> low) & (2 ** (high - low) - 1)
        return moments

    starts = np.flatnonzero(which == 0)
    starts = starts[moment(starts) < until]
    fresh = _first(unit(starts))
    entrants = int(np.count_nonzero(fresh))
    rows = begun = starts[fresh] if plan.first_touch else starts
    # For each later step: the events by which it was done, and the latest start from which.
    levels: list[tuple[Wholes, Wholes]] = []
    for step in range(1, steps):
        rows_here = np.flatnonzero(which == step)
        before = np.searchsorted(rows, rows_here) - 1
        rows_here, before = rows_here[before >= 0], before[before >= 0]
        start = begun[before] if begun.size else before
        then, now = found[start], found[rows_here]
        # Of one person the difference without the lowest bits is that of the moments.
        fits = (then >> high == now >> high) & ((now >> low) - (then >> low) <= window)
        rows, begun = rows_here[fits], start[fits]
        levels.append((rows, begun))
    done = np.concatenate([rows for rows, _begun in levels])
    begun = np.concatenate([begun for _rows, begun in levels])
    level = np.repeat(np.arange(2, steps + 1), [rows.size for rows, _begun in levels])
    # The deepest, of several the one that was done first.
    order = np.lexsort((done, -level, unit(done)))
    best = order[_first(unit(done[order]))]
    start, level = begun[best], level[best]
    waits = []
    earlier = moment(start)
    for step, (rows, begun) in enumerate(levels, 2):
        came = level >= step
        start, level, earlier = start[came], level[came], earlier[came]
        # Later events have later starts, so the first with this start is the earliest.
        later = moment(rows[np.searchsorted(begun, start)]) if start.size else start
        waits.append(later - earlier)
        earlier = later
    return entrants, waits


def _first(units: Wholes) -> NDArray[np.bool_]:
    """Where a unit comes for the first time; the units are in order."""
    first = np.ones(units.size, dtype=np.bool_)
    np.not_equal(units[1:], units[:-1], out=first[1:])
    return first
