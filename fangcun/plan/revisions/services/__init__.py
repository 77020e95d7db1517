"""The verbs of the plan's texts: write drafts, publish, restore."""

from fangcun.plan.revisions.services.drafting import discard_draft, rebase_draft, save_draft, start_draft
from fangcun.plan.revisions.services.publishing import publish_draft, publish_text, restore

__all__ = [
    "discard_draft",
    "publish_draft",
    "publish_text",
    "rebase_draft",
    "restore",
    "save_draft",
    "start_draft",
]
