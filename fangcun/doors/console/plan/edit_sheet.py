"""The inputs of one page of the editor, and what filling them in changes in the draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from fangcun.doors.console.plan.edit_changes import Changes
from fangcun.doors.console.plan.edit_forms import ItemForm
from fangcun.doors.console.plan.edit_references import Known
from fangcun.doors.console.plan.edit_rows import RowSet
from fangcun.doors.console.plan.edit_shapes import Field
from fangcun.doors.console.plan.edit_targets import Target, inline_of
from fangcun.doors.console.plan.edit_tree import Item, Tokens, value_at

Plain = dict[str, Any]


@dataclass(slots=True)
class Sheet:
    """A form and its rows. `seen` is the model as it was when the person began to write."""

    target: Target
    is_new: bool
    seen: Plain
    form: ItemForm
    rows: dict[str, RowSet]
    hidden_rows: list[str]

    @classmethod
    def of(
        cls, target: Target, known: Known, seen: Plain, *, is_new: bool = False, data: Any = None
    ) -> Sheet:
        """The inputs that show `seen`, with what was posted when there is `data`."""
        named = target.is_named
        form = ItemForm(data, model=target.model, known=known, initial=seen, is_new=is_new, named=named)
        rows: dict[str, RowSet] = {}
        hidden: list[str] = []
        for field in inline_of(target.model):
            entries = seen.get(field.name)
            if entries is not None and not _are_rows(entries):
                hidden.append(field.name)
                continue
            initial = entries or []
            rows[field.name] = RowSet(data, model=field.of, known=known, initial=initial, prefix=field.name)
        return cls(target, is_new, seen, form, rows, hidden)

    @property
    def fields(self) -> list[tuple[Field, RowSet]]:
        """The lists that are rows of this page."""
        return [
            (field, self.rows[field.name])
            for field in inline_of(self.target.model)
            if field.name in self.rows
        ]

    @property
    def names(self) -> set[str]:
        """The names of all inputs."""
        rows = {
            f"{form.prefix}-{name}"
            for rows in self.rows.values()
            for form in rows.forms
            for name in form.entries
        }
        return set(self.form.entries) | rows

    def is_valid(self) -> bool:
        """Whether everything that was changed can be written; else the problems stand at their inputs."""
        return all([self.form.is_valid(), *(rows.is_valid() for rows in self.rows.values())])

    def refuse_taken(self, plain: Plain) -> bool:
        """Tell when the id is another entry's."""
        own = self.new_id
        if own is None or own not in _names(plain, self.target.at if self.is_new else self.target.at[:-1]):
            return False
        self.form.add_error("id", _("这个编号已经用过"))
        return True

    @property
    def new_id(self) -> str | None:
        """The id that was given, when it is another than before."""
        if "id" not in self.form.entries or "id" not in self.form.changed_data:
            return None
        return self.form.cleaned_data.get("id")

    def clashes(self, now: Plain) -> bool:
        """Tell where a colleague changed the same meanwhile; whether there was any."""
        if self.is_new:
            return False
        found = list(self.form.clashes(now))
        for name, problem in found:
            self.form.add_error(name, problem)
        in_rows = [rows.clashes(_rows(now, name)) for name, rows in self.rows.items()]
        return bool(found) or any(in_rows)

    def again(self, known: Known, now: Plain) -> Sheet:
        """The inputs as the draft is now, with what was typed here and the problems told here."""
        fresh = Sheet.of(self.target, known, now)
        fresh.form.overlay(self.form.typed())
        for name, problems in self.form.errors.items():
            for problem in problems:
                fresh.form.tell(name, str(problem))
        fresh.rows = {name: rows.again(_rows(now, name)) for name, rows in self.rows.items()}
        return fresh

    def changes(self, plain: Plain, now: Plain) -> Changes:
        """What this page changes in a draft that holds `plain`, and `now` at this page's place."""
        changes = Changes(plain)
        if self.is_new:
            self._add(changes)
            return changes
        at, wanted = self.target.at, self.form.applied_to(now)
        if self.target.is_named:
            wanted.pop("id", None)
        elif "id" in now:
            wanted["id"] = now["id"]
        if not isinstance(_found(plain, at), dict):
            if value := {**wanted, **self._written_rows()}:
                changes.put(at, value)
            return changes
        changes.become(at, wanted)
        for name, rows in self.rows.items():
            changes.rows((*at, name), rows.wanted(_rows(now, name)))
        if self.new_id is not None and "id" in now:
            changes.renames.append((at, self.new_id))
        return changes

    def _add(self, changes: Changes) -> None:
        value = {**self.form.applied_to({}), **self._written_rows()}
        at = self.target.at
        if self.target.is_named:
            own = value.pop("id")
            if isinstance(_found(changes.plain, at), dict):
                changes.put((*at, own), value)
            else:
                changes.put(at, {own: value})
            return
        entries = _found(changes.plain, at)
        if len(at) > 1 and not isinstance(_found(changes.plain, at[:-1]), dict):
            changes.put(at[:-1], {str(at[-1]): [value]})
        else:
            changes.insert(at, len(entries) if isinstance(entries, list) else 0, value)

    def _written_rows(self) -> Mapping[str, Any]:
        written = {name: [row.plain for row in rows.wanted([])] for name, rows in self.rows.items()}
        return {name: rows for name, rows in written.items() if rows}


def value_of(target: Target, plain: Plain) -> Plain:
    """What a page shows of a draft; with its name, for what stands under one."""
    found = _found(plain, target.at)
    value = found if isinstance(found, dict) else {}
    return {"id": str(target.at[-1]), **value} if target.is_named and target.kind == "form" else value


def _found(plain: Any, at: Tokens) -> Any:
    try:
        return value_at(plain, at)
    except LookupError:
        return None


def _names(plain: Plain, at: Tokens) -> set[str]:
    found = _found(plain, at)
    if isinstance(found, dict):
        return set(found)
    return {str(entry.get("id")) for entry in found or () if isinstance(entry, dict)}


def _are_rows(entries: Any) -> bool:
    return isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries)


def _rows(now: Plain, name: str) -> list[Plain]:
    entries = now.get(name)
    return list(entries) if entries is not None and _are_rows(entries) else []


def moved_to(target: Target, sheet: Sheet) -> Tokens:
    """Where the page's model stands after saving: a new id gives it another path."""
    if sheet.new_id is None:
        return target.at
    last = sheet.new_id if target.is_named else Item(sheet.new_id)
    return (*target.at, last) if sheet.is_new else (*target.at[:-1], last)
