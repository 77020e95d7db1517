"""A draft's text, read and checked; what was checked a moment ago is not checked again."""

from __future__ import annotations

import functools
from collections import Counter
from dataclasses import dataclass
from typing import Any

from fangcun.blueprint.checking import check
from fangcun.blueprint.composing import Unreadable
from fangcun.blueprint.findings import Finding, Severity
from fangcun.blueprint.reading import Document, read
from fangcun.doors.console.plan.edit_tree import plain_of


@dataclass(frozen=True, slots=True)
class Examined:
    """A text, its document and findings. `plain` is None when it can't be read as a mapping; don't change it."""

    document: Document
    findings: tuple[Finding, ...]
    plain: dict[str, Any] | None

    @property
    def errors(self) -> int:
        """How many findings stand in the way of publishing."""
        return sum(one.severity is Severity.ERROR for one in self.findings)

    @property
    def warnings(self) -> int:
        """How many findings a person should weigh."""
        return len(self.findings) - self.errors

    def counts(self, path: str) -> tuple[int, int]:
        """Errors and warnings at a path and below it."""
        inside = Counter(one.severity for one in self.findings if is_within(one.path, path))
        return inside[Severity.ERROR], inside[Severity.WARNING]


@functools.lru_cache(maxsize=16)
def examined(text: str) -> Examined:
    """Read and check a text."""
    document = read(text)
    plain: Any = None
    if document.blueprint is not None:
        try:
            plain = plain_of(text)
        except Unreadable:
            plain = None
    return Examined(document, tuple(check(document)), plain if isinstance(plain, dict) else None)


def is_within(path: str, outer: str) -> bool:
    """Whether a path is another one or lies below it."""
    return path == outer or (path.startswith(outer) and path[len(outer)] in ".[")
