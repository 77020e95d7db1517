"""How the model's types are read from a tree: what shape each has, why a value is none of it, what to write."""

from __future__ import annotations

import dataclasses
import datetime as dt
import difflib
import functools
import types
import typing
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import ConfigDict, TypeAdapter, ValidationError

from fangcun.blueprint.composing import Node
from fangcun.blueprint.document import Words

SHORT = 40


@dataclass(frozen=True, slots=True)
class ModelField:
    kind: Any
    required: bool


@functools.cache
def fields_of(model: Any) -> dict[str, ModelField]:
    kinds = typing.get_type_hints(model, include_extras=True)
    missing = dataclasses.MISSING
    return {
        one.name: ModelField(kinds[one.name], one.default is missing and one.default_factory is missing)
        for one in dataclasses.fields(model)
    }


@functools.cache
def shape_of(kind: Any) -> tuple[str, Any]:
    """How a type is read: leaf, list, mapping, model, variant, optional or leaf_or_list; with what is inside."""
    origin, inside = get_origin(kind), get_args(kind)
    if origin is Annotated:
        members = get_args(inside[0])
        if members and all(dataclasses.is_dataclass(member) for member in members):
            return "variant", {choices_of(fields_of(member)["kind"].kind)[0]: member for member in members}
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
    return TypeAdapter(kind, config=ConfigDict(strict=True, allow_inf_nan=False))


@functools.cache
def choices_of(kind: Any) -> list[str]:
    return [str(value) for value in get_args(kind)] if get_origin(kind) is Literal else []


def why_not(kind: Any, value: Any) -> tuple[str, str] | None:
    """Why a scalar is not of this type, and what to write; None when it is."""
    if kind is dt.date:
        return f"应为日期，现在是{quoted(value)}", how(kind)
    if value is None:
        return "这里是空的", f"写上{wanted_of(kind)}；以 # 开头的内容要加引号"
    if isinstance(value, bool) and choices_of(kind):
        return f"应为 {'、'.join(choices_of(kind))} 之一，现在是{quoted(value)}", how(kind)
    try:
        _adapter(kind).validate_python(value)
    except ValidationError as refused:
        error = refused.errors(include_url=False)[0]
        context = error.get("ctx") or {}
        said = f"现在是{quoted(value)}"
        match error["type"]:
            case "greater_than_equal":
                return f"应不小于 {context['ge']}，{said}", how(kind)
            case "greater_than":
                return f"应大于 {context['gt']}，{said}", how(kind)
            case "less_than_equal":
                return f"应不大于 {context['le']}，{said}", how(kind)
            case "literal_error":
                allowed = choices_of(kind)
                return f"应为 {'、'.join(allowed)} 之一，{said}", nearest(str(value), allowed)
            case _:
                return f"应为{wanted_of(kind)}，{said}", how(kind)
    return None


def _words(kind: Any) -> Words:
    plain = kind
    if get_origin(kind) is Annotated:
        plain = get_args(kind)[0]
        for mark in get_args(kind)[1:]:
            if isinstance(mark, Words):
                return mark
    if choices := choices_of(kind):
        return Words(f"{'、'.join(choices)} 之一", f"写 {'、'.join(choices)} 之一")
    known = {
        str: Words("文字", "数字或 true、false 作文字用时加引号"),
        int: Words("整数", "写一个整数，不带引号和单位"),
        float: Words("数字", "写一个数字，不带引号、百分号和单位；12% 写作 0.12"),
        bool: Words("true 或 false", "写 true 或 false，不带引号"),
        dt.date: Words("日期", "写成 年-月-日，例如 2027-06-30"),
    }
    return known.get(plain, Words("文字、数字或 true、false", "写一个值"))


def wanted_of(kind: Any) -> str:
    return _words(kind).name


def how(kind: Any) -> str:
    return _words(kind).example


def example(kind: Any) -> str:
    shape, inner = shape_of(kind)
    if shape == "optional":
        return example(inner)
    if shape == "list":
        return "[…]"
    if shape != "leaf":
        return "{…}"
    return choices_of(kind)[0] if choices_of(kind) else f"…（{wanted_of(kind)}）"


def stand_in(kind: Any) -> Any:
    """A value of a type for a place where the document has none; nobody looks at it without asking `sound`."""
    shape, inner = shape_of(kind)
    if shape == "optional":
        return None
    if shape == "list":
        return ()
    if shape == "mapping":
        return {}
    if shape == "variant":
        return stand_in(next(iter(inner.values())))
    if shape == "model":
        return kind(**{name: stand_in(one.kind) for name, one in fields_of(kind).items() if one.required})
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    plain = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    if plain is dt.date:
        return dt.date.min
    return {int: 0, float: 0.0, bool: False}.get(plain, "")


def nearest(name: str, allowed: list[str]) -> str:
    close = difflib.get_close_matches(name[:SHORT], allowed, n=1)
    return f"是否想写 {close[0]}？" if close else f"可以写的有：{'、'.join(allowed)}"


def quoted(value: Any) -> str:
    if value is None:
        return "空"
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
    text = text if len(text) <= SHORT else f"{text[:SHORT]}…"
    return f"文字“{text}”" if isinstance(value, str) else f" {text}"


def node_said(node: Node) -> str:
    return {"list": "列表", "map": "一组键和值"}.get(node.kind) or quoted(node.value)
