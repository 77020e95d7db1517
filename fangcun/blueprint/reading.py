"""From a text to a blueprint: everything that is wrong with the form is found, and the rest is still read."""

from __future__ import annotations

import dataclasses
import datetime as dt
import difflib
import functools
import re
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin

from pydantic import ConfigDict, TypeAdapter, ValidationError

from fangcun.blueprint import composing
from fangcun.blueprint.composing import Node, Unreadable
from fangcun.blueprint.document import Blueprint, Words
from fangcun.blueprint.findings import Finding, Severity

MOST_VALUES = 300_000  # with everything that aliases repeat
SHORT = 40

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
T = TypeVar("T")


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
        return _stand_in(kind)

    def _value(self, kind: Any, node: Node, path: str) -> Any:
        self.count += 1
        if self.count > MOST_VALUES:
            raise Unreadable(
                "展开 YAML 引用后内容过多", "不要让引用层层套用引用", line=node.line, column=node.column
            )
        shape, inner = _shape(kind)
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
            return self._wrong(kind, node, path, f"应为{what}，现在是{_said(node)}", fix)
        if shape == "list":
            return self._list(inner, node, path)
        if shape == "mapping":
            return self._mapping(inner[0], inner[1], node, path)
        if shape == "variant":
            return self._variant(inner, node, path)
        return self._model(kind, node, path)

    def _list(self, kind: Any, node: Node, path: str) -> tuple[Any, ...]:
        with_ids = _shape(kind)[0] == "model" and "id" in _fields(kind)
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
            if (problem := _problem(key_kind, key.value)) is not None:
                self.flaws.add(inside)
                allowed = _choices(key_kind)
                rule = "unknown-key" if allowed else "wrong-type"
                fix = _nearest(name, allowed) if allowed else problem[1]
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
            return _stand_in(next(iter(variants.values())))
        kind = entry[1].value
        if not isinstance(kind, str) or kind not in variants:
            inside = f"{path}.kind"
            self.flaws.update((path, inside))
            message = f"kind 应为 {'、'.join(variants)} 之一，现在是{_said(entry[1])}"
            self._find("wrong-type", inside, entry[1], message, _nearest(str(kind), list(variants)))
            return _stand_in(next(iter(variants.values())))
        value = self._model(variants[kind], node, path)
        if any(flaw.startswith(f"{path}.") for flaw in self.flaws):
            self.flaws.add(path)
        return value

    def _model(self, model: Any, node: Node, path: str) -> Any:
        fields = _fields(model)
        values: dict[str, Any] = {}
        prefix = f"{path}." if path else ""
        for key, item in node.pairs:
            name, inside = _key(key), f"{prefix}{_key(key)}"
            if name not in fields:
                self._find("unknown-key", inside, key, f"没有 {name} 这个键", _nearest(name, list(fields)))
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
                self._find("missing-key", inside, place, f"缺少 {name}", f"加上 {name}: {_example(one.kind)}")
                values[name] = _stand_in(one.kind)
        return model(**values)

    def _leaf(self, kind: Any, node: Node, path: str) -> Any:
        if node.kind != "scalar":
            return self._wrong(kind, node, path, f"应为{_wanted(kind)}，现在是{_said(node)}", _how(kind))
        value: Any = node.value
        if kind is dt.date and isinstance(value, str) and _DATE.fullmatch(value):
            try:
                day = dt.date.fromisoformat(value)
            except ValueError:
                return self._wrong(kind, node, path, f"没有 {value} 这一天", "写一个存在的日期")
            if not 1970 <= day.year <= 2999:
                return self._wrong(kind, node, path, f"{value} 不像一个真实的日期", "检查年份")
            return day
        if (problem := _problem(kind, value)) is not None:
            return self._wrong(kind, node, path, *problem)
        return float(value) if kind is float else value


@dataclass(frozen=True, slots=True)
class _Field:
    kind: Any
    required: bool


@functools.cache
def _fields(model: Any) -> dict[str, _Field]:
    kinds = typing.get_type_hints(model, include_extras=True)
    missing = dataclasses.MISSING
    return {
        one.name: _Field(kinds[one.name], one.default is missing and one.default_factory is missing)
        for one in dataclasses.fields(model)
    }


@functools.cache
def _shape(kind: Any) -> tuple[str, Any]:
    """How a type is read: leaf, list, mapping, model, variant, optional or leaf_or_list; with what is inside."""
    origin, inside = get_origin(kind), get_args(kind)
    if origin is Annotated:
        members = get_args(inside[0])
        if members and all(dataclasses.is_dataclass(member) for member in members):
            return "variant", {_choices(_fields(member)["kind"].kind)[0]: member for member in members}
        return "leaf", None
    if origin in (Union, types.UnionType):
        if type(None) in inside:
            rest = tuple(member for member in inside if member is not type(None))
            return "optional", functools.reduce(lambda a, b: a | b, rest)
        lists = [member for member in inside if get_origin(member) is tuple]
        if lists:
            rest = tuple(member for member in inside if member not in lists)
            return "leaf_or_list", (functools.reduce(lambda a, b: a | b, rest), lists[0])
        return "leaf", None
    if origin is tuple:
        return "list", inside[0]
    if origin is dict:
        return "mapping", inside
    return ("model", None) if dataclasses.is_dataclass(kind) else ("leaf", None)


