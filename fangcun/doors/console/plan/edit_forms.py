"""The form of one model of a blueprint: a goal, a page, a step. What was typed becomes changes of plain values."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from fangcun.doors.console.plan.edit_entries import Entry, entries_of, input_of, is_shown, key_entry
from fangcun.doors.console.plan.edit_fields import NOT_EMPTY, shown
from fangcun.doors.console.plan.edit_references import Known
from fangcun.doors.console.plan.edit_tables import TableField

Keys = tuple[str, ...]
LISTS = ("texts", "dates", "choices")
# What can be told only when the rest is there.
LATER = frozenset({"Scenario.closes_with"})


class ItemForm(forms.Form):
    """The inputs of one model. `initial` is the model as plain values, as the person saw it.

    `is_new` asks for everything that must be there; else only what is changed is looked at. `named` adds an input
    for the name under which the model stands in a mapping.
    """

    use_required_attribute = False

    def __init__(
        self,
        data: Any = None,
        *,
        model: type,
        known: Known,
        initial: dict[str, Any] | None = None,
        is_new: bool = False,
        named: bool = False,
        **options: Any,
    ) -> None:
        self.seen: dict[str, Any] = initial or {}
        self.model, self.is_new = model, is_new
        entries = entries_of(model, known, self.seen)
        if named:
            entries.insert(0, key_entry(model))
        values = {entry.name: at(self.seen, entry.keys) for entry in entries}
        super().__init__(data, initial=values, **options)
        self.hidden_here = [entry for entry in entries if not is_shown(entry, values[entry.name])]
        self.entries = {entry.name: entry for entry in entries if entry not in self.hidden_here}
        for name, entry in self.entries.items():
            self.fields[name] = input_of(entry, known, values[name])

    @property
    def changed(self) -> list[Entry]:
        """The inputs in which something else came back than was shown."""
        names = set(self.changed_data)
        return [entry for name, entry in self.entries.items() if name in names]

    def has_changed(self) -> bool:
        return bool(self.changed)

    def clean(self) -> dict[str, Any]:
        """Judge only what was changed: what was wrong before is a finding, and no reason to refuse another change."""
        data = self.cleaned_data
        changed = set(self.changed_data)
        if not self.is_new:
            for name in [name for name in self.errors if name not in changed]:
                del self.errors[name]
        for name, entry in self.entries.items():
            asked = self.is_new or name in changed or self._is_begun(entry)
            if asked and self._must_be_there(entry) and self._is_empty(name) and name not in self.errors:
                self.add_error(name, str(NOT_EMPTY))
        return data

    def _must_be_there(self, entry: Entry) -> bool:
        field = entry.field
        needed = field.required and field.kind not in (*LISTS, "flag") and field.key not in LATER
        if not needed or not self._is_asked(entry):
            return False
        return not entry.within.optional or self._in_use(entry.within.optional)

    def _is_asked(self, entry: Entry) -> bool:
        """Whether the chosen kinds have this input."""
        return all(self._value((*prefix, "kind")) in kinds for prefix, kinds in entry.within.kinds)

    def _is_begun(self, entry: Entry) -> bool:
        """Whether a part that was not there is being written, so that what it needs can be asked for."""
        part = entry.within.optional
        return bool(part) and at(self.seen, part) is None and self._in_use(part)

    def _in_use(self, part: Keys) -> bool:
        inside = [name for name, entry in self.entries.items() if entry.within.optional == part]
        return any(not self._is_empty(name) for name in inside)

    def _is_empty(self, name: str) -> bool:
        value = self.cleaned_data.get(name)
        return value is None or value is False or value == [] or value == {}

    def _value(self, keys: Keys) -> Any:
        name = ".".join(keys)
        return self.cleaned_data.get(name) if name in self.entries else at(self.seen, keys)

    def applied_to(self, now: dict[str, Any]) -> dict[str, Any]:
        """The model as it is in the draft now, with what was changed in this form."""
        wanted = copy.deepcopy(now)
        for entry in self.changed:
            value = self.cleaned_data.get(entry.name)
            field = self.fields[entry.name]
            if isinstance(field, TableField):
                value = field.kept(at(now, entry.keys), value)
            _put(wanted, entry, value)
        if any(entry.keys[-1] == "kind" for entry in self.changed):
            for entry in self.entries.values():
                if not self._is_asked(entry):
                    _drop(wanted, entry.keys)
        for part in {entry.within.optional for entry in self.changed if entry.within.optional}:
            if at(wanted, part) is not None and self._is_cleared(part):
                _drop(wanted, part)
        return wanted

    def _is_cleared(self, part: Keys) -> bool:
        has_more = any(entry.keys[: len(part)] == part for entry in self.hidden_here)
        return not has_more and not self._in_use(part)

    def clashes(self, now: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """Inputs that were changed here while somebody else changed the same value, with what it is now."""
        for entry in self.changed:
            theirs = at(now, entry.keys)
            if theirs != at(self.seen, entry.keys) and theirs != self.cleaned_data.get(entry.name):
                text = self.fields[entry.name].prepare_value(theirs)
                told = "、".join(map(str, text)) if isinstance(text, list) else shown(text)
                yield (
                    entry.name,
                    _("同事刚把这里改成了：%s。再次保存将以您填写的为准。") % (told or _("（空）")),
                )

    def typed(self) -> dict[str, Any]:
        """What was typed into the inputs that were changed, as it was typed."""
        return {name: self[name].data for name in self.changed_data if name in self.entries}

    def overlay(self, typed: dict[str, Any]) -> None:
        """Show in a fresh form what was typed into another."""
        for name, text in typed.items():
            if name in self.fields:
                self.initial[name] = text

    def tell(self, name: str | None, problem: str) -> None:
        """Show a problem in a form that is only shown."""
        if not hasattr(self, "cleaned_data"):
            self.full_clean()
            self.cleaned_data = {}
        self.add_error(name if name in self.fields else None, problem)


def at(plain: Any, keys: Keys) -> Any:
    """The value below these keys; None when there is none."""
    for key in keys:
        plain = plain.get(key) if isinstance(plain, dict) else None
    return plain


def _put(plain: dict[str, Any], entry: Entry, value: Any) -> None:
    is_empty = value is None or value == [] or (value is False and at(plain, entry.keys) is None)
    if is_empty and not (value == [] and entry.field.required):
        return _drop(plain, entry.keys)
    for key in entry.keys[:-1]:
        if not isinstance(plain.get(key), dict):
            plain[key] = {}
        plain = plain[key]
    plain[entry.keys[-1]] = value
    return None


def _drop(plain: Any, keys: Keys) -> None:
    for key in keys[:-1]:
        plain = plain.get(key) if isinstance(plain, dict) else None
    if isinstance(plain, dict):
        plain.pop(keys[-1], None)
