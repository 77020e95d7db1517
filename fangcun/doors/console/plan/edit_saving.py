"""Changes written into a draft's text, proved, and saved even when somebody else saved a moment ago."""

from __future__ import annotations

from collections.abc import Callable

from fangcun.blueprint import editing
from fangcun.blueprint.editing import EditRefused
from fangcun.doors.console.plan.edit_changes import Changes, Edit
from fangcun.doors.console.plan.edit_examined import Examined, examined
from fangcun.doors.console.plan.edit_tree import path_of
from fangcun.kernel.actors import Actor
from fangcun.plan.revisions import queries
from fangcun.plan.revisions.errors import DraftChanged
from fangcun.plan.revisions.models import Draft
from fangcun.plan.revisions.services import save_draft

TRIES = 3


def written(text: str, changes: Changes) -> str:
    """The text with the changes in it; every other byte stays. Raises EditRefused when that can't be."""
    for edit in changes.edits:
        text = _done(text, edit)
    for at, new_id in changes.renames:
        text = editing.rename(text, path_of(at), new_id)
    return text


def _done(text: str, edit: Edit) -> str:
    match edit.verb:
        case "set":
            return editing.set_value(text, edit.path, edit.value)
        case "unset":
            return editing.unset(text, edit.path)
        case "insert":
            return editing.insert_item(text, edit.path, edit.value, at=edit.place)
        case "remove":
            return editing.remove_item(text, edit.path)
        case "move":
            return editing.move_item(text, edit.path, to=edit.place)


def saved(draft_id: int, change: Callable[[Examined], Changes | None], *, by: Actor) -> Draft | None:
    """Save what `change` makes of the draft as it is now; None when it wants nothing saved.

    When somebody saves between looking and saving, `change` is asked again with the newer text. Raises EditRefused
    when the text can't be edited in this place, and what `save_draft` raises.
    """
    for left in reversed(range(TRIES)):
        draft = queries.draft(draft_id)
        changes = change(examined(draft.text))
        if changes is None:
            return None
        text = written(draft.text, changes)
        try:
            return save_draft(draft_id=draft_id, text=text, version=draft.version, by=by)
        except DraftChanged:
            if not left:
                raise
    raise AssertionError


__all__ = ["EditRefused", "saved", "written"]
