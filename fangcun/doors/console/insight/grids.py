"""Tables of answers as plain data: all pages show them by the same templates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its name; numbers stand right. `about` says how it is counted."""

    name: Words
    number: bool = True
    about: Words = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that leads somewhere. Who has not the permission that it `needs` reads `otherwise` instead."""

    text: str
    address: str
    title: str = ""
    needs: str = ""
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: cells are ready to be read."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]

    def lines(self) -> Iterable[list[tuple[Any, bool]]]:
        """Each row: its cells, and whether they are numbers."""
        for row in self.rows:
            yield [(cell, column.number) for cell, column in zip(row, self.columns, strict=True)]


def grid(words: Sequence[Words], numbers: Sequence[Words | Column], rows: Iterable[Sequence[Any]]) -> Grid:
    """A table whose first columns are words, the others numbers."""
    columns = [Column(name, number=False) for name in words]
    columns += [one if isinstance(one, Column) else Column(one) for one in numbers]
    return Grid(columns, list(rows))


@dataclass(frozen=True, slots=True)
class Shade:
    """A cell that is the darker the larger `part` of one is; None has nothing to say. `running` is not over yet."""

    text: str
    part: float | None
    title: str = ""
    running: bool = False
    bend: float = 0.8

    @property
    def depth(self) -> int:
        """How dark, 0 to 10."""
        return 0 if self.part is None else min(round(10 * self.part**self.bend), 10)


@dataclass(frozen=True, slots=True)
class Heat:
    """A table of shades. Rows have a name and may have a number before the shades; `summed` is a row over them."""

    head: Sequence[object]
    rows: Sequence[tuple[object, str, Sequence[Shade]]]
    narrow: bool = False
    summed: bool = False
