"""From plain values as they are to plain values as they should be: the fewest edits of the text, and their proof."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, Literal

from fangcun.doors.console.plan.edit_rows import Row
from fangcun.doors.console.plan.edit_tree import Item, Tokens, name_in, path_of, value_at

Verb = Literal["set", "unset", "insert", "remove", "move"]


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit of the text, at the path that holds when the edits before it are done."""

    verb: Verb
    path: str
    value: Any = None
    place: int = 0


@dataclass
class Changes:
    """Edits in the order in which they are to be done. `plain` is the document as it will be after them."""

    plain: Any
    edits: list[Edit] = field(default_factory=list)
    renames: list[tuple[Tokens, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.plain = copy.deepcopy(self.plain)

    def become(self, at: Tokens, wanted: Any) -> None:
        """Let the value at a path become another, touching only what differs."""
        now = value_at(self.plain, at)
        if plainly(now) == plainly(wanted):
            return
        if isinstance(now, dict) and isinstance(wanted, dict):
            for key in [key for key in now if key not in wanted]:
                self._unset((*at, key))
            for key, value in wanted.items():
                if key in now:
                    self.become((*at, key), value)
                else:
                    self.put((*at, key), value)
        elif _flat(now) and _flat(wanted) and now and wanted:
            self._list(at, now, wanted)
        else:
            self.put(at, wanted)

    def put(self, at: Tokens, value: Any) -> None:
        """Write a value at a path."""
        self.edits.append(Edit("set", path_of(at), value))
        inside, last = value_at(self.plain, at[:-1]), at[-1]
        inside[_number(inside, last) if isinstance(last, Item) else last] = plainly(value)

    def rows(self, at: Tokens, rows: Sequence[Row]) -> None:
        """Let a list become these rows: removed, changed, moved, added, renamed."""
        now = self._list_at(at)
        if now is None:
            if rows:
                self.put(at, [row.plain for row in rows])
            return
        kept = {row.was for row in rows}
        order = list(range(len(now)))
        for place in reversed(range(len(now))):
            if place not in kept:
                self.remove((*at, Item(name_in(now, place))))
                order.remove(place)
        for row in rows:
            if row.was is not None:
                self.become((*at, Item(name_in(now, order.index(row.was)))), row.plain)
        wished = [row.was for row in rows if row.was is not None]
        for was, place in _moves(order, wished):
            self.move((*at, Item(name_in(now, order.index(was)))), place)
            order.remove(was)
            order.insert(place, was)
        for place, row in enumerate(rows):
            if row.was is None:
                self.insert(at, place, row.plain)
            elif row.renamed:
                self.renames.append(((*at, Item(row.plain["id"])), row.renamed))

    def insert(self, at: Tokens, place: int, value: Any) -> None:
        """Add an entry to a list, or begin the list with it."""
        if self._list_at(at) is None:
            self.put(at, [value])
            return
        self.edits.append(Edit("insert", path_of(at), value, place))
        value_at(self.plain, at).insert(place, plainly(value))

    def remove(self, at: Tokens) -> None:
        """Take an entry out of a list."""
        self.edits.append(Edit("remove", path_of(at)))
        inside = value_at(self.plain, at[:-1])
        if isinstance(at[-1], Item):
            del inside[_number(inside, at[-1])]
        else:
            del inside[at[-1]]

    def move(self, at: Tokens, place: int) -> None:
        """Give an entry another place in its list."""
        self.edits.append(Edit("move", path_of(at), place=place))
        inside = value_at(self.plain, at[:-1])
        if isinstance(at[-1], Item):
            inside.insert(place, inside.pop(_number(inside, at[-1])))
        else:
            pairs = [pair for pair in inside.items() if pair[0] != at[-1]]
            pairs.insert(place, (at[-1], inside[at[-1]]))
            inside.clear()
            inside.update(pairs)

    def _unset(self, at: Tokens) -> None:
        self.edits.append(Edit("unset", path_of(at)))
        del value_at(self.plain, at[:-1])[at[-1]]

    def _list(self, at: Tokens, now: list[Any], wanted: list[Any]) -> None:
        steps = SequenceMatcher(None, plainly(now), plainly(wanted), autojunk=False).get_opcodes()
        for step, low, high, begin, end in reversed(steps):
            same = min(high - low, end - begin) if step == "replace" else 0
            for offset in range(same):
                self.put((*at, Item(str(low + offset))), wanted[begin + offset])
            for place in reversed(range(low + same, high)):
                if step != "equal":
                    self.remove((*at, Item(str(place))))
            for offset, value in enumerate(wanted[begin + same : end] if step != "equal" else []):
                self.insert(at, low + same + offset, value)

    def _list_at(self, at: Tokens) -> list[Any] | None:
        try:
            found = value_at(self.plain, at)
        except LookupError:
            return None
        return found if isinstance(found, list) and found else None


def plainly(value: Any) -> Any:
    """A value as it will be read back: days are text."""
    if isinstance(value, dict):
        return {key: plainly(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plainly(one) for one in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def _flat(value: Any) -> bool:
    return isinstance(value, list) and not any(isinstance(one, dict | list) for one in value)


def _number(entries: list[Any], token: Item) -> int:
    return next(number for number in range(len(entries)) if name_in(entries, number) == token.name)


def _moves(order: list[int], wished: list[int]) -> list[tuple[int, int]]:
    """The fewest moves that bring a list into another order: (which entry, its place when it is taken out)."""
    stay, order, moves = set(_longest_run([wished.index(entry) for entry in order])), list(order), []
    for number, entry in enumerate(wished):
        if number in stay:
            continue
        order.remove(entry)
        place = order.index(wished[number - 1]) + 1 if number else 0
        order.insert(place, entry)
        moves.append((entry, place))
    return moves


def _longest_run(numbers: list[int]) -> list[int]:
    """The longest part of a list that is in order as it is."""
    best: list[list[int]] = []
    for number in numbers:
        before = max((run for run in best if run[-1] < number), key=len, default=[])
        best.append([*before, number])
    return max(best, key=len, default=[])
