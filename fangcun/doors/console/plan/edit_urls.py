"""The addresses of the editor and of the published revisions, below `/console/`."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import URLPattern, path

from fangcun.doors.console.plan import edit_drafts, edit_items, edit_publishing, edit_text, revisions

View = Callable[..., HttpResponse]
DRAFT = "plan/edit/<int:draft_id>/"
REVISION = "plan/revisions/<int:number>/"


def urls(admin_view: Callable[[View], View]) -> list[URLPattern]:
    """Every page and verb, each behind the console's door."""
    pages: list[tuple[str, View, str]] = [
        ("plan/edit/", edit_drafts.drafts, "plan_edit"),
        ("plan/edit/start", edit_drafts.start, "plan_edit_start"),
        ("plan/edit/schema.json", edit_text.schema, "plan_edit_schema"),
        (DRAFT, edit_items.form, "plan_edit_form"),
        (f"{DRAFT}item", edit_items.item, "plan_edit_item"),
        (f"{DRAFT}findings", edit_items.findings, "plan_edit_findings"),
        (f"{DRAFT}yaml", edit_text.text, "plan_edit_text"),
        (f"{DRAFT}check", edit_text.check, "plan_edit_check"),
        (f"{DRAFT}save", edit_text.save, "plan_edit_save"),
        (f"{DRAFT}publish", edit_publishing.publish, "plan_edit_publish"),
        (f"{DRAFT}rebase", edit_publishing.rebase, "plan_edit_rebase"),
        (f"{DRAFT}discard", edit_drafts.discard, "plan_edit_discard"),
        ("plan/revisions/", revisions.revisions, "plan_revisions"),
        ("plan/revisions/compare", revisions.compare, "plan_revision_compare"),
        (REVISION, revisions.revision, "plan_revision"),
        (f"{REVISION}restore", revisions.restore, "plan_revision_restore"),
    ]
    return [path(route, admin_view(view), name=name) for route, view, name in pages]
