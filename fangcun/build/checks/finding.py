"""What a rule of the audit is, and what it finds. Plain data: no Django, no files."""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict

Kind = Literal["package", "blueprint", "walk"]

_HASH = re.compile(
    r"(?<=[.\-_])[0-9a-f]{8,}(?=\.\w+$)"
)  # app.5f2c91d0.js is app.7be01a33.js of the next build
_PLACE = re.compile(r"第\s*\d+\s*行|\bline \d+|:\d+(?::\d+)?(?=\s|$|，|。)", re.IGNORECASE)
_AMOUNT = re.compile(  # a number that counts or measures; an address, a version or a date stays as it is
    r"(?<![\w.:/-])\d+(?:[.,]\d+)*\s*"
    r"(?:[KMG]i?B|B|KB|字节|bytes?|%|％|px|pt|rpx|ms|毫秒|秒|s|个|处|项|次|层|张|条|页|倍|files?|pages?|taps?|times)"
    r"(?![\w.])",
    re.IGNORECASE,
)


class Severity(StrEnum):
    """How much a finding weighs.

    error: the audit refuses it or it cannot be uploaded. warning: an auditor may object, or users suffer.
    note: worth knowing.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule comes from. `date`: day of the page, or the day on which it was read; YYYY-MM-DD or YYYY-MM."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    page: str
    url: str
    quote: str
    date: Annotated[str, BeforeValidator(str)]


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that the officer looks for, in both languages, with the reason and its sources."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    id: str
    severity: Severity
    title: str
    title_en: str
    why: str
    why_en: str
    fix: str
    fix_en: str
    sources: tuple[Source, ...]
    kind: Kind
    since: Annotated[str, BeforeValidator(str)]  # version of the pack that brought it


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where a rule is broken.

    `file` is relative to the package; `line` counts from 1, 0 when there is none; `page` is a page's path;
    `picture` names a file among the walk's pictures; `detail` is JSON.
    """

    rule: str
    message: str
    message_en: str
    file: str = ""
    line: int = 0
    page: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    picture: str = ""

    @property
    def key(self) -> str:
        """Sixteen hex digits that stay the same from build to build: no lines, sizes or counts are in them."""
        parts = (self.rule, _HASH.sub("#", self.file), self.page, settled(self.message))
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]

    def as_json(self) -> dict[str, Any]:
        """The form in which reports keep it, with its key."""
        return {"key": self.key, **asdict(self)}

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Finding:
        """What `as_json` wrote."""
        return cls(**{name: value for name, value in plain.items() if name != "key"})


@dataclass(frozen=True, slots=True)
class Undecided:
    """A rule yields this instead of a guess: what would have to be known to decide."""

    rule: str
    message: str
    message_en: str


def settled(message: str) -> str:
    """A message without what changes from build to build: places in files, sizes, counts."""
    return " ".join(_AMOUNT.sub("#", _PLACE.sub("#", message)).casefold().split())
