"""Which inputs the form of a model has: its values, those of the models within, each with its label and choices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _

from fangcun.blueprint.document import Id
from fangcun.blueprint.shapes import choices_of
from fangcun.doors.console.plan import edit_fields as fields
from fangcun.doors.console.plan.edit_labels import CHOICES, FIELDS, Label, label_of
from fangcun.doors.console.plan.edit_references import Choices, Known, reference_of, suggestion_of
from fangcun.doors.console.plan.edit_shapes import Field, fields_of
from fangcun.doors.console.plan.edit_tables import PropsField, WhereField

# Mappings whose keys come from elsewhere in the draft: one input for each key.
KEYED: Final[dict[str, str]] = {"scores": "criteria", "privacy": "capabilities"}
NOT_ASKED: Final = {"Blueprint.blueprint"}


Kinds = tuple[tuple[tuple[str, ...], frozenset[str]], ...]


@dataclass(frozen=True, slots=True)
class Within:
    """Where in a form's model an input is: below which keys, for which variants, in which part, under which title."""

    keys: tuple[str, ...] = ()
    kinds: Kinds = ()
    optional: tuple[str, ...] = ()
    title: Label | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One input. `keys` lead to its value within the model; `within.kinds` say for which variants it is asked."""

    keys: tuple[str, ...]
    field: Field
    label: Label
    within: Within = Within()

    @property
    def name(self) -> str:
        return ".".join(self.keys)


def entries_of(model: type, known: Known, plain: dict[str, Any]) -> list[Entry]:
    """The inputs for a model as it stands in the draft. Lists of models are no inputs: see `rows`."""
    return list(_entries(model, known, plain, Within()))


def _entries(model: type, known: Known, plain: Any, within: Within) -> Iterator[Entry]:
    for field in fields_of(model):
        if field.key not in NOT_ASKED:
            yield from _entry(field, known, plain, within)


def _entry(field: Field, known: Known, plain: Any, within: Within) -> Iterator[Entry]:
    keys, value = (*within.keys, field.name), plain.get(field.name) if isinstance(plain, dict) else None
    label = label_of(field.owner, field.name)
    inside = replace(within, keys=keys, title=label)
    if field.kind in ("rows", "items"):
        return
    if field.kind == "model":
        part = within.optional if field.required else keys
        yield from _entries(field.of, known, value, replace(inside, optional=part))
    elif field.kind == "variant":
        yield from _variant(field, known, value, inside)
    elif field.kind == "mapping" and field.name in KEYED:
        written = value if isinstance(value, dict) else {}
        for key, name in {**{key: key for key in written}, **dict(known[KEYED[field.name]])}.items():
            one = Field(field.owner, key, *_inside(field), required=False)
            yield Entry((*keys, key), one, Label(name), inside)
    else:
        yield Entry(keys, field, label, within)


def _variant(field: Field, known: Known, plain: Any, within: Within) -> Iterator[Entry]:
    """Every variant's inputs once, each with the variants that have it."""
    asked: dict[str, list[str]] = {}
    first: dict[str, Field] = {}
    for kind, model in field.of.items():
        for one in fields_of(model):
            asked.setdefault(one.name, []).append(kind)
            first.setdefault(one.name, one)
    kind_field = first.pop("kind")
    choice = Field(kind_field.owner, "kind", "choice", tuple(field.of), required=True)
    yield Entry((*within.keys, "kind"), choice, label_of(kind_field.owner, "kind"), within)
    for name in sorted(
        first, key=lambda name: len(asked[name]) == len(field.of)
    ):  # what is special comes first
        kinds = (*within.kinds, (within.keys, frozenset(asked[name])))
        yield from _entry(first[name], known, plain, replace(within, kinds=kinds))


def _inside(field: Field) -> tuple[Any, Any]:
    """The kind and type of a mapping's values."""
    return ("whole" if field.name == "scores" else "text"), field.of[1]


def is_shown(entry: Entry, value: Any) -> bool:
    """Whether a form can show this value; what is written in another way is left to the text."""
    if value is None:
        return True
    kind = entry.field.kind
    if kind == "mapping":
        return isinstance(value, dict) and all(
            not isinstance(one, dict | list) or (isinstance(one, list) and _flat(one))
            for one in value.values()
        )
    if kind in ("texts", "dates", "choices"):
        return isinstance(value, list) and _flat(value)
    return not isinstance(value, dict | list)


def _flat(values: list[Any]) -> bool:
    """A list of single lines."""
    return not any(isinstance(one, dict | list) or "\n" in fields.shown(one) for one in values)


def input_of(entry: Entry, known: Known, value: Any) -> forms.Field:
    """The form field for an entry that holds this value now."""
    made = _made(entry, known, value)
    if entry.field.default is not None and isinstance(made, fields.WordField):
        made.widget.attrs["placeholder"] = _("默认 %s") % entry.field.default
    return made


def _made(entry: Entry, known: Known, value: Any) -> forms.Field:
    field = entry.field
    more: dict[str, Any] = {"label": entry.label.name, "help_text": entry.label.hint}
    reference, suggestion = reference_of(field.owner, field.name), suggestion_of(field.owner, field.name)
    match field.kind:
        case "choice":
            blank = (
                "—"
                if field.default is None
                else _("%s（默认）") % CHOICES.get(str(field.default), field.default)
            )
            return fields.ChoiceField(choices=_worded(field), value=value, blank=blank, **more)
        case "choices":
            return fields.ChoicesField(choices=_worded(field), value=value, **more)
        case "flag":
            return fields.FlagField(**more)
        case "whole" | "number":
            return fields.NumberField(of=field.of, whole=field.kind == "whole", **more)
        case "date":
            return fields.DateField(shown_value=value, **more)
        case "dates":
            return fields.LinesField(of=field.of, **more)
        case "mapping":
            return PropsField(**more) if field.name == "props" else WhereField(**more)
        case "texts":
            twice = isinstance(value, list) and len({str(one) for one in value}) < len(value)
            if reference and not twice:
                return fields.ChoicesField(choices=known[reference], value=value, **more)
            return fields.LinesField(of=field.of, **more)
    if reference:
        return fields.ChoiceField(choices=known[reference], value=value, **more)
    if field.key in ("Brand.color", "Brand.on_color"):
        return fields.ColorField(of=field.of, **more)
    if field.kind == "word" or suggestion:
        return fields.WordField(of=field.of, options=f"known-{suggestion}" if suggestion else "", **more)
    return fields.TextField(**more)


def _worded(field: Field) -> Choices:
    words = field.of if isinstance(field.of, tuple) else choices_of(field.of)
    return [(word, CHOICES.get(word, word)) for word in words]


def key_entry(model: type) -> Entry:
    """The input for the name of a model that stands in a mapping, such as a page."""
    return Entry(("id",), Field(model, "id", "word", Id, required=True), FIELDS["Goal.id"])
