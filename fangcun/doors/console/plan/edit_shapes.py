"""What the forms must know of the document's model: the fields of a class and what kind of value each one holds."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args, get_origin

from fangcun.blueprint import shapes
from fangcun.blueprint.document import Words
from fangcun.blueprint.shapes import choices_of

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

    @property
    def default(self) -> str | int | float | None:
        """What holds when the field is left out; None when nothing particular does."""
        for one in dataclasses.fields(self.owner):
            if one.name == self.name and isinstance(one.default, str | int | float) and one.default != "":
                return one.default
        return None


@functools.cache
def fields_of(model: type) -> tuple[Field, ...]:
    """The fields of a model, in the order in which the class has them."""
    return tuple(
        Field(model, name, *_kind(one.kind), one.required) for name, one in shapes.fields_of(model).items()
    )


def field_of(model: type, name: str) -> Field | None:
    """One field of a model, or None when it has none of this name."""
    return next((field for field in fields_of(model) if field.name == name), None)


def _kind(kind: Any) -> tuple[Kind, Any]:
    shape, inner = shapes.shape_of(kind)
    match shape:
        case "optional":
            return _kind(inner)
        case "list":
            return _list(inner)
        case "mapping":
            return ("items" if dataclasses.is_dataclass(inner[1]) else "mapping"), inner
        case "variant":
            return "variant", inner
        case "model":
            return "model", kind
    return _leaf(kind), kind


def _list(of: Any) -> tuple[Kind, Any]:
    if dataclasses.is_dataclass(of):
        return "rows", of
    if of is dt.date:
        return "dates", of
    return ("choices" if choices_of(of) else "texts"), of


def _leaf(kind: Any) -> Kind:
    plain, *marks = get_args(kind) if get_origin(kind) is Annotated else (kind,)
    if choices_of(plain):
        return "choice"
    if plain is str:
        return "word" if any(isinstance(mark, Words) for mark in marks) else "text"
    simple: dict[Any, Kind] = {bool: "flag", int: "whole", float: "number", dt.date: "date"}
    return simple.get(plain, "text")
