"""Which page of the editor shows a path: the form of a model, or a list of models; and which input within."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from fangcun.blueprint.document import Blueprint
from fangcun.doors.console.plan.edit_labels import ENTRIES, Text, label_of
from fangcun.doors.console.plan.edit_shapes import Field, field_of, fields_of
from fangcun.doors.console.plan.edit_tree import Item, Tokens, name_in, number_in, path_of, value_at

# Lists that are edited as rows on the page of what they belong to; of the others each entry has a page of its own.
INLINE: Final = frozenset(
    {
        "Enterprise.pains",
        "Competitors.criteria",
        "Competitors.openings",
        "Competitor.evidence",
        "Scenario.steps",
        "Scenario.otherwise",
        "Content.videos",
        "Team.members",
        "Stage.acceptance",
    }
)


@dataclass(frozen=True, slots=True)
class Target:
    """A page of the editor. `rest` is the part of the path that lies within it; `field` is the list shown."""

    kind: Literal["form", "list"]
    at: Tokens
    model: type
    field: Field
    rest: Tokens = ()

    @property
    def path(self) -> str:
        return path_of(self.at)

    @property
    def section(self) -> str:
        """The part of the blueprint in which it lies."""
        return str(self.at[0]) if self.at else ""

    @property
    def is_entry(self) -> bool:
        """Whether it is one entry of a list."""
        return self.kind == "form" and len(self.at) > 1

    @property
    def is_named(self) -> bool:
        """Whether the model stands under a name, as a page does."""
        return self.field.kind == "items"

    @property
    def parent(self) -> str:
        """The path of the list in which an entry stands."""
        return path_of(self.at[:-1])

    @property
    def entry(self) -> Text:
        """What one entry of the list is called."""
        return ENTRIES[self.model.__name__]


def target_of(tokens: Tokens, plain: Any) -> Target | None:
    """The page for a path, as near as the draft has one; None for a path that is none of the blueprint's."""
    model, found = Blueprint, None
    for number, token in enumerate(tokens):
        field = field_of(model, token) if isinstance(token, str) else None
        if field is None or field.key in INLINE:
            break
        here, rest = tokens[: number + 1], tokens[number + 1 :]
        if field.kind in ("rows", "items"):
            entry = field.of if field.kind == "rows" else field.of[1]
            found = Target("list", here, entry, field, rest)
            if rest and _has((*here, rest[0]), plain):
                found = Target("form", (*here, rest[0]), entry, field, rest[1:])
            break
        if field.kind != "model" or number > 0:
            break
        model = field.of
        found = Target("form", here, model, field, rest)
    return found


def inline_of(model: type) -> list[Field]:
    """The lists that are rows of a model's form."""
    return [field for field in fields_of(model) if field.key in INLINE]


def lists_of(model: type) -> list[Field]:
    """The lists of a model whose entries have pages of their own."""
    return [
        field for field in fields_of(model) if field.kind in ("rows", "items") and field.key not in INLINE
    ]


def sections() -> list[Field]:
    """The parts of a blueprint, in the order in which one thinks of them."""
    return [field for name in ORDER if (field := field_of(Blueprint, name)) is not None]


ORDER: Final = (
    "enterprise",
    "goals",
    "competitors",
    "features",
    "scenarios",
    "pages",
    "navigation",
    "programs",
    "content",
    "team",
    "schedule",
    "contingencies",
    "qualifications",
    "brand",
    "launch",
    "budgets",
)


def entries_at(target: Target, plain: Any) -> list[tuple[str, Any]]:
    """The entries of a list with their paths."""
    try:
        found = value_at(plain, target.at)
    except LookupError:
        return []
    if isinstance(found, dict):
        return [(path_of((*target.at, key)), entry) for key, entry in found.items()]
    if isinstance(found, list):
        names = [Item(name_in(found, number)) for number in range(len(found))]
        return [(path_of((*target.at, name)), entry) for name, entry in zip(names, found, strict=True)]
    return []


def title_of(target: Target, plain: Any) -> Text:
    """What a page of the editor is called: by the entry's own words where it has some."""
    if not target.is_entry:
        return label_of(target.field.owner, target.field.name).name
    try:
        entry = value_at(plain, target.at)
    except LookupError:
        entry = None
    return called(entry) or path_of(target.at[-1:])


def called(entry: Any) -> str:
    """The words by which people know an entry."""
    words = entry if isinstance(entry, dict) else {}
    names = (words.get(name) for name in ("statement", "title", "name", "text", "plan", "when", "id"))
    return next((name for name in names if isinstance(name, str) and name), "")


def input_in(target: Target, rest: Tokens, plain: Any, names: set[str]) -> str | None:
    """The input that shows a path within a form: the nearest one of `names` around it, else the row's prefix."""
    if not rest or not isinstance(rest[0], str):
        return None
    prefix = ""
    field = field_of(target.model, rest[0])
    if field is not None and field.key in INLINE:
        if len(rest) < 2 or not isinstance(rest[1], Item):
            return None
        try:
            rows = value_at(plain, (*target.at, rest[0]))
        except LookupError:
            return None
        number = number_in(rows, rest[1].name) if isinstance(rows, list) else None
        if number is None:
            return None
        prefix, rest = f"{field.name}-{number}-", rest[2:]
    keys = [token for token in rest if isinstance(token, str)]
    while keys:
        if (name := prefix + ".".join(keys)) in names:
            return name
        keys.pop()
    return prefix or None


def _has(at: Tokens, plain: Any) -> bool:
    try:
        value_at(plain, at)
    except LookupError:
        return False
    return True
