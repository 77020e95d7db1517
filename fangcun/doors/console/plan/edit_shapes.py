"""What the forms must know of the document's model: the fields of a class and what kind of value each one holds."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import types
import typing
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le
from pydantic.fields import FieldInfo

from fangcun.blueprint.document import Words

Kind = Literal[
    "text", "word", "whole", "number", "date", "flag", "choice",  # one value
    "texts", "dates", "choices",  # a list of values
    "mapping",  # keys of the author's choosing, each with a value
    "model", "variant",  # values within
    "rows",  # a list of models
    "items",  # models by name
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a model. `of` is the model, the models by their kind, or the type of a value."""

    owner: type
    name: str
    kind: Kind
    of: Any
    required: bool

    @property
    def key(self) -> str:
        """How the tables of labels and references call it."""
        return f"{self.owner.__name__}.{self.name}"


@functools.cache
def fields_of(model: type) -> tuple[Field, ...]:
    """The fields of a model, in its order: first those that must be there, as the class has them."""
    kinds = typing.get_type_hints(model, include_extras=True)
    missing = dataclasses.MISSING
    return tuple(
        Field(
            model,
            one.name,
            *_kind(kinds[one.name]),
            one.default is missing and one.default_factory is missing,
        )
        for one in dataclasses.fields(model)
    )


def field_of(model: type, name: str) -> Field | None:
    """One field of a model, or None when it has none of this name."""
    return next((field for field in fields_of(model) if field.name == name), None)


def choices_of(kind: Any) -> tuple[str, ...]:
    """The words that a type allows; none when it isn't a choice."""
    return tuple(str(value) for value in get_args(kind)) if get_origin(kind) is Literal else ()


def words_of(kind: Any) -> Words | None:
    """How a restricted text is called and written."""
    return next((mark for mark in _marks(kind) if isinstance(mark, Words)), None)


def pattern_of(kind: Any) -> str | None:
    """The regular expression that a restricted text must match."""
    for mark in _constraints(kind):
        if (pattern := getattr(mark, "pattern", None)) is not None:
            return str(pattern)
    return None


def bounds_of(kind: Any) -> tuple[float | None, float | None, bool]:
    """The smallest and the largest number that a type allows, and whether it must be more than the smallest."""
    low = high = None
    above = False
    for mark in _constraints(kind):
        if isinstance(mark, Ge):
            low = float(typing.cast(float, mark.ge))
        elif isinstance(mark, Gt):
            low, above = float(typing.cast(float, mark.gt)), True
        elif isinstance(mark, Le):
            high = float(typing.cast(float, mark.le))
    return low, high, above


def is_model(kind: Any) -> bool:
    """Whether a type is a class of the document's model."""
    return dataclasses.is_dataclass(kind)


def _marks(kind: Any) -> tuple[Any, ...]:
    return get_args(kind)[1:] if get_origin(kind) is Annotated else ()


def _constraints(kind: Any) -> list[Any]:
    found: list[Any] = []
    for mark in _marks(kind):
        found += mark.metadata if isinstance(mark, FieldInfo) else [mark]
    return found


def _kind(kind: Any) -> tuple[Kind, Any]:
    origin, inside = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType) and type(None) in inside:
        rest = [member for member in inside if member is not type(None)]
        return _kind(functools.reduce(lambda a, b: a | b, rest))
    if origin is tuple:
        return _list(inside[0])
    if origin is dict:
        return ("items" if is_model(inside[1]) else "mapping"), inside
    if origin is Annotated:
        members = [member for member in get_args(inside[0]) if is_model(member)]
        if members:
            return "variant", {_kind_of(member): member for member in members}
    if is_model(kind):
        return "model", kind
    return _leaf(kind), kind


def _list(of: Any) -> tuple[Kind, Any]:
    if is_model(of):
        return "rows", of
    if of is dt.date:
        return "dates", of
    return ("choices" if choices_of(of) else "texts"), of


def _leaf(kind: Any) -> Kind:
    plain = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    if get_origin(plain) is Literal:
        return "choice"
    if plain is str and words_of(kind) is not None:
        return "word"
    return {bool: "flag", int: "whole", float: "number", dt.date: "date"}.get(plain, "text")  # type: ignore[return-value]


def _kind_of(variant: type) -> str:
    return choices_of(typing.get_type_hints(variant, include_extras=True)["kind"])[0]
