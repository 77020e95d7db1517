"""Bringing a text that was written on an older revision onto the newest one, path by path.

What only the others changed is written into the text, whose comments stay. What both changed is for a person to
decide. A list whose entries have ids is compared entry by entry, any other list as one value. Pure: nothing is kept.
"""

from __future__ import annotations

import copy
import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import Enum
from functools import partial
from typing import Any

from fangcun.blueprint import composing
from fangcun.blueprint.composing import Node, Unreadable
from fangcun.blueprint.editing import insert_item, move_item, plain, remove_item, set_value, unset
from fangcun.plan.revisions.lines import merged_lines

SIDES = ("mine", "theirs")
MOST_VALUES = 300_000
_NAME = re.compile(r"[^.\[\]]+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class _Missing(Enum):
    MISSING = None

    def __deepcopy__(self, _memo: object) -> _Missing:
        return self


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
    sides = [_data(text) for text in (base, mine, theirs)]
    meant = _Merging(choices).document(*sides)
    text, steps = mine, meant.steps
    # Where the two worked on different lines, all of them are taken at once, the others' comments too.
    together = merged_lines(base, mine, theirs)
    if steps and together is not None and (rest := _rest(sides, together, choices, meant)) is not None:
        text, steps = together, rest
    refused: dict[str, Conflict] = {}
    for step in steps:
        try:
            text = step.edit(text)
        except (ValueError, LookupError):  # EditRefused among them; what can't be written is told, not lost
            refused[step.conflict.path] = replace(step.conflict, by_hand=True)
    taken = dict.fromkeys(step.conflict.path for step in meant.steps)
    return Merge(
        text,
        onto,
        tuple(path for path in taken if path not in refused),
        (*meant.conflicts, *refused.values()),
    )


def _rest(sides: list[Any], text: str, choices: Mapping[str, str], meant: _Merging) -> list[_Step] | None:
    """What is still to be done to a text that was merged by lines; None when it does not say what is meant."""
    try:
        merging = _Merging(choices).document(sides[0], _data(text), sides[2])
    except (Unreadable, TooMuch):
        return None
    is_meant = (merging.data, merging.conflicts) == (meant.data, meant.conflicts)
    return merging.steps if is_meant else None


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


@dataclass(frozen=True, slots=True)
class _Step:
    """One change of the others, to be written into the text, and how it is told if it can't be."""

    conflict: Conflict
    edit: Callable[[str], str]


@dataclass
class _Merging:
    """The data as it is meant to become, the steps that lead there, and what only a person may decide."""

    choices: Mapping[str, str]
    data: Any = None
    steps: list[_Step] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)

    def document(self, base: Any, mine: Any, theirs: Any) -> _Merging:
        self.data = self._value("", base, mine, theirs)
        return self

    def _value(self, path: str, base: Any, mine: Any, theirs: Any) -> Any:
        """What a place becomes; MISSING when it goes."""
        if theirs in (base, mine):
            return mine
        if _is_mapping(mine) and _is_mapping(theirs):
            return self._mapping(path, base if _is_mapping(base) else {}, mine, theirs)
        if _is_named(mine) and _is_named(theirs):
            return self._list(path, base if _is_named(base) else [], mine, theirs)
        conflict = _conflict(path, base, mine, theirs)
        return self._take(conflict, theirs) if self._is_theirs(conflict, mine == base) else mine

    def _mapping(self, path: str, base: Any, mine: Any, theirs: Any) -> Any:
        made = dict(mine)
        for key in dict.fromkeys([*theirs, *base]):
            inside = f"{path}.{key}" if path else key
            value = self._value(inside, *(side.get(key, MISSING) for side in (base, mine, theirs)))
            if value is MISSING:
                made.pop(key, None)
            else:
                made[key] = value
        return made

    def _list(self, path: str, base: Any, mine: Any, theirs: Any) -> Any:
        before, own, others = ({one["id"]: one for one in side} for side in (base, mine, theirs))
        made = dict(own)
        order = list(own)
        for name in dict.fromkeys([*others, *before]):
            inside = f"{path}[{name}]"
            sides = [side.get(name, MISSING) for side in (before, own, others)]
            if own.get(name, MISSING) is not MISSING:
                made[name] = self._value(inside, *sides)
                if made[name] is MISSING:
                    order.remove(name)
            elif sides[2] not in (MISSING, sides[0]):
                conflict = _conflict(inside, *sides)
                if self._is_theirs(conflict, sides[0] is MISSING):
                    place = _place_of(name, list(others), order)
                    order.insert(place, name)
                    made[name] = sides[2]
                    self._step(conflict, insert_item, path, _written(sides[2]), at=place)
        self._order(path, list(before), list(own), list(others), order)
        return [made[name] for name in order]

    def _order(
        self, path: str, base: list[str], mine: list[str], theirs: list[str], order: list[str]
    ) -> None:
        """Entries that the others put into another order take it, unless both did."""
        common = set(base) & set(mine) & set(theirs)
        before, own, other = ([name for name in side if name in common] for side in (base, mine, theirs))
        if other in (before, own):
            return
        conflict = _conflict(path, before, own, other)
        if not self._is_theirs(conflict, own == before):
            return
        wished = [name for name in theirs if name in order]
        for place, name in enumerate(order):
            if name not in wished:  # one's own entries stay behind the same neighbour
                wished.insert(_place_of(name, order[: place + 1], wished), name)
        for place, name in enumerate(wished):
            if order[place] != name:
                order.remove(name)
                order.insert(place, name)
                self._step(conflict, move_item, f"{path}[{name}]", to=place)

    def _take(self, conflict: Conflict, theirs: Any) -> Any:
        path = conflict.path
        if theirs is not MISSING:
            self._step(conflict, set_value, path, _written(theirs))
        else:
            self._step(conflict, remove_item if path.endswith("]") else unset, path)
        return copy.deepcopy(theirs)

    def _is_theirs(self, conflict: Conflict, only_theirs: bool) -> bool:
        """Whether their side is taken: chosen, or the only one that changed. Else it is told."""
        choice = self.choices.get(conflict.path)
        if choice in SIDES:
            return choice == "theirs"
        if not only_theirs:
            self.conflicts.append(conflict)
        return only_theirs

    def _step(self, conflict: Conflict, edit: Callable[..., str], *args: Any, **kwargs: Any) -> None:
        self.steps.append(_Step(conflict, partial(_edited, edit, args, kwargs)))


def _edited(edit: Callable[..., str], args: tuple[Any, ...], kwargs: dict[str, Any], text: str) -> str:
    return edit(text, *args, **kwargs)


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