@functools.cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind, config=ConfigDict(strict=True))


@functools.cache
def _choices(kind: Any) -> list[str]:
    return [str(value) for value in get_args(kind)] if get_origin(kind) is Literal else []


def _problem(kind: Any, value: Any) -> tuple[str, str] | None:
    """Why a scalar is not of this type, and what to write; None when it is."""
    if kind is dt.date:
        return f"应为日期，现在是{_quoted(value)}", _how(kind)
    if value is None:
        return "这里是空的", f"写上{_wanted(kind)}；以 # 开头的内容要加引号"
    if isinstance(value, bool) and _choices(kind):
        return f"应为 {'、'.join(_choices(kind))} 之一，现在是{_quoted(value)}", _how(kind)
    try:
        _adapter(kind).validate_python(value)
    except ValidationError as refused:
        error = refused.errors(include_url=False)[0]
        context = error.get("ctx") or {}
        said = f"现在是{_quoted(value)}"
        match error["type"]:
            case "greater_than_equal":
                return f"应不小于 {context['ge']}，{said}", _how(kind)
            case "greater_than":
                return f"应大于 {context['gt']}，{said}", _how(kind)
            case "less_than_equal":
                return f"应不大于 {context['le']}，{said}", _how(kind)
            case "literal_error":
                allowed = _choices(kind)
                return f"应为 {'、'.join(allowed)} 之一，{said}", _nearest(str(value), allowed)
            case _:
                return f"应为{_wanted(kind)}，{said}", _how(kind)
    return None


def _words(kind: Any) -> Words:
    plain = kind
    if get_origin(kind) is Annotated:
        plain = get_args(kind)[0]
        for mark in get_args(kind)[1:]:
            if isinstance(mark, Words):
                return mark
    if choices := _choices(kind):
        return Words(f"{'、'.join(choices)} 之一", f"写 {'、'.join(choices)} 之一")
    known = {
        str: Words("文字", "数字或 true、false 作文字用时加引号"),
        int: Words("整数", "写一个整数，不带引号和单位"),
        float: Words("数字", "写一个数字，不带引号、百分号和单位；12% 写作 0.12"),
        bool: Words("true 或 false", "写 true 或 false，不带引号"),
        dt.date: Words("日期", "写成 年-月-日，例如 2027-06-30"),
    }
    return known.get(plain, Words("文字、数字或 true、false", "写一个值"))


def _wanted(kind: Any) -> str:
    return _words(kind).name


def _how(kind: Any) -> str:
    return _words(kind).example


def _example(kind: Any) -> str:
    shape, inner = _shape(kind)
    if shape == "optional":
        return _example(inner)
    if shape == "list":
        return "[…]"
    if shape != "leaf":
        return "{…}"
    return _choices(kind)[0] if _choices(kind) else f"…（{_wanted(kind)}）"


def _stand_in(kind: Any) -> Any:
    """A value of a type for a place where the document has none; nobody looks at it without asking `sound`."""
    shape, inner = _shape(kind)
    if shape == "optional":
        return None
    if shape == "list":
        return ()
    if shape == "mapping":
        return {}
    if shape == "variant":
        return _stand_in(next(iter(inner.values())))
    if shape == "model":
        return kind(**{name: _stand_in(one.kind) for name, one in _fields(kind).items() if one.required})
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    plain = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    if plain is dt.date:
        return dt.date.min
    return {int: 0, float: 0.0, bool: False}.get(plain, "")


def _entry(node: Node, name: str) -> tuple[Node, Node] | None:
    return next((pair for pair in node.pairs if pair[0].value == name), None)


def _key(node: Node) -> str:
    return node.value if isinstance(node.value, str) else str(node.value)


def _nearest(name: str, allowed: list[str]) -> str:
    close = difflib.get_close_matches(name[:SHORT], allowed, n=1)
    return f"是否想写 {close[0]}？" if close else f"可以写的有：{'、'.join(allowed)}"


def _quoted(value: Any) -> str:
    if value is None:
        return "空"
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
    text = text if len(text) <= SHORT else f"{text[:SHORT]}…"
    return f"文字“{text}”" if isinstance(value, str) else f" {text}"


def _said(node: Node) -> str:
    return {"list": "列表", "map": "一组键和值"}.get(node.kind) or _quoted(node.value)
