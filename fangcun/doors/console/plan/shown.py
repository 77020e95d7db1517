"""Which document a page of the plan shows: the current revision, an older one, or a draft."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property, lru_cache
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from fangcun.blueprint.document import Blueprint
from fangcun.blueprint.findings import Finding, Severity
from fangcun.blueprint.reading import Document, read
from fangcun.blueprint.timetable import Cyclic, Timetable, launch_end, timetable
from fangcun.insight.tracking.queries import Misfit, quarantine
from fangcun.kernel.errors import DomainError
from fangcun.plan.revisions import queries
from fangcun.plan.revisions.models import Draft, Revision


@lru_cache(maxsize=8)
def _read(text: str) -> Document:
    return read(text)


@dataclass(frozen=True)
class Shown:
    """A document on show. `bp` is None when its text can't be read as a plan at all."""

    document: Document
    revision: Revision | None = None
    draft: Draft | None = None
    newest: int | None = None

    @property
    def bp(self) -> Blueprint | None:
        return self.document.blueprint

    @property
    def is_current(self) -> bool:
        """Whether it is what was published last, so that today's numbers belong to it."""
        return self.revision is not None and self.revision.number == self.newest

    @property
    def query(self) -> str:
        """What every link between the pages carries along, with its question mark."""
        if self.draft is not None:
            return "?" + urlencode({"draft": self.draft.pk})
        if self.revision is not None and not self.is_current:
            return "?" + urlencode({"revision": self.revision.number})
        return ""

    @property
    def origin(self) -> str:
        """Who wrote it when, and why."""
        if self.draft is not None:
            when, base = date_format(localtime(self.draft.updated_at), "Y-m-d H:i"), self.draft.base
            said = _("从第 %(number)s 版开始") % {"number": base} if base else _("全新的一份")
            return f"{self.draft.author} · {when} · {said}"
        if self.revision is not None:
            when = date_format(localtime(self.revision.published_at), "Y-m-d H:i")
            return f"{when} · {self.revision.author} · {self.revision.message}"
        return ""

    @cached_property
    def findings(self) -> list[Finding]:
        """Everything that is wrong with it."""
        return queries.findings(self.document.text)

    @cached_property
    def errors(self) -> int:
        return sum(one.severity is Severity.ERROR for one in self.findings)

    @cached_property
    def planned(self) -> Timetable | None:
        """The dates as planned; None where none follow, since stages wait for each other or are missing."""
        if self.bp is None or not self.bp.schedule.stages or self.bp.schedule.start == dt.date.min:
            return None
        try:
            return timetable(self.bp.schedule)
        except (Cyclic, OverflowError):
            return None

    @cached_property
    def launch_end(self) -> dt.date | None:
        """The last day of the launch as planned."""
        if self.bp is None or self.bp.schedule.start == dt.date.min:
            return None
        return launch_end(self.bp)

    @cached_property
    def misfits(self) -> list[Misfit]:
        """The events in quarantine, by kind; they belong to the plan in force alone."""
        return quarantine(timezone.now()) if self.is_current else []

    @cached_property
    def today(self) -> dt.date:
        return localdate()


def shown(request: HttpRequest) -> Shown | None:
    """What the address asks for: `?revision=3`, `?draft=7`, else the current revision; None when there is none.

    Raises Http404 for a revision or draft that does not exist.
    """
    newest = queries.newest_number()
    try:
        if (wanted := request.GET.get("draft")) is not None:
            draft = queries.draft(_number(wanted))
            return Shown(_read(draft.text), draft=draft, newest=newest)
        if (wanted := request.GET.get("revision")) is not None:
            revision = queries.revision(_number(wanted))
            return Shown(_read(revision.text), revision=revision, newest=newest)
    except DomainError as unknown:
        raise Http404 from unknown
    current = queries.current()
    return None if current is None else Shown(_read(current.text), revision=current, newest=current.number)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Http404
    return int(text)
