"""Everything that is wrong with a plan, in the order of the document."""

from __future__ import annotations

from fangcun.blueprint.findings import Finding, Severity
from fangcun.blueprint.reading import Document
from fangcun.blueprint.rules import RULES
from fangcun.blueprint.rules.rule import Context


def check(document: Document) -> list[Finding]:
    """All findings: of the form, and of every rule that can still be judged. Sorted by line, column and rule."""
    found = list(document.findings)
    if document.blueprint is not None:
        context = Context(document, document.blueprint)
        for one in RULES:
            found += one.findings(context)
    return sorted(set(found), key=lambda one: (one.line, one.column, one.rule, one.path, one.message))


def has_errors(findings: list[Finding]) -> bool:
    """Whether one of them stands in the way of publishing."""
    return any(one.severity is Severity.ERROR for one in findings)
