"""What was written differently: a walk through both documents that leaves nothing unnamed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from fangcun.blueprint.differences.difference import AREAS, Difference, called, plain, sentence, word
from fangcun.blueprint.document import Blueprint

# What customers, links or recorded numbers already rely on.
_BREAKING = {("pages", "path"), ("goals", "metric"), ("programs", "role")}


def written(before: Blueprint, after: Blueprint) -> Iterator[Difference]:
    for field in dataclasses.fields(Blueprint):
        if field.name == "blueprint":
            continue
        old, new = getattr(before, field.name), getattr(after, field.name)
        yield from _compare(field.name, field.name, old, new)


def _compare(area: str, path: str, old: Any, new: Any) -> Iterator[Difference]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _named(area, path, old, new, "{path}.{name}")
    elif _has_ids(old) and _has_ids(new) and (old or new):
        yield from _named(
            area, path, {one.id: one for one in old}, {one.id: one for one in new}, "{path}[{name}]"
        )
    elif isinstance(old, tuple) and isinstance(new, tuple):
        yield from _listed(area, path, old, new)
    elif dataclasses.is_dataclass(old) and type(old) is type(new):
        for field in dataclasses.fields(old):
            inside = f"{path}.{field.name}"
            yield from _compare(area, inside, getattr(old, field.name), getattr(new, field.name))
    else:
        change = "added" if old is None else "removed" if new is None else "changed"
        breaking = change != "added" and (area, path.rpartition(".")[2]) in _BREAKING
        yield Difference(area, change, path, sentence(area, path, old, new), breaking, plain(old), plain(new))


def _named(
    area: str, path: str, old: Mapping[str, Any], new: Mapping[str, Any], form: str
) -> Iterator[Difference]:
    for name, value in old.items():
        inside = form.format(path=path, name=name)
        if name not in new:
            breaking = path == "pages" or area == "programs"
            text = f"{AREAS[area]}：去掉 {called(inside, value)}"
            yield Difference(area, "removed", inside, text, breaking, plain(value), None)
        elif dataclasses.is_dataclass(value) and type(value) is not type(new[name]):
            yield Difference(area, "changed", inside, sentence(area, inside, value, new[name]), True)
        else:
            yield from _compare(area, inside, value, new[name])
    for name, value in new.items():
        if name not in old:
            inside = form.format(path=path, name=name)
            text = f"{AREAS[area]}：增加 {called(inside, value)}"
            yield Difference(area, "added", inside, text, False, None, plain(value))
    kept = [name for name in old if name in new]
    moved = [name for name in new if name in old]
    if kept != moved:
        text = f"{AREAS[area]}：{path} 的顺序改为 {'、'.join(moved)}"
        yield Difference(area, "moved", path, text, False, kept, moved)


def _listed(area: str, path: str, old: tuple[Any, ...], new: tuple[Any, ...]) -> Iterator[Difference]:
    came = [one for one in new if one not in old]
    went = [one for one in old if one not in new]
    parts = []
    if came:
        parts.append(f"增加 {'、'.join(map(word, came))}")
    if went:
        parts.append(f"去掉 {'、'.join(map(word, went))}")
    text = f"{AREAS[area]}：{path} {'，'.join(parts) or '的顺序或次数改变'}"
    yield Difference(area, "changed", path, text, False, plain(old), plain(new))


def _has_ids(value: Any) -> bool:
    return isinstance(value, tuple) and all(hasattr(one, "id") for one in value)
