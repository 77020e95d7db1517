"""What people say: how far an interface permission is, and that a point of the checklist is done."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.build.papers.capabilities import CAPABILITIES
from fangcun.build.papers.checklist import BY_PERSON, ITEMS
from fangcun.build.papers.errors import DecidedByTest, EvidenceMissing, PaperInvalid
from fangcun.build.papers.models import ChecklistWord, InterfacePermission
from fangcun.build.papers.states import PermissionState
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record

LONGEST = 300


@transaction.atomic
def say_permission(
    *, program: Program, capability: str, state: str, evidence: str, by: Actor
) -> InterfacePermission:
    """A person says how far a permission is; a probe that decides later overrules him.

    Raises PaperInvalid, and EvidenceMissing for "granted" without something that can be looked at.
    """
    if capability not in CAPABILITIES or state not in PermissionState.values:
        raise PaperInvalid(fields={"state": _("未知的状态")})
    evidence = evidence.replace("\0", "").strip()[:LONGEST]
    if state == PermissionState.GRANTED and not evidence:
        raise EvidenceMissing(fields={"evidence": _("请写明依据，例如截图链接、单号或确认人")})
    return note_permission(
        program=program, capability=capability, state=state, note=evidence,
        source=InterfacePermission.Source.PERSON, by=by,
    )  # fmt: skip


@transaction.atomic
def note_permission(
    *, program: Program, capability: str, state: str, note: str, source: str, by: Actor
) -> InterfacePermission:
    """Keep what a person said or a probe found."""
    rows = InterfacePermission.objects.select_for_update().filter(program=program, capability=capability)
    row = rows.first() or InterfacePermission(program=program, capability=capability)
    before = {"state": row.state, "note": row.note} if row.pk else None
    row.state, row.note, row.source, row.checked_at = state, note[:LONGEST], source, timezone.now()
    row.actor_kind, row.actor_id, row.actor_name = by.kind, by.id, by.name[:150]
    row.save()
    after = {"state": row.state, "note": row.note}
    if before != after:
        name = f"{program.name} {CAPABILITIES[capability].title}"
        record("papers.note_permission", by=by, object=row, before=before, after=after, note=name)
    return row


@transaction.atomic
def confirm(*, program: Program, item: str, evidence: str, by: Actor) -> ChecklistWord:
    """A person says that a point of the launch checklist is done, and how one can see it.

    Raises PaperInvalid, DecidedByTest for a point that a test decides, EvidenceMissing.
    """
    if item not in ITEMS:
        raise PaperInvalid(fields={"item": _("没有这一项")})
    if item not in BY_PERSON:
        raise DecidedByTest
    evidence = evidence.replace("\0", "").strip()[:LONGEST]
    if not evidence:
        raise EvidenceMissing
    row, _made = ChecklistWord.objects.update_or_create(
        program=program,
        item=item,
        defaults={
            "evidence": evidence,
            "at": timezone.now(),
            "actor_kind": by.kind,
            "actor_id": by.id,
            "actor_name": by.name[:150],
        },
    )
    record("papers.confirm", by=by, object=program, after={"item": item}, note=evidence)
    return row


@transaction.atomic
def withdraw(*, program: Program, item: str, by: Actor) -> None:
    """Take a person's word back: the point is open again."""
    gone, _rows = ChecklistWord.objects.filter(program=program, item=item[:40]).delete()
    if gone:
        record("papers.withdraw", by=by, object=program, before={"item": item})
