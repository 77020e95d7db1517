"""A text becomes the plan: checked, compiled, numbered, and told to the house."""

from __future__ import annotations

import hashlib

from django.db import IntegrityError, transaction

from fangcun.blueprint.compiling import compile_blueprint
from fangcun.blueprint.document import Blueprint
from fangcun.blueprint.findings import Severity
from fangcun.blueprint.reading import read
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record
from fangcun.kernel.events import announce
from fangcun.plan.revisions import queries
from fangcun.plan.revisions.errors import (
    BlueprintHasErrors,
    BlueprintUnchanged,
    ConflictingRevision,
    MessageMissing,
)
from fangcun.plan.revisions.events import BlueprintPublished
from fangcun.plan.revisions.models import Draft, Revision
from fangcun.plan.revisions.services.drafting import changed
from fangcun.plan.revisions.text import keepable

MOST_MESSAGE = 300


def publish_draft(*, draft_id: int, version: int, message: str, by: Actor) -> Revision:
    """Publish a draft as one sees it; the draft is gone afterwards. `version` is the one that was seen.

    Raises DraftUnknown, DraftChanged, and what `publish_text` raises.
    """
    draft = queries.draft(draft_id)
    if draft.version != version:
        raise changed(draft)
    return _publish(draft.text, base=draft.base, message=message, by=by, draft=draft)


def publish_text(*, text: str, base: int | None, message: str, by: Actor) -> Revision:
    """Publish a text that was written on the revision `base`, None when there was none.

    Raises MessageMissing, BlueprintTooLong, BlueprintHasErrors, BlueprintUnchanged, RevisionUnknown for a base that
    never was, and ConflictingRevision, with what changed since, when `base` is not the newest revision.
    """
    return _publish(keepable(text), base=base, message=message, by=by)


def restore(*, number: int, message: str, by: Actor) -> Revision:
    """Publish an old revision's text again, as a new revision on the newest one.

    Raises RevisionUnknown, and what `publish_text` raises: rules may have grown stricter since.
    """
    old = queries.revision(number)
    return _publish(old.text, base=queries.newest_number(), message=message, by=by, restored_from=number)


def _publish(
    text: str,
    *,
    base: int | None,
    message: str,
    by: Actor,
    restored_from: int | None = None,
    draft: Draft | None = None,
) -> Revision:
    message = message.strip()
    if not 0 < len(message) <= MOST_MESSAGE:
        raise MessageMissing(limit=MOST_MESSAGE)
    newest = queries.current()
    _refuse_old_base(base, newest)
    if newest is not None and newest.text == text:
        raise BlueprintUnchanged(number=newest.number)
    bp = _sound(text)
    revision = Revision(
        number=(base or 0) + 1,
        text=text,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        message=message,
        base=base,
        restored_from=restored_from,
        compiled=compile_blueprint(bp),
        goals=[goal.id for goal in bp.goals],
        actor_kind=by.kind,
        actor_id=by.id,
        actor_name=by.name[:150],
    )
    try:
        with transaction.atomic():
            _keep(revision, draft=draft, by=by)
    except IntegrityError:  # of two that publish at once, the second finds the number taken
        _refuse_old_base(base, queries.current())
        raise
    return revision


def _keep(revision: Revision, *, draft: Draft | None, by: Actor) -> None:
    revision.save()
    if draft is not None and not Draft.objects.filter(pk=draft.pk, version=draft.version).delete()[0]:
        raise changed(queries.draft(draft.pk))
    facts = {name: getattr(revision, name) for name in ("number", "message", "base", "restored_from")}
    record("revisions.publish", by=by, object=revision, after=facts)
    announce(BlueprintPublished(revision_id=revision.pk, number=revision.number))


def _refuse_old_base(base: int | None, newest: Revision | None) -> None:
    number = newest.number if newest else None
    if base == number:
        return
    found = [] if base is None or newest is None else queries.differences(base, newest.number)
    refusal = ConflictingRevision(
        base=base,
        number=number,
        author=newest.author if newest else "",
        published_at=newest.published_at.isoformat() if newest else None,
        differences=[one.as_json() for one in found],
    )
    refusal.details["message"] = (
        newest.message if newest else ""
    )  # an argument of that name is the refusal's own
    raise refusal


def _sound(text: str) -> Blueprint:
    wrong = [one.as_json() for one in queries.findings(text) if one.severity is Severity.ERROR]
    bp = read(text).blueprint
    if wrong or bp is None:
        raise BlueprintHasErrors(findings=wrong, count=len(wrong))
    return bp
