"""Which lots points are taken from: what expires first goes first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol, TypeVar


class Piece(NamedTuple):
    """So many points that expire at one moment, or never."""

    points: int
    expires_at: dt.datetime | None


class HasLeft(Protocol):
    """A lot: how many points are left of it."""

    left: int


L = TypeVar("L", bound=HasLeft)


def draw(lots: Iterable[L], points: int) -> list[tuple[L, int]]:
    """Take so many points from the lots in their order; fewer when there are not as many."""
    taken = []
    for lot in lots:
        if points <= 0:
            break
        part = min(lot.left, points)
        if part > 0:
            taken.append((lot, part))
            points -= part
    return taken


def rest_after(pieces: Sequence[Piece], points: int) -> list[Piece]:
    """What stays of pieces after so many points were taken from those that expire first."""
    rest = []
    for piece in sorted(pieces, key=lambda one: (one.expires_at is None, one.expires_at)):
        part = min(piece.points, points)
        points -= part
        if piece.points > part:
            rest.append(piece._replace(points=piece.points - part))
    return rest
