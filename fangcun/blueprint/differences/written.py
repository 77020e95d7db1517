"""What was written differently: a walk through both documents that leaves nothing unnamed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fangcun.blueprint.differences.difference import AREAS, Difference, gap, plain, title, word
from fangcun.blueprint.differences.words import label
from fangcun.blueprint.document import Blueprint

# What customers, links or recorded numbers already rely on.
_BREAKING = {("pages", "path"), ("goals", "metric"), ("programs", "role")}


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place in the document: its path for programs, and how it is called in words."""

    area: str
    path: str
    said: str = ""

    def field(self, name: str) -> _Spot:
        called = label(self.area, name)
        return _Spot(self.area, f"{self.path}.{name}", f"{self.said}{self.of}{called}")

    def entry(self, name: str, value: Any, *, is_item: bool) -> _Spot:
        path = f"{self.path}[{name}]" if is_item else f"{self.path}.{name}"
        return _Spot(self.area, path, f"{self.said}{title(name, value)}")

    @property
    def of(self) -> str:
        """What stands between this place and something in it."""
        return "" if not self.said else f"{gap(self.said)}的"

    @property
    def key(self) -> str:
        return self.path.rpartition(".")[2]

    def difference(
        self, change: str, told: str, old: Any = None, new: Any = None, *, breaking: bool = False
    ) -> Difference:
        text = f"{AREAS[self.area]}：{told.strip()}"
        return Difference(self.area, change, self.path, text, breaking, plain(old), plain(new))


def written(before: Blueprint, after: Blueprint) -> Iterator[Difference]:
    """Every place at which two documents differ, in the order of the document."""
    for field in dataclasses.fields(Blueprint):
        if field.name != "blueprint":
            old, new = getattr(before, field.name), getattr(after, field.name)
            yield from _compare(_Spot(field.name, field.name), old, new)


def _compare(spot: _Spot, old: Any, new: Any) -> Iterator[Difference]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _named(spot, old, new, is_item=False)
    elif _has_ids(old) and _has_ids(new) and (old or new):
        yield from _named(spot, {one.id: one for one in old}, {one.id: one for one in new}, is_item=True)
    elif isinstance(old, tuple) and isinstance(new, tuple):
        yield from _listed(spot, old, new)
    elif dataclasses.is_dataclass(old) and type(old) is type(new):
        for field in dataclasses.fields(old):
            yield from _compare(spot.field(field.name), getattr(old, field.name), getattr(new, field.name))
    else:
        change = "added" if old is None else "removed" if new is None else "changed"
        breaking = change != "added" and (spot.area, spot.key) in _BREAKING
        told = f"{spot.said}从 {word(old)} 改为 {word(new)}"
        yield spot.difference(change, told, old, new, breaking=breaking)


def _named(
    spot: _Spot, old: Mapping[str, Any], new: Mapping[str, Any], *, is_item: bool
) -> Iterator[Difference]:
    for name, value in old.items():
        inside = spot.entry(name, value, is_item=is_item)
        if name in new:
            yield from _compare(inside, value, new[name])
        else:
            breaking = spot.path == "pages" or spot.area == "programs"
            yield inside.difference("removed", f"去掉{_what(inside, value)}", value, breaking=breaking)
    for name, value in new.items():
        if name not in old:
            inside = spot.entry(name, value, is_item=is_item)
            yield inside.difference("added", f"增加{_what(inside, value)}", None, value)
    kept = [name for name in old if name in new]
    moved = [name for name in new if name in old]
    if kept != moved:
        yield spot.difference("moved", f"{spot.said}{spot.of}顺序改为 {'、'.join(moved)}", kept, moved)


def _what(spot: _Spot, value: Any) -> str:
    return spot.said if dataclasses.is_dataclass(value) else f"{spot.said}（{word(value)}）"


def _listed(spot: _Spot, old: tuple[Any, ...], new: tuple[Any, ...]) -> Iterator[Difference]:
    came = [one for one in new if one not in old]
    went = [one for one in old if one not in new]
    parts = []
    if came:
        parts.append(f"增加 {'、'.join(map(word, came))}")
    if went:
        parts.append(f"去掉 {'、'.join(map(word, went))}")
    yield spot.difference("changed", f"{spot.said}{'，'.join(parts) or '的顺序或次数改变'}", old, new)


def _has_ids(value: Any) -> bool:
    return isinstance(value, tuple) and all(hasattr(one, "id") for one in value)
