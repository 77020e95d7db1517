"""Questions about the plan: which holds now, what it says, what was before, what a draft would change."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast

from fangcun.blueprint.checking import check
from fangcun.blueprint.differences import Difference, diff
from fangcun.blueprint.document import Blueprint
from fangcun.blueprint.findings import Finding
from fangcun.blueprint.reading import read
from fangcun.plan.revisions.errors import DraftUnknown, DraftUnreadable, RevisionUnknown
from fangcun.plan.revisions.merging import Merge, TooMuch, merge
from fangcun.plan.revisions.models import Draft, Revision

# Texts are compared and shown again and again; the same text has the same findings and says the same.
REMEMBERED = 16


def current() -> Revision | None:
    """The revision that holds; None before the first was published."""
    return Revision.objects.order_by("-number").first()


def first() -> Revision | None:
    """The revision that began it all."""
    return Revision.objects.order_by("number").first()


def newest_number() -> int | None:
    """The number of the revision that holds; None before the first was published."""
    return Revision.objects.order_by("-number").values_list("number", flat=True).first()


def current_blueprint() -> Blueprint | None:
    """What the plan says now; None before the first was published. Read once per text."""
    newest = Revision.objects.order_by("-number").values_list("pk", "digest").first()
    return None if newest is None else _blueprint(newest[1], newest[0])


def revision(number: int) -> Revision:
    """One revision. Raises RevisionUnknown."""
    found = Revision.objects.filter(number=number).first()
    if found is None:
        raise RevisionUnknown(number=number)
    return found


def blueprint_of(revision: Revision) -> Blueprint:
    """What a revision says. Read once per text."""
    return _blueprint(revision.digest, revision.pk)


@lru_cache(maxsize=REMEMBERED)
def _blueprint(digest: str, revision_id: int) -> Blueprint:
    text = Revision.objects.values_list("text", flat=True).get(pk=revision_id, digest=digest)
    # What was published was a sound document; a text that newer rules find fault with still says what it says.
    return cast(Blueprint, read(text).blueprint)


def goals_since() -> dict[str, dt.datetime]:
    """Since when each goal has been in the plan, whether or not it still is."""
    since: dict[str, dt.datetime] = {}
    for goals, published_at in Revision.objects.order_by("number").values_list("goals", "published_at"):
        for goal in goals:
            since.setdefault(goal, published_at)
    return since


def history() -> list[Revision]:
    """All revisions, the newest first; texts and files are fetched when asked for."""
    return list(Revision.objects.defer("text", "compiled").order_by("-number"))


def drafts() -> list[Draft]:
    """All drafts, the last saved one first; texts are fetched when asked for."""
    return list(Draft.objects.defer("text").order_by("-updated_at", "-id"))


def draft(draft_id: int) -> Draft:
    """One draft. Raises DraftUnknown."""
    found = Draft.objects.filter(pk=draft_id).first()
    if found is None:
        raise DraftUnknown
    return found


def findings(text: str) -> list[Finding]:
    """Everything that is wrong with a text, as `fangcun plan check` says it."""
    return list(_findings(text))


@lru_cache(maxsize=REMEMBERED)
def _findings(text: str) -> tuple[Finding, ...]:
    return tuple(check(read(text)))


def differences(before: int, after: int) -> list[Difference]:
    """What changes from one revision to another. Raises RevisionUnknown."""
    return diff(blueprint_of(revision(before)), blueprint_of(revision(after)))


def draft_differences(draft: Draft) -> list[Difference] | None:
    """What publishing a draft would change; None when there is nothing to compare, or the draft can't be read."""
    now, then = current_blueprint(), read(draft.text).blueprint
    return None if now is None or then is None else diff(now, then)


def rebase_preview(draft: Draft, *, choices: Mapping[str, str] | None = None) -> Merge:
    """What `rebase_draft` would make of a draft, and which places a person must decide first.

    Raises DraftUnreadable.
    """
    newest, base = current(), draft.base
    onto = newest.text if newest else draft.text
    if (wrong := unreadable(draft.text)) is not None:
        raise DraftUnreadable(findings=[wrong.as_json()])
    before = "{}" if base is None else revision(base).text
    try:
        return merge(before, draft.text, onto, onto=newest.number if newest else None, choices=choices or {})
    except TooMuch:
        raise DraftUnreadable(findings=[]) from None


def unreadable(text: str) -> Finding | None:
    """Where a text breaks off that is no YAML mapping; None when it is one."""
    document = read(text)
    return document.findings[0] if document.blueprint is None else None


def compiled(name: str) -> Any:
    """A JSON file that was compiled from the current revision, such as "sitemap.json"; None before there is one."""
    files = Revision.objects.order_by("-number").values_list("compiled", flat=True).first()
    return None if files is None else json.loads(files[name])


def funnels() -> list[dict[str, Any]]:
    """The funnels that follow from the scenarios of the current revision."""
    return compiled("funnels.json") or []
