"""Letting members in: once per key, one way at a time, a tenth of them left alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from fangcun.grow.automations.document import Document, Step, Wait, read_document
from fangcun.grow.automations.models import Automation, Inside, Run, Version
from fangcun.grow.automations.states import Arm, AutomationStatus, RunStatus
from fangcun.grow.automations.watching import Entrant, Look, find, is_time
from fangcun.identity.members.queries import last_programs
from fangcun.insight.experiments.assigning import BUCKETS, variant_of
from fangcun.insight.segments.queries import members_of
from fangcun.insight.tracking.services import record_later
from fangcun.kernel.errors import DomainError

CHUNK = 500


def arm_of(salt: str, held_out: int, member_id: int) -> str:
    """Whether a member is told or left alone; the same at every time. `held_out` is in basis points."""
    weights = [(Arm.HELD.value, held_out), (Arm.ACTED.value, BUCKETS - held_out)]
    return variant_of(salt, f"member:{member_id}", weights)


def first_step(steps: Sequence[Step], now: dt.datetime) -> tuple[int, dt.datetime]:
    """Where a way begins and when its first step is due: a wait at the beginning needs nobody to look."""
    if steps and isinstance(wait := steps[0], Wait):
        return 1, waited(wait, now)
    return 0, now


def waited(wait: Wait, now: dt.datetime) -> dt.datetime:
    """When a wait that begins now is over."""
    over = now + dt.timedelta(hours=wait.hours)
    if wait.at is None:
        return over
    local = timezone.localtime(over, timezone.get_default_timezone())
    at = local.replace(hour=wait.at.hour, minute=wait.at.minute, second=0, microsecond=0)
    return at if at >= local else at + dt.timedelta(days=1)


@transaction.atomic
def enter(
    *,
    automation: Automation,
    version: Version,
    document: Document,
    entrants: Sequence[Entrant],
    now: dt.datetime,
    program_id: int | None = None,
) -> int:
    """Let some members in, in a few statements; how many were new.

    Left out are those who are under way, who came in too recently for `again_days`, or whom no mini program knows.
    `program_id` is where it happened, else it is the program that each used last.
    """
    wanted = {one.member_id: one for one in entrants}
    again = Q(status=RunStatus.WAITING)
    if document.again_days:
        again |= Q(entered_at__gt=now - dt.timedelta(days=document.again_days))
    else:
        again = Q()
    known = Run.objects.filter(again, automation=automation, member_id__in=wanted)
    for member in known.values_list("member_id", flat=True):
        wanted.pop(member, None)
    programs = last_programs(list(wanted)) if program_id is None else dict.fromkeys(wanted, program_id)
    step, due_at = first_step(document.steps, now)
    runs = [
        _run(automation, version, one, programs[one.member_id], step, due_at, now)
        for one in wanted.values()
        if one.member_id in programs
    ]
    # Whoever was let in by another process at this moment stays as he is.
    Run.objects.bulk_create(runs, ignore_conflicts=True)
    made = Run.objects.filter(
        automation=automation, member_id__in=[run.member_id for run in runs], entered_at=now
    )
    count = 0
    for run in made.only("member_id", "program_id", "arm"):
        count += 1
        record_later(
            "automation_entered",
            event_id=f"automation_entered:{run.pk}",
            member_id=run.member_id,
            program_id=run.program_id,
            props={"automation_id": automation.pk, "arm": run.arm},
            at=now,
        )
    return count


def look_around(automation_id: int, now: dt.datetime) -> int:
    """Let in whoever a running automation's trigger finds now; how many. Nothing happens between its times."""
    automation = Automation.objects.filter(pk=automation_id, status=AutomationStatus.RUNNING).first()
    version = latest(automation) if automation else None
    if automation is None or version is None:
        return 0
    document, look = read_document(version.document), Look(now, automation)
    if not is_time(document.trigger, look):
        return 0
    count, trouble = 0, ""
    try:
        if document.trigger.kind == "segment":
            count = _from_segment(automation, version, document, look)
        else:
            found = find(document, look)
            for start in range(0, len(found), CHUNK):
                count += enter(
                    automation=automation,
                    version=version,
                    document=document,
                    entrants=found[start : start + CHUNK],
                    now=now,
                )
    except DomainError as refused:  # a segment is gone, a question took too long: it is tried again
        trouble = str(refused)[:300]
    Automation.objects.filter(pk=automation_id).update(looked_at=now, trouble=trouble)
    return count


def _from_segment(automation: Automation, version: Version, document: Document, look: Look) -> int:
    trigger = document.trigger
    found = find(document, look)
    # At the first look those who are in already are only remembered, unless they are wanted too.
    welcome = trigger.existing or automation.looked_at is not None
    count = 0
    for start in range(0, len(found), CHUNK):
        some = found[start : start + CHUNK]
        with transaction.atomic():
            Inside.objects.bulk_create(
                [Inside(automation=automation, member_id=one.member_id) for one in some],
                ignore_conflicts=True,
            )
            if welcome:
                count += enter(
                    automation=automation, version=version, document=document, entrants=some, now=look.now
                )
    inside = set(members_of(trigger.segment))
    seen = Inside.objects.filter(automation=automation).values_list("member_id", flat=True)
    left = [member for member in seen if member not in inside]
    for start in range(0, len(left), CHUNK):
        Inside.objects.filter(automation=automation, member_id__in=left[start : start + CHUNK]).delete()
    return count


def latest(automation: Automation) -> Version | None:
    """What new entries get."""
    return Version.objects.filter(automation=automation).order_by("-number").first()


def _run(
    automation: Automation,
    version: Version,
    one: Entrant,
    program_id: int,
    step: int,
    due_at: dt.datetime,
    now: dt.datetime,
) -> Run:
    held = arm_of(automation.salt, automation.held_out, one.member_id) == Arm.HELD
    return Run(
        automation=automation,
        version=version,
        member_id=one.member_id,
        program_id=program_id,
        key=one.key[:120],
        arm=Arm.HELD if held else Arm.ACTED,
        status=RunStatus.HELD if held else RunStatus.WAITING,
        step=step,
        due_at=due_at,
        facts=one.facts,
        entered_at=now,
        ended_at=now if held else None,
    )
