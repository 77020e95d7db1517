"""Changing a blueprint's text in one place: every other byte, comments among them, stays as it was.

An edit replaces the characters of one value, line or entry and then proves itself: the new text is composed again,
and unless it says exactly what was meant, nothing is changed and EditRefused tells why.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from fangcun.blueprint import composing, writing
from fangcun.blueprint.composing import Unreadable
from fangcun.blueprint.references import references
from fangcun.blueprint.splicing import EditRefused, Key, Splicer, Spot, keys_of, name_of, plain

__all__ = ["EditRefused", "insert_item", "move_item", "plain", "remove_item", "rename", "set_value", "unset"]


def set_value(text: str, path: str, value: Any) -> str:
    """Write a value at a path; keys that are missing on the way are added. Raises EditRefused."""
    edit = Splicer(text)
    keys = keys_of(path)
    spot = edit.find(keys)
    if spot is not None:
        return edit.done(edit.replace(spot, value), lambda data: _put(data, keys, value))
    for count in range(len(keys) - 1, -1, -1):
        above = edit.find(keys[:count])
        if above is None:
            continue
        if any(key.is_item for key in keys[count:]):
            break
        inner = value
        for key in reversed(keys[count + 1 :]):
            inner = {key.name: inner}
        if above.node.kind == "scalar" and above.node.value is None:
            return edit.done(
                edit.replace(above, {keys[count].name: inner}), lambda data: _put(data, keys, value)
            )
        if above.node.kind != "map":
            break
        return edit.done(edit.add_pair(above, keys[count].name, inner), lambda data: _put(data, keys, value))
    raise EditRefused(f"文档里没有 {path}")


def unset(text: str, path: str) -> str:
    """Take a key and its value out; without it nothing changes. Raises EditRefused."""
    edit = Splicer(text)
    keys = keys_of(path)
    spot = edit.find(keys)
    if spot is None:
        return text
    return edit.done(edit.cut(spot), lambda data: _drop(data, keys))


def insert_item(text: str, path: str, value: Any, *, at: int | None = None) -> str:
    """Add an entry to the list at a path, at a place or at the end; the list is begun if missing."""
    edit = Splicer(text)
    keys = keys_of(path)
    spot = edit.find(keys)
    if spot is None or (spot.node.kind == "scalar" and spot.node.value is None):
        return set_value(text, path, [value])
    if spot.node.kind != "list":
        raise EditRefused(f"{path} 不是列表")
    place = len(spot.node.items) if at is None else max(0, min(at, len(spot.node.items)))
    if not spot.node.items:
        return edit.done(edit.replace(spot, [value]), lambda data: _put(data, keys, [value]))

    def meant(data: Any) -> None:
        _value(data, keys).insert(place, _plainly(value))

    return edit.done(edit.add_item(spot.node, place, value), meant)


def remove_item(text: str, path: str) -> str:
    """Take an entry out of its list. Raises EditRefused when there is none."""
    if Splicer(text).find(keys_of(path)) is None:
        raise EditRefused(f"文档里没有 {path}")
    return unset(text, path)


def move_item(text: str, path: str, *, to: int) -> str:
    """Give an entry of a list or a key of a mapping another place among its siblings, counted from 0."""
    edit = Splicer(text)
    keys = keys_of(path)
    spot = edit.find(keys)
    if spot is None or spot.parent is None:
        raise EditRefused(f"文档里没有 {path}")
    count = len(spot.parent.items or spot.parent.pairs)
    to = max(0, min(to, count - 1))
    if to == spot.place:
        return text

    def meant(data: Any) -> None:
        inside = _value(data, keys[:-1])
        if isinstance(inside, list):
            inside.insert(to, inside.pop(spot.place))
        else:
            pairs = list(inside.items())
            pairs.insert(to, pairs.pop(spot.place))
            inside.clear()
            inside.update(pairs)

    return edit.done(edit.move(spot, to), meant)


def rename(text: str, path: str, new_id: str) -> str:
    """Give something another id, and with it everything that refers to it. Raises EditRefused.

    An id that a neighbour has is refused: from then on nobody could tell whom a reference means.
    """
    edit = Splicer(text)
    keys = keys_of(path)
    spot = edit.find(keys)
    if spot is None:
        raise EditRefused(f"文档里没有 {path}")
    if keys[-1].is_item:
        own = edit.find([*keys, Key("id", False)])
        if own is None:
            raise EditRefused(f"{path} 没有编号")
        name = own.node
    else:
        name = spot.key or spot.node
    old = name_of(name)
    if new_id != old and new_id in _siblings(spot):
        raise EditRefused(f"编号 {new_id} 已经用过，换一个")
    places = [name, *references(edit.root, path, old)]
    changes = sorted({(node.start, node.end) for node in places}, reverse=True)
    changed = text
    for start, end in changes:
        changed = changed[:start] + writing.scalar(new_id, in_flow=True) + changed[end:]
    try:
        composing.compose(changed)
    except Unreadable as refused:
        raise EditRefused(f"改名后文档无法解析：{refused.message}") from None
    return changed


def _siblings(spot: Spot) -> list[str]:
    if spot.parent is None:
        return []
    if spot.parent.kind == "map":
        return [name_of(key) for key, _value in spot.parent.pairs]
    return [name_of(value) for one in spot.parent.items for key, value in one.pairs if name_of(key) == "id"]


def _steps(data: Any, keys: list[Key]) -> Iterator[tuple[Any, Any]]:
    """Every container on the way with the key or place into it."""
    here = data
    for key in keys:
        place: Any = key.name
        if key.is_item:
            ids = [one.get("id") if isinstance(one, dict) else None for one in here]
            place = ids.index(key.name) if key.name in ids else int(key.name.rpartition("#")[2])
        yield here, place
        here = here[place] if isinstance(here, list) or place in here else None


def _value(data: Any, keys: list[Key]) -> Any:
    here = data
    for inside, place in _steps(data, keys):
        here = inside[place]
    return here


def _put(data: Any, keys: list[Key], value: Any) -> None:
    here = data
    for number, key in enumerate(keys[:-1]):
        inside, place = list(_steps(data, keys[: number + 1]))[-1]
        if not key.is_item and (place not in inside or inside[place] is None):
            inside[place] = {}
        here = inside[place]
    inside, place = (here, keys[-1].name) if not keys[-1].is_item else list(_steps(data, keys))[-1]
    inside[place] = _plainly(value)


def _drop(data: Any, keys: list[Key]) -> None:
    inside, place = list(_steps(data, keys))[-1]
    del inside[place]


def _plainly(value: Any) -> Any:
    """A value as the tree will say it: dates are text there, tuples lists."""
    if isinstance(value, Mapping):
        return {str(key): _plainly(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plainly(inner) for inner in value]
    return value.isoformat() if isinstance(value, dt.date) else value
