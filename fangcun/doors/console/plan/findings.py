"""What is wrong with the shown document, gravest first, each with its line and the way to its field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse

from fangcun.blueprint.findings import Finding, Severity
from fangcun.doors.console.plan.shown import Shown

LONGEST: Final = 160


@dataclass(frozen=True, slots=True)
class Told:
    """A finding with the line it is about, and the address of its field in the editor."""

    finding: Finding
    source: str
    link: str


def findings(shown: Shown) -> dict[str, Any]:
    """All findings in the order of the document, errors before warnings."""
    lines = shown.document.text.splitlines()

    def told(one: Finding) -> Told:
        source = lines[one.line - 1].strip() if one.line <= len(lines) else ""
        ask = {"path": one.path, "line": str(one.line)}
        if shown.draft is not None:
            ask["draft"] = str(shown.draft.pk)
        return Told(one, source[:LONGEST], f"{reverse('admin:plan_edit')}?{urlencode(ask)}")

    return {
        "errors": [told(one) for one in shown.findings if one.severity is Severity.ERROR],
        "warnings": [told(one) for one in shown.findings if one.severity is Severity.WARNING],
        "goals": len(shown.bp.goals) if shown.bp else 0,
    }
