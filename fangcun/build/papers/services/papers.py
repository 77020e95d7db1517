"""Papers: taken over from the plan, kept up to date by people, looked after before they run out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.build.papers.errors import PaperInvalid, PaperUnknown
from fangcun.build.papers.models import Paper
from fangcun.build.papers.queries import launch_begins
from fangcun.build.papers.reminders import remind
from fangcun.build.papers.states import PaperKind, PaperStatus
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record
from fangcun.plan.revisions.queries import current_blueprint

FIELDS = (
    "kind", "name", "number", "holder", "status", "covers", "issued_on", "expires_on", "expected_on", "note",
)  # fmt: skip
_LONGEST = {"name": 80, "number": 80, "holder": 80, "note": 300}
MOST_COVERED = 50


@transaction.atomic
def adopt_plan(*, by: Actor) -> list[Paper]:
    """Make a paper for each qualification of the plan that has none yet, as far as the plan says it is.

    Papers that are there stay as they are: what the plan says of them later is shown as a difference.
    """
    bp = current_blueprint()
    if bp is None:
        return []
    known = set(Paper.objects.exclude(plan_id="").values_list("plan_id", flat=True))
    fresh = [
        Paper(
            plan_id=one.id,
            kind=one.kind,
            name=one.name[:80],
            status=one.status,
            covers=list(one.covers),
            expires_on=one.expires,
        )
        for one in bp.qualifications
        if one.id not in known
    ]
    # Of two that publish at once, one makes the paper.
    Paper.objects.bulk_create(fresh, ignore_conflicts=True)
    made = list(Paper.objects.filter(plan_id__in=[one.plan_id for one in fresh]))
    for paper in made:
        record("papers.adopt_plan", by=by, object=paper, after={"status": paper.status})
    return made


@transaction.atomic
def save_paper(
    *,
    paper_id: int | None = None,
    plan_id: str = "",
    kind: str,
    name: str,
    number: str = "",
    holder: str = "",
    status: str,
    covers: Iterable[str] = (),
    issued_on: dt.date | None = None,
    expires_on: dt.date | None = None,
    expected_on: dt.date | None = None,
    note: str = "",
    by: Actor,
) -> Paper:
    """Write down how a paper really is, or a new one.

    `plan_id` names the plan's qualification that a new paper is. Raises PaperUnknown and PaperInvalid.
    """
    paper = Paper(plan_id=plan_id.strip()[:60])
    before: dict[str, Any] | None = None
    if paper_id is not None:
        found = Paper.objects.select_for_update().filter(pk=paper_id).first()
        if found is None:
            raise PaperUnknown
        paper, before = found, {field: getattr(found, field) for field in FIELDS}
    given = {
        "kind": kind, "name": name.strip(), "number": number.strip(), "holder": holder.strip(), "status": status,
        "covers": list(dict.fromkeys(one.strip() for one in covers if one.strip())), "issued_on": issued_on,
        "expires_on": expires_on, "expected_on": expected_on, "note": note.strip(),
    }  # fmt: skip
    for field, value in given.items():
        setattr(paper, field, value)
    _check(paper)
    paper.save()
    after = {field: getattr(paper, field) for field in FIELDS}
    if before != after:
        record("papers.save_paper", by=by, object=paper, before=before, after=after)
        remind(today=timezone.localdate(), launch=launch_begins())
    return paper


def _check(paper: Paper) -> None:
    wrong: dict[str, str] = {}
    for field, longest in _LONGEST.items():
        if len(text := getattr(paper, field)) > longest or "\0" in text:
            wrong[field] = _("不超过 %s 个字") % longest
    if not paper.name:
        wrong["name"] = _("请填写名称")
    if paper.kind not in PaperKind.values:
        wrong["kind"] = _("未知的种类")
    if paper.status not in PaperStatus.values:
        wrong["status"] = _("未知的状态")
    if len(paper.covers) > MOST_COVERED or any(len(one) > 60 or "\0" in one for one in paper.covers):
        wrong["covers"] = _("最多 %s 项，每项不超过 60 个字") % MOST_COVERED
    if paper.issued_on and paper.expires_on and paper.expires_on < paper.issued_on:
        wrong["expires_on"] = _("有效期不能早于发证日期")
    if paper.plan_id and Paper.objects.filter(plan_id=paper.plan_id).exclude(pk=paper.pk).exists():
        wrong["plan_id"] = _("规划里的这一项已经有资质了")
    if wrong:
        raise PaperInvalid(fields=wrong)
