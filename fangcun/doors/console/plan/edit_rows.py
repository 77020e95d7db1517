"""Lists that are edited as rows of one form: the steps of a scenario, the members of a team.

A row is known again by its id, or by being the same as it was seen: so that what colleagues did meanwhile stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.forms import BaseFormSet
from django.forms.renderers import get_default_renderer
from django.utils.translation import gettext as _

from fangcun.doors.console.plan.edit_forms import ItemForm
from fangcun.doors.console.plan.edit_references import Known

MOST_ROWS: Final = 300
SPARE: Final = 1  # an empty row for who has no scripts
KEPT: Final = ("ORDER", "DELETE")


@dataclass(slots=True)
class Row:
    """A row as it should be. `was` is its number in the draft now, None when it is new; `renamed` its new id."""

    plain: dict[str, Any]
    was: int | None
    renamed: str | None = None


class RowSet(BaseFormSet[ItemForm]):
    """The rows of one list. `initial` are its entries as plain values, as the person saw them."""

    form = ItemForm
    extra, min_num, max_num, absolute_max = SPARE, 0, MOST_ROWS, MOST_ROWS
    can_order = can_delete = can_delete_extra = True
    validate_min, validate_max = False, True

    def __init__(self, *args: Any, model: type, known: Known, **options: Any) -> None:
        self.model, self.known = model, known
        self.renderer = get_default_renderer()
        super().__init__(*args, **options)

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        is_new = index is None or index >= self.initial_form_count()
        return {"model": self.model, "known": self.known, "is_new": is_new}

    def add_fields(self, form: ItemForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["ORDER"].widget = forms.NumberInput(
            attrs={"class": "fc-order-number", "aria-label": _("顺序")}
        )
        form.fields["DELETE"].label = _("移除")

    @property
    def seen(self) -> list[dict[str, Any]]:
        """The rows as they were shown."""
        return [dict(entry) for entry in self.initial or ()]

    def clean(self) -> None:
        """No id twice."""
        ids: set[str | None] = set()
        for form in self._kept():
            own = form.cleaned_data.get("id", form.seen.get("id"))
            if own in ids and "id" in form.changed_data:
                form.add_error("id", _("这个编号已经用过"))
            ids.add(own)

    def _kept(self) -> list[ItemForm]:
        """The rows that stay, in the wished order."""
        rows = [
            (number, form)
            for number, form in enumerate(self.forms)
            if hasattr(form, "cleaned_data") and not self._is_gone(form) and not self._is_blank(number, form)
        ]
        rows.sort(key=lambda row: (_order(row[1], row[0]), row[0]))
        return [form for _number, form in rows]

    def _is_gone(self, form: ItemForm) -> bool:
        return bool(form.cleaned_data.get("DELETE"))

    def _is_blank(self, number: int, form: ItemForm) -> bool:
        return number >= self.initial_form_count() and not form.changed

    def has_moves(self) -> bool:
        """Whether somebody changed the order."""
        stayed = [form for form in self._kept() if form in self.initial_forms]
        return stayed != [form for form in self.initial_forms if form in stayed]

    def wanted(self, now: Sequence[dict[str, Any]]) -> list[Row]:
        """The rows as they should be, given what is in the draft now."""
        places = matched(self.seen, now)
        rows: list[Row] = []
        for form in self._kept():
            number = self.forms.index(form)
            was = places[number] if number < len(places) else None
            if was is None and number < len(places) and not form.changed:
                continue  # a colleague removed it, and nothing was done to it here
            before = now[was] if was is not None else {}
            base = before if was is not None else form.seen
            plain = form.applied_to(base)
            renamed = None
            if was is not None and "id" in before and plain.get("id") != before["id"]:
                renamed, plain["id"] = plain.get("id"), before["id"]
            rows.append(Row(plain, was, renamed))
        taken = set(places)
        for place, entry in enumerate(now):
            if place not in taken:
                rows.insert(_behind(rows, place), Row(dict(entry), place))
        if not self.has_moves():
            rows = _in_order(rows)
        return rows

    def clashes(self, now: Sequence[dict[str, Any]]) -> bool:
        """Tell at each row what a colleague did to it meanwhile; whether there was any."""
        places, found = matched(self.seen, now), False
        for number, form in enumerate(self.initial_forms):
            place = places[number]
            if place is None and form.changed:
                form.add_error(None, _("同事刚改动或移除了这一行。再次保存会把您填写的作为新的一行加上。"))
                found = True
            elif place is not None and self._is_gone(form) and now[place] != form.seen:
                form.add_error(None, _("同事刚改过这一行。再次保存将移除它。"))
                found = True
            elif place is not None:
                for name, problem in list(form.clashes(now[place])):
                    form.add_error(name, problem)
                    found = True
        return found

    def again(self, now: Sequence[dict[str, Any]]) -> RowSet:
        """The rows that are in the draft now, with everything that was typed and told here."""
        places = matched(self.seen, now)
        lost = [
            form
            for place, form in zip(places, self.initial_forms, strict=True)
            if place is None and form.changed
        ]
        added = lost + [form for form in self.extra_forms if form.changed]
        fresh = RowSet(model=self.model, known=self.known, initial=list(now), prefix=self.prefix)
        fresh.extra = len(added) + SPARE
        pairs = [
            (fresh.forms[place], form)
            for place, form in zip(places, self.initial_forms, strict=True)
            if place is not None
        ]
        pairs += list(zip(fresh.extra_forms, added, strict=False))
        for new, old in pairs:
            new.overlay({name: old[name].data for name in old.entries} if old in lost else old.typed())
            for name in KEPT:
                new.initial[name] = old[name].data
            for name, problems in old.errors.items():
                for problem in problems:
                    new.tell(None if name == "__all__" else name, str(problem))
        return fresh


def matched(seen: Sequence[dict[str, Any]], now: Sequence[dict[str, Any]]) -> list[int | None]:
    """For each row that was seen, its number now; None when it is gone or, having no id, another."""
    free = set(range(len(now)))
    places: list[int | None] = []
    for number, entry in enumerate(seen):
        order = sorted(free, key=lambda place, number=number: abs(place - number))  # type: ignore[misc]
        found = next((place for place in order if _same(entry, now[place])), None)
        free.discard(-1 if found is None else found)
        places.append(found)
    return places


def _same(one: Any, other: Any) -> bool:
    mine, theirs = (entry.get("id") if isinstance(entry, dict) else None for entry in (one, other))
    return bool(mine == theirs) if isinstance(mine, str) else bool(one == other)


def _order(form: ItemForm, number: int) -> int:
    order = form.cleaned_data.get("ORDER")
    return order if isinstance(order, int) else number + 1


def _behind(rows: list[Row], place: int) -> int:
    """Where a row that was not seen belongs: behind the one it stands behind in the draft."""
    before = [number for number, row in enumerate(rows) if row.was is not None and row.was < place]
    return before[-1] + 1 if before else 0


def _in_order(rows: list[Row]) -> list[Row]:
    """The rows in the draft's own order, when nobody wished another; new ones stay behind their neighbours."""
    kept = iter(sorted((row for row in rows if row.was is not None), key=lambda row: row.was or 0))
    return [row if row.was is None else next(kept) for row in rows]
