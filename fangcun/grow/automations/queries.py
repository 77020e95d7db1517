"""Questions about automations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from fangcun.grow.automations.document import Document, Tell, read_document
from fangcun.grow.automations.entering import arm_of, latest
from fangcun.grow.automations.errors import AutomationUnknown
from fangcun.grow.automations.models import Automation, Run, Version
from fangcun.grow.automations.states import Arm, AutomationStatus, RunStatus
from fangcun.grow.automations.watching import Look, find
from fangcun.identity.members.models import Member


@dataclass(frozen=True, slots=True)
class Preview:
    """Who would enter: how many, how many of them would be left alone, and some of them."""

    members: int
    held: int
    some: Sequence[Member]
    by_news: bool


def automations() -> list[Automation]:
    """All of them, the newest first, with how many are under way (`waiting`) and were ever in (`entered`)."""
    found = list(Automation.objects.all())
    counts: dict[int, dict[str, int]] = {}
    for automation, status, n in (
        Run.objects.values_list("automation_id", "status").annotate(n=Count("id")).order_by()
    ):
        counts.setdefault(automation, {})[status] = n
    for one in found:
        mine = counts.get(one.pk, {})
        one.waiting, one.entered = mine.get(RunStatus.WAITING, 0), sum(mine.values())  # type: ignore[attr-defined]
    return found


def automation_of(automation_id: int) -> Automation:
    """One of them. Raises AutomationUnknown."""
    found = Automation.objects.filter(pk=automation_id).first() if 0 < automation_id < 2**63 else None
    if found is None:
        raise AutomationUnknown
    return found


def document_of(automation: Automation) -> tuple[Version, Document]:
    """What new entries get, and the same read. Raises AutomationUnknown."""
    version = latest(automation)
    if version is None:
        raise AutomationUnknown
    return version, read_document(version.document)


def preview(
    document: Mapping[str, Any], *, salt: str, held_out: int, now: dt.datetime, some: int = 10
) -> Preview:
    """Who would enter if this ran now; for news, who would have in the last seven days. Nothing is written.

    Raises AutomationInvalid, SegmentUnknown.
    """
    read = read_document(document)
    found = [one.member_id for one in find(read, Look(now))]
    held = sum(arm_of(salt, held_out, member) == Arm.HELD for member in found)
    shown = Member.objects.filter(pk__in=found[:some]).order_by("id")
    return Preview(len(found), held, list(shown), read.trigger.kind == "news")


def runs_of(automation: Automation, *, status: str = "") -> QuerySet[Run]:
    """The ways through an automation, the newest first."""
    runs = Run.objects.filter(automation=automation).select_related("member", "version")
    return (runs.filter(status=status) if status in RunStatus.values else runs).order_by("-id")


def told_by(automation: Automation) -> frozenset[str]:
    """The purposes for which an automation needs consents."""
    _version, document = document_of(automation)
    return frozenset(
        step.purpose for step in document.steps if isinstance(step, Tell) and step.channel == "subscribe"
    )


def audience(automation: Automation, now: dt.datetime) -> frozenset[int]:
    """The members it would tell: who is under way, and whom its trigger finds now."""
    waiting = Run.objects.filter(automation=automation, status=RunStatus.WAITING)
    _version, document = document_of(automation)
    found = {one.member_id for one in find(document, Look(now))}
    acted = {m for m in found if arm_of(automation.salt, automation.held_out, m) == Arm.ACTED}
    return frozenset(acted | set(waiting.values_list("member_id", flat=True)))


def running() -> list[Automation]:
    """Those that are switched on."""
    return list(Automation.objects.filter(status=AutomationStatus.RUNNING).order_by("id"))


def is_awaited(news: str) -> bool:
    """Whether a running automation waits for some news: most news costs no more than this look."""
    return Automation.objects.filter(status=AutomationStatus.RUNNING, news=news).exists()
