"""From a text to a blueprint: everything that is wrong with the form is found, and the rest is still read."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from fangcun.blueprint import composing
from fangcun.blueprint.composing import Node, Unreadable
from fangcun.blueprint.document import Blueprint
from fangcun.blueprint.findings import Finding, Severity
from fangcun.blueprint.shapes import (
    choices_of,
    example,
    fields_of,
    how,
    nearest,
    node_said,
    shape_of,
    stand_in,
    wanted_of,
    why_not,
)

MOST_VALUES = 300_000  # with everything that aliases repeat

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands, from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Document:
    """A blueprint as it was read.

    `blueprint` is None only when the text is no YAML mapping at all. Where a value was missing or of the wrong
    type, the blueprint holds a stand-in and `sound` says so; a document without such findings has none.
    """

    text: str
    blueprint: Blueprint | None
    findings: tuple[Finding, ...]
    places: Mapping[str, Place]
    flaws: frozenset[str]

    def place(self, path: str) -> Place:
        """Where the value at a path stands, else the nearest thing around it."""
        while path and path not in self.places:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.places.get(path) or Place(1, 1)

    def sound(self, *paths: str) -> bool:
        """Whether the values at these paths are there and of the right type."""
        return not self.flaws.intersection(paths)


def read(source: str | bytes) -> Document:
    """Read a document, as far as it can be read; what is wrong with its form is in `findings`."""
    try:
        text = composing.decode(source)
    except Unreadable as refused:
        return _unreadable("", refused)
    try:
        root = composing.compose(text)
        reader = _Reader()
        blueprint = reader.document(root)
    except Unreadable as refused:
        return _unreadable(text, refused)
    return Document(text, blueprint, tuple(reader.findings), reader.places, frozenset(reader.flaws))


def _unreadable(text: str, refused: Unreadable) -> Document:
    place = (refused.line, refused.column)
    finding = Finding("yaml-syntax", Severity.ERROR, "", *place, refused.message, refused.fix)
    return Document(text, None, (finding,), {}, frozenset())


class _Reader:
    """Walks the tree and the model's types side by side."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.places: dict[str, Place] = {}
        self.flaws: set[str] = set()
        self.count = 0

    def document(self, root: Node) -> Blueprint | None:
        if root.kind != "map":
            self._find("wrong-type", "", root, "蓝图应是一组键和值", "以 blueprint: 1 开头，参考样例")
            return None
        return cast(Blueprint, self._model(Blueprint, root, ""))

    def _find(self, rule: str, path: str, at: Node | Place, message: str, fix: str) -> None:
        self.findings.append(Finding(rule, Severity.ERROR, path, at.line, at.column, message, fix))

    def _wrong(self, kind: Any, node: Node, path: str, message: str, fix: str) -> Any:
        self.flaws.add(path)
        place = self.places.get(path, Place(node.line, node.column))
        at = Place(place.line, node.column if node.line == place.line else place.column)
        self._find("wrong-type", path, at, message, fix)
        return stand_in(kind)

    def _value(self, kind: Any, node: Node, path: str) -> Any:
        self.count += 1
        if self.count > MOST_VALUES:
            raise Unreadable(
                "展开 YAML 引用后内容过多", "不要让引用层层套用引用", line=node.line, column=node.column
            )
        shape, inner = shape_of(kind)
        if shape == "optional":
            if node.kind == "scalar" and node.value is None:
                return self._wrong(kind, node, path, "这里是空的", "写上值，或删去这一行")
            return self._value(inner, node, path)
        if shape == "leaf_or_list":
            return self._value(inner[1] if node.kind == "list" else inner[0], node, path)
        if shape == "leaf":
            return self._leaf(kind, node, path)
        wanted = "list" if shape == "list" else "map"
        if node.kind != wanted:
            what, fix = (
                ("列表", "写成 [a, b]，或每项一行、以 - 开头")
                if wanted == "list"
                else ("一组键和值", "写成 {键: 值}，或每个键一行、缩进对齐")
            )
            return self._wrong(kind, node, path, f"应为{what}，现在是{node_said(node)}", fix)
        if shape == "list":
            return self._list(inner, node, path)
        if shape == "mapping":
            return self._mapping(inner[0], inner[1], node, path)
        if shape == "variant":
            return self._variant(inner, node, path)
        return self._model(kind, node, path)

    def _list(self, kind: Any, node: Node, path: str) -> tuple[Any, ...]:
        with_ids = shape_of(kind)[0] == "model" and "id" in fields_of(kind)
        ids: set[object] = set()
        values = []
        for number, item in enumerate(node.items):
            name: object = number
            if with_ids and (found := _entry(item, "id")) is not None and isinstance(found[1].value, str):
                name = found[1].value
                if name in ids:
                    message = f"编号 {name} 在这个列表里已经用过"
                    self._find("duplicate-id", f"{path}[{name}]", found[1], message, "换一个编号")
                    name = f"{name}#{number}"
                ids.add(name)
            inside = f"{path}[{name}]"
            self.places[inside] = Place(item.line, item.column)
            values.append(self._value(kind, item, inside))
        return tuple(values)

    def _mapping(self, key_kind: Any, kind: Any, node: Node, path: str) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, item in node.pairs:
            name = _key(key)
            inside = f"{path}.{name}"
            if name in values:
                self._find("duplicate-id", inside, key, f"{name} 已经写过一次", "合并成一处，或换一个名字")
                continue
            if key.column <= item.column and key.line == item.line:
                self.places[inside] = Place(key.line, item.column)
            else:
                self.places[inside] = Place(key.line, key.column)
            if (problem := why_not(key_kind, key.value)) is not None:
                self.flaws.add(inside)
                allowed = choices_of(key_kind)
                rule = "unknown-key" if allowed else "wrong-type"
                fix = nearest(name, allowed) if allowed else problem[1]
                self._find(rule, inside, key, f"{name}：{problem[0]}", fix)
                if allowed:
                    continue
            values[name] = self._value(kind, item, inside)
        return values

    def _variant(self, variants: dict[str, Any], node: Node, path: str) -> Any:
        entry = _entry(node, "kind")
        if entry is None:
            self.flaws.add(path)
            place = self.places.get(path, Place(node.line, node.column))
            self._find(
                "missing-key", f"{path}.kind", place, "缺少 kind", f"写 kind: {'、'.join(variants)} 之一"
            )
            return stand_in(next(iter(variants.values())))
        kind = entry[1].value
        if not isinstance(kind, str) or kind not in variants:
            inside = f"{path}.kind"
            self.flaws.update((path, inside))
            message = f"kind 应为 {'、'.join(variants)} 之一，现在是{node_said(entry[1])}"
            self._find("wrong-type", inside, entry[1], message, nearest(str(kind), list(variants)))
            return stand_in(next(iter(variants.values())))
        value = self._model(variants[kind], node, path)
        if any(flaw.startswith(f"{path}.") for flaw in self.flaws):
            self.flaws.add(path)
        return value

    def _model(self, model: Any, node: Node, path: str) -> Any:
        fields = fields_of(model)
        values: dict[str, Any] = {}
        prefix = f"{path}." if path else ""
        for key, item in node.pairs:
            name, inside = _key(key), f"{prefix}{_key(key)}"
            if name not in fields:
                self._find("unknown-key", inside, key, f"没有 {name} 这个键", nearest(name, list(fields)))
                continue
            if name in values:
                self._find("yaml-syntax", inside, key, f"{name} 在这里写了两次", "合并成一处")
                continue
            same_line = key.line == item.line
            self.places[inside] = Place(key.line, item.column if same_line else key.column)
            values[name] = self._value(fields[name].kind, item, inside)
        for name, one in fields.items():
            if name in values:
                continue
            if one.required:
                inside = f"{prefix}{name}"
                self.flaws.add(inside)
                place = self.places.get(path, Place(node.line, node.column))
                self._find("missing-key", inside, place, f"缺少 {name}", f"加上 {name}: {example(one.kind)}")
                values[name] = stand_in(one.kind)
        return model(**values)

    def _leaf(self, kind: Any, node: Node, path: str) -> Any:
        if node.kind != "scalar":
            return self._wrong(kind, node, path, f"应为{wanted_of(kind)}，现在是{node_said(node)}", how(kind))
        value: Any = node.value
        if kind is dt.date and isinstance(value, str) and _DATE.fullmatch(value):
            try:
                day = dt.date.fromisoformat(value)
            except ValueError:
                return self._wrong(kind, node, path, f"没有 {value} 这一天", "写一个存在的日期")
            if not 1970 <= day.year <= 2999:
                return self._wrong(kind, node, path, f"{value} 不像一个真实的日期", "检查年份")
            return day
        if (problem := why_not(kind, value)) is not None:
            return self._wrong(kind, node, path, *problem)
        return float(value) if kind is float else value


def _entry(node: Node, name: str) -> tuple[Node, Node] | None:
    return next((pair for pair in node.pairs if pair[0].value == name), None)


def _key(node: Node) -> str:
    return node.value if isinstance(node.value, str) else str(node.value)
