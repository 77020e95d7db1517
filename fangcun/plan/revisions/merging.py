"""Bringing a text that was written on an older revision onto the newest one, path by path.

What only the others changed is written into the text, whose comments stay. What both changed is for a person to
decide. A list whose entries have ids is compared entry by entry, any other list as one value. Pure: nothing is kept.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import Enum
from typing import Any

from fangcun.blueprint import composing
from fangcun.blueprint.composing import Node
from fangcun.blueprint.editing import insert_item, move_item, plain, remove_item, set_value, unset

SIDES = ("mine", "theirs")
MOST_VALUES = 300_000
_NAME = re.compile(r"[^.\[\]]+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class _Missing(Enum):
    MISSING = None


MISSING = _Missing.MISSING


class TooMuch(ValueError):
    """Aliases repeat so much that the document can't be compared."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A place that a person must decide: both changed it, or (`by_hand`) it can't be edited as it is written.

    Values are None where there is nothing; for the order of a list they are lists of ids.
    """

    path: str
    base: Any
    mine: Any
    theirs: Any
    by_hand: bool = False

    def as_json(self) -> dict[str, Any]:
        """The form in which doors hand it on."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Merge:
    """The merged text; `taken` are the paths at which the others' changes were written into it.

    `onto` is the number of the revision it was brought onto. Conflicts are those without a choice; the text holds
    one's own side of them.
    """

    text: str
    onto: int | None
    taken: tuple[str, ...]
    conflicts: tuple[Conflict, ...]


def merge(base: str, mine: str, theirs: str, *, choices: Mapping[str, str], onto: int | None = None) -> Merge:
    """Write what changed from `base` to `theirs` into `mine`; `choices` decide conflicts by their path.

    A choice is "mine" or "theirs". The texts must be YAML. Raises composing.Unreadable, TooMuch.
    """
    merging = _Merging(mine, dict(choices))
    merging.values("", _data(base), _data(mine), _data(theirs))
    return Merge(merging.text, onto, tuple(dict.fromkeys(merging.taken)), tuple(merging.conflicts))


def _data(text: str) -> Any:
    root = composing.compose(text)
    _measure(root)
    return plain(root)


def _measure(root: Node) -> None:
    nodes, count = [root], 0
    while nodes:
        node = nodes.pop()
        count += 1
        if count > MOST_VALUES:
            raise TooMuch
        nodes += [*node.items, *(value for _key, value in node.pairs)]


@dataclass
class _Merging:
    """A text that grows towards the merged one, with what was taken and what nobody may decide but a person."""

    text: str
    choices: dict[str, str]
    taken: list[str] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)

    def values(self, path: str, base: Any, mine: Any, theirs: Any) -> None:
        if theirs in (base, mine):
            return
        if _is_mapping(mine) and _is_mapping(theirs):
            self._mappings(path, base if _is_mapping(base) else {}, mine, theirs)
        elif _is_named(mine) and _is_named(theirs):
            self._lists(path, base if _is_named(base) else [], mine, theirs)
        elif mine == base or self._theirs_is_chosen(path, base, mine, theirs):
            self._take(path, base, mine, theirs)

    def _mappings(self, path: str, base: Any, mine: Any, theirs: Any) -> None:
        for key in dict.fromkeys([*theirs, *base]):
            inside = f"{path}.{key}" if path else key
            self.values(inside, *(side.get(key, MISSING) for side in (base, mine, theirs)))

    def _lists(self, path: str, base: Any, mine: Any, theirs: Any) -> None:
        sides = [_by_id(side) for side in (base, mine, theirs)]
        have = list(sides[1])
        for name in dict.fromkeys([*sides[2], *sides[0]]):
            inside = f"{path}[{name}]"
            before, own, other = (side.get(name, MISSING) for side in sides)
            if own is not MISSING:
                self.values(inside, before, own, other)
                if other is MISSING and inside in self.taken:
                    have.remove(name)
            elif other not in (before, MISSING) and (
                before is MISSING or self._theirs_is_chosen(inside, before, own, other)
            ):
                place = _place_of(name, list(sides[2]), have)
                conflict = _conflict(inside, before, own, other)
                if self._edit(conflict, insert_item, path, _written(other), at=place):
                    have.insert(place, name)
        before_ids, own_ids, other_ids = (list(side) for side in sides)
        self._order(path, before_ids, own_ids, other_ids, have)

    def _order(self, path: str, base: list[str], mine: list[str], theirs: list[str], have: list[str]) -> None:
        """Entries that the others put into another order take it, unless both did."""
        common = set(base) & set(mine) & set(theirs)
        before, own, other = ([name for name in side if name in common] for side in (base, mine, theirs))
        if other in (before, own):
            return
        if own != before and not self._theirs_is_chosen(path, before, own, other):
            return
        wished = [name for name in theirs if name in have]
        for place, name in enumerate(have):
            if name not in wished:  # one's own entries stay behind the same neighbour
                wished.insert(_place_of(name, have[: place + 1], wished), name)
        conflict = _conflict(path, before, own, other)
        for place, name in enumerate(wished):
            if have[place] != name and self._edit(conflict, move_item, f"{path}[{name}]", to=place):
                have.remove(name)
                have.insert(place, name)

    def _take(self, path: str, base: Any, mine: Any, theirs: Any) -> None:
        conflict = _conflict(path, base, mine, theirs)
        if theirs is not MISSING:
            self._edit(conflict, set_value, path, _written(theirs))
        elif path.endswith("]"):
            self._edit(conflict, remove_item, path)
        else:
            self._edit(conflict, unset, path)

    def _theirs_is_chosen(self, path: str, base: Any, mine: Any, theirs: Any) -> bool:
        if self.choices.get(path) not in SIDES:
            self.conflicts.append(_conflict(path, base, mine, theirs))
        return self.choices.get(path) == "theirs"

    def _edit(self, conflict: Conflict, edit: Callable[..., str], *args: Any, **kwargs: Any) -> bool:
        """Write one change of the others. What can't be edited as it is written, an alias say, is told."""
        if self.choices.get(conflict.path) == "mine":
            return False
        try:
            self.text = edit(self.text, *args, **kwargs)
        except (ValueError, LookupError):  # EditRefused among them
            if conflict.path not in {known.path for known in self.conflicts}:
                self.conflicts.append(replace(conflict, by_hand=True))
            return False
        self.taken.append(conflict.path)
        return True


def _conflict(path: str, base: Any, mine: Any, theirs: Any) -> Conflict:
    base, mine, theirs = (None if side is MISSING else side for side in (base, mine, theirs))
    return Conflict(path, base, mine, theirs)


def _is_mapping(value: Any) -> bool:
    return isinstance(value, dict) and all(_NAME.fullmatch(key) for key in value)


def _is_named(value: Any) -> bool:
    """Whether it is a list in which every entry can be told by its id."""
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        return False
    names = [one.get("id") for one in value]
    return len(set(map(str, names))) == len(names) and all(
        isinstance(name, str) and _NAME.fullmatch(name) for name in names
    )


def _by_id(entries: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in entries}


def _place_of(name: str, order: list[str], have: list[str]) -> int:
    """Where an entry goes: behind the nearest one before it in `order` that is there."""
    for before in reversed(order[: order.index(name)]):
        if before in have:
            return have.index(before) + 1
    return 0


def _written(value: Any) -> Any:
    """A value as people write it: a day without quotes."""
    if isinstance(value, dict):
        return {key: _written(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_written(inner) for inner in value]
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            return value
    return value
