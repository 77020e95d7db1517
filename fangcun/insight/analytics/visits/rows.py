"""Events in the order of visits, as columns: the quickest way to walk visits, on an engine that hands out columns.

Who and when are packed into one whole number. Sealed files are sorted by person and moment within each event, so
putting their numbers in order is merging more than sorting. What holds for one person never needs another, so
several threads each have their persons, and a log of many events is looked at in parts.
"""

# ruff: noqa: S608 - the text is made of numbers and conditions whose values are parameters

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeAlias, TypeVar

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from fangcun.insight.analytics.engines import Engine
from fangcun.insight.analytics.funnels.arrays import Columnar
from fangcun.insight.analytics.visits.cutting import IDLE_MS

Wholes: TypeAlias = NDArray[np.int64]
T = TypeVar("T")

# So many events at once take some hundreds of megabytes; past so many parts, reading again and again takes longer
# than what engines do by themselves, on disk if need be.
MOST_ROWS = 12_000_000
MOST_PARTS = 6
_SHARE = 400_000
_BITS = 63
_MIXING = np.uint64(0x9E37_79B9_7F4A_7C15)


@dataclass(frozen=True, slots=True)
class Rows:
    """Events of some persons: person by person, visit by visit, moment by moment.

    `session` tells sessions of a person apart, `loose` is what it is where there is none; `tag` is what was asked for.
    `fresh` says where a visit begins.
    """

    person: Wholes
    ts: Wholes
    session: NDArray[np.uint64]
    loose: np.uint64
    tag: NDArray[Any]
    fresh: NDArray[np.bool_]


class Walkable(Engine, Columnar, Protocol):
    """An engine that answers with rows and with columns."""


def columnar(engine: Engine) -> Walkable | None:
    """The engine, where it has columns and the short forms."""
    return engine if isinstance(engine, Columnar) and engine.dialect.asof else None


def walked(
    engine: Walkable,
    source: str,
    params: Mapping[str, Any],
    *,
    number: int,
    since: int,
    until: int,
    work: Callable[[Rows], T],
    settle: Callable[[list[Rows]], None] | None = None,
) -> list[T] | None:
    """What `work` makes of the events of some persons, once for all persons. `settle` may change them before that.

    `source` selects person, ts, session and tag (whole numbers, no NULL) of the so many events in [since, until).
    None when there are too many of them, or the persons' numbers are too large to be packed.
    """
    parts = -(-number // MOST_ROWS)
    if parts > MOST_PARTS:
        return None
    low = (until - since).bit_length()
    loose = engine.columns("SELECT hash('') AS loose")["loose"][0]
    found: list[T] = []
    for part in range(parts):
        some = f" WHERE (person // 2) % {parts} = {part}" if parts > 1 else ""
        columns = engine.columns(
            f"""SELECT CASE WHEN person >= 0 AND person < {2 ** max(_BITS - low, 0)}
                THEN person * {2**low} + (ts - {since}) ELSE -1 END AS packed,
                hash(session) AS session, tag FROM ({source}) AS e{some}""",
            params,
        )
        if columns["packed"].size and columns["packed"].min() < 0:
            return None
        shares = _shares(columns["packed"], low)
        arranged = partial(_arranged, columns, low=low, since=since, loose=loose)
        with ThreadPoolExecutor(settings.ANALYTICS_THREADS) as pool:
            if settle is None:
                found += pool.map(lambda rows, arranged=arranged: work(arranged(rows)), shares)
            else:
                some_rows = list(pool.map(arranged, shares))
                settle(some_rows)
                found += pool.map(work, some_rows)
    return found


def firsts(*columns: NDArray[Any]) -> NDArray[np.bool_]:
    """Where one of the columns is another than in the row before; the first row is."""
    first = np.ones(columns[0].size, dtype=np.bool_)
    np.not_equal(columns[0][1:], columns[0][:-1], out=first[1:])
    for column in columns[1:]:
        first[1:] |= column[1:] != column[:-1]
    return first


def _shares(packed: Wholes, low: int) -> list[Wholes]:
    """The rows of each share of the persons: what is small stays near the processor."""
    shares = 1 << min((packed.size // _SHARE).bit_length(), 14)
    # Sixteen neighbours stay together, so that every part of the persons is in every share.
    share = (packed >> (low + 4)).astype(np.int16) & np.int16(shares - 1)
    order = np.argsort(share, kind="stable")
    return np.split(order, np.cumsum(np.bincount(share, minlength=shares))[:-1])


def _arranged(
    columns: Mapping[str, NDArray[Any]], rows: Wholes, *, low: int, since: int, loose: np.uint64
) -> Rows:
    packed = columns["packed"][rows]
    # The sort that merges what is in order already.
    order = np.argsort(packed, kind="stable")
    packed, rows = packed[order], rows[order]
    session, tag = columns["session"][rows], columns["tag"][rows]
    person = packed >> low
    entwined = _entwined(person, session)
    if entwined is not None:
        places, sorted_places = entwined
        for column in (packed, session, tag):
            column[places] = column[sorted_places]
    ts = packed & (2**low - 1)
    ts += since
    fresh = firsts(person, session)
    pauses = np.flatnonzero(session[1:] == loose) + 1
    fresh[pauses[ts[pauses] - ts[pauses - 1] > IDLE_MS]] = True
    return Rows(person, ts, session, loose, tag, fresh)


def _entwined(person: Wholes, session: NDArray[np.uint64]) -> tuple[Wholes, Wholes] | None:
    """Where sessions of one person happened at the same time, and in which order those rows make whole sessions.

    None where all sessions are whole.
    """
    begins = np.flatnonzero(firsts(person, session))
    # Two that only look alike do no harm: they are put in order in vain.
    key = session[begins] ^ (person[begins].astype(np.uint64) * _MIXING)
    order = np.argsort(key, kind="stable")
    key = key[order]
    again = np.flatnonzero(key[1:] == key[:-1])
    if not again.size:
        return None
    edges = np.zeros(begins.size + 1, dtype=np.int64)
    np.add.at(edges, order[again], 1)
    np.add.at(edges, order[again + 1], -1)
    # From the first run of a session up to its last one, all that lies between is put in order with it.
    open_ = np.cumsum(edges[:-1])
    inside = open_ > 0
    inside[order[again + 1]] = True
    knot = np.cumsum(inside & np.concatenate(([True], open_[:-1] <= 0)))
    lengths = np.diff(begins, append=person.size)
    places = np.flatnonzero(np.repeat(inside, lengths))
    within = np.repeat(knot, lengths)[places]
    return places, places[np.lexsort((session[places], person[places], within))]
