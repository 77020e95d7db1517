"""Texts on their way: begun, saved, brought up to date, thrown away."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record
from fangcun.plan.revisions import queries
from fangcun.plan.revisions.errors import DraftChanged, DraftUnknown, MergeConflict
from fangcun.plan.revisions.models import Draft
from fangcun.plan.revisions.samples import sample_text
from fangcun.plan.revisions.text import keepable

MOST_NOTE = 200


@transaction.atomic
def start_draft(*, by: Actor, text: str | None = None, note: str = "") -> Draft:
    """Begin a draft on the newest revision: with its text, or with the one given.

    Without either the draft begins with the headings of a blueprint. Raises BlueprintTooLong.
    """
    newest = queries.current()
    if text is None:
        text = newest.text if newest else sample_text("blank")
    draft = Draft.objects.create(
        text=keepable(text),
        base=newest.number if newest else None,
        note=note.strip()[:MOST_NOTE],
        saved_by=by.name[:150],
        actor_kind=by.kind,
        actor_id=by.id,
        actor_name=by.name[:150],
    )
    record("revisions.start_draft", by=by, object=draft, after={"base": draft.base})
    return draft


def save_draft(*, draft_id: int, text: str, version: int, by: Actor) -> Draft:
    """Keep what somebody wrote, with its mistakes. `version` is the one that he began from.

    The same text again changes nothing. Raises DraftUnknown, BlueprintTooLong, and DraftChanged with the newer text
    when somebody saved meanwhile. Saves leave no audit entries: editors save as one types.
    """
    text = keepable(text)
    if not _write(draft_id, version, text=text, saved_by=by.name[:150]):
        draft = queries.draft(draft_id)
        if draft.text != text:
            raise changed(draft)
        return draft
    return queries.draft(draft_id)


def rebase_draft(
    *, draft_id: int, version: int, by: Actor, choices: Mapping[str, str] | None = None
) -> Draft:
    """Bring a draft onto the newest revision: what the others changed since is written into its text.

    `choices` say whose side ("mine" or "theirs") is taken where both changed something, by path. Raises
    DraftUnknown, DraftChanged, DraftUnreadable, and MergeConflict while such a place is undecided; then nothing is
    changed.
    """
    draft = queries.draft(draft_id)
    if draft.version != version:
        raise changed(draft)
    newest = queries.newest_number()
    if draft.base == newest:
        return draft
    merged = queries.rebase_preview(draft, choices=choices)
    if merged.conflicts:
        found = [conflict.as_json() for conflict in merged.conflicts]
        raise MergeConflict(conflicts=found, count=len(found))
    with transaction.atomic():
        text = keepable(merged.text)
        if not _write(draft_id, version, text=text, base=merged.onto, saved_by=by.name[:150]):
            raise changed(queries.draft(draft_id))
        record(
            "revisions.rebase_draft",
            by=by,
            object=draft,
            before={"base": draft.base},
            after={"base": merged.onto, "taken": list(merged.taken)},
        )
    return queries.draft(draft_id)


@transaction.atomic
def discard_draft(*, draft_id: int, by: Actor) -> None:
    """Throw a draft away. Raises DraftUnknown."""
    draft = queries.draft(draft_id)
    record("revisions.discard_draft", by=by, object=draft, before={"base": draft.base, "note": draft.note})
    if not Draft.objects.filter(pk=draft_id).delete()[0]:
        raise DraftUnknown


def changed(draft: Draft) -> DraftChanged:
    """The refusal that gives the newer text, so that nothing is lost."""
    return DraftChanged(text=draft.text, version=draft.version, saved_by=draft.saved_by)


def _write(draft_id: int, version: int, **columns: object) -> bool:
    """Change a draft only if it is still the one that was read: of two who save at once one does."""
    mine = Draft.objects.filter(pk=draft_id, version=version)
    if "base" not in columns:
        mine = mine.exclude(text=columns["text"])
    return bool(mine.update(version=F("version") + 1, updated_at=timezone.now(), **columns))
