"""How a form is laid out: groups of inputs, rows with what is rare folded away, findings at their field."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from django.forms import BoundField, CheckboxSelectMultiple

from fangcun.blueprint.findings import Finding
from fangcun.doors.console.plan.edit_entries import Entry
from fangcun.doors.console.plan.edit_forms import ItemForm
from fangcun.doors.console.plan.edit_labels import ENTRIES, Label, Text, label_of
from fangcun.doors.console.plan.edit_rows import RowSet
from fangcun.doors.console.plan.edit_shapes import Field
from fangcun.doors.console.plan.edit_targets import Target, input_in
from fangcun.doors.console.plan.edit_tree import tokens_of

# What of a long row is always seen; the rest is folded away.
ALWAYS: Final[dict[str, tuple[str, ...]]] = {
    "Step": ("id", "actor", "page", "event"),
    "Branch": ("id", "when", "after", "event"),
}
# Texts of a sentence or more.
LONG: Final = frozenset(
    {"statement", "text", "note", "plan", "business_model", "waived", "when", "ugc_measures"}
)
Findings = dict[str, list[Finding]]


@dataclass(slots=True)
class Input:
    """One input with what is to be said about it."""

    bound: BoundField
    looks: str
    kinds: str
    findings: list[Finding]


@dataclass(slots=True)
class Group:
    """Inputs that belong together."""

    label: Label | None
    inputs: list[Input] = field(default_factory=list)

    @property
    def kinds(self) -> str:
        """For which variants the group is there: those of its first input, which is the kind where it has one."""
        return self.inputs[0].kinds


@dataclass(slots=True)
class RowView:
    """One row of a list."""

    form: ItemForm
    inputs: list[Input]
    more: list[Group]
    findings: list[Finding]

    @property
    def is_open(self) -> bool:
        """Whether something in the folded part wants to be seen."""
        inside = [one for group in self.more for one in group.inputs]
        return any(one.findings or one.bound.errors for one in inside)

    @property
    def facts(self) -> list[tuple[Text, str]]:
        """What the folded part holds, in a few words."""
        told: list[tuple[Text, str]] = []
        for name in ("props", "ask_consent", "message", "then"):
            value = self.form.seen.get(name)
            if isinstance(value, dict | list) and value:
                count = "" if name == "message" else str(len(value))
                told.append((label_of(self.form.model, name).name, count))
        return told


@dataclass(slots=True)
class RowsView:
    """A list that is edited as rows."""

    label: Label
    entry: Text
    model: str
    set: RowSet
    rows: list[RowView]
    blank: RowView


def groups_of(form: ItemForm, findings: Findings, names: Iterable[str] | None = None) -> list[Group]:
    """The inputs of a form, those of each part together."""
    groups: dict[tuple[str, ...], Group] = {}
    for name in form.entries if names is None else names:
        entry = form.entries[name]
        part = entry.within.keys
        groups.setdefault(part, Group(entry.within.title)).inputs.append(_input(form, entry, findings))
    return list(groups.values())


def rows_of(field: Field, rows: RowSet, findings: Findings) -> RowsView:
    """The rows of a list, and an empty one to be copied."""
    name = field.of.__name__
    views = [_row(form, findings) for form in rows.forms]
    label = label_of(field.owner, field.name)
    return RowsView(label, ENTRIES[name], name, rows, views, _row(rows.empty_form, {}))


def _row(form: ItemForm, findings: Findings) -> RowView:
    always = ALWAYS.get(form.model.__name__, tuple(form.entries))
    inputs = [_input(form, form.entries[name], findings) for name in always if name in form.entries]
    more = groups_of(form, findings, [name for name in form.entries if name not in always])
    return RowView(form, inputs, more, findings.get(f"{form.prefix}-", []))


def _input(form: ItemForm, entry: Entry, findings: Findings) -> Input:
    bound = form[entry.name]
    kinds = [
        [form.add_prefix(".".join((*keys, "kind"))), sorted(names)] for keys, names in entry.within.kinds
    ]
    return Input(
        bound, _looks(entry, bound), json.dumps(kinds) if kinds else "", findings.get(bound.html_name, [])
    )


def _looks(entry: Entry, bound: BoundField) -> str:
    """How much room an input needs, and whether a label may stand around it."""
    if entry.field.kind == "mapping":
        return "table"
    if isinstance(bound.field.widget, CheckboxSelectMultiple):
        return "checks"
    if entry.field.kind == "flag":
        return "flag"
    is_long = entry.field.kind in ("texts", "dates") or entry.keys[-1] in LONG or "privacy" in entry.keys
    return "long" if is_long else "short"


def placed(
    findings: Iterable[Finding], target: Target, plain: Any, names: set[str]
) -> tuple[Findings, list[Finding]]:
    """Each finding of a page at its input; and those that belong to the page as a whole.

    What concerns a row but none of its inputs is found under the row's prefix, e.g. `steps-2-`.
    """
    at: Findings = {}
    whole: list[Finding] = []
    for finding in findings:
        rest = tokens_of(finding.path)[len(target.at) :]
        name = input_in(target, rest, plain, names)
        if name is None:
            whole.append(finding)
        else:
            at.setdefault(name, []).append(finding)
    return at, whole
