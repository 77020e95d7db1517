"""What stands in the way of the launch here: papers, permissions, environments, points of the checklist."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.build.papers.models import Paper
from fangcun.build.papers.points import Point, points
from fangcun.build.papers.queries import (
    PaperState,
    PermissionRow,
    active_programs,
    finished_test,
    launch_begins,
    papers,
    permissions,
)
from fangcun.build.papers.reminding import late_for
from fangcun.build.papers.states import PaperKind, PaperStatus, PermissionState, Stage
from fangcun.build.papers.testing.result import Result
from fangcun.identity.programs.models import Program

PAPERS = "/console/launch/papers/"


@dataclass(frozen=True, slots=True)
class Blocker:
    """One thing that blocks: a code that stays, a sentence, and where in the console it is mended."""

    code: str
    text: str
    link: str


def papers_state(program: Program | None = None) -> list[Blocker]:
    """Everything of papers, permissions and environments that blocks a launch; of one mini program, or of all."""
    found = list(of_papers())
    for one in [program] if program is not None else active_programs():
        found += [*of_permissions(one), *of_tests(one), *of_points(one)]
    return found


def of_papers(rows: list[PaperState] | None = None) -> Iterator[Blocker]:
    """Papers of the plan that are not there, and any that has run out; `rows` when they were read just now."""
    today, launch = timezone.localdate(), launch_begins()
    for state in papers() if rows is None else rows:
        if state.paper is None:
            text = _("“%s”在蓝图里，还没有登记") % (state.planned.name if state.planned else "")
            yield Blocker(f"paper:{state.planned.id if state.planned else ''}", text, PAPERS)
        elif text := _trouble(state.paper, today, launch):
            yield Blocker(f"paper:{state.paper.pk}", text, f"{PAPERS}{state.paper.pk}/")


def _trouble(paper: Paper, today: dt.date, launch: dt.date | None) -> str:
    name = paper.name
    if paper.expired(today):
        return _("“%(name)s”已在 %(day)s 过期") % {"name": name, "day": paper.expires_on}
    if paper.kind == PaperKind.CONTRACT:
        return ""
    if paper.status != PaperStatus.HAVE:
        facts = {"name": name, "status": paper.get_status_display(), "day": paper.expected_on}
        return (
            _("“%(name)s”%(status)s，预计 %(day)s 取得") % facts
            if paper.expected_on
            else _("“%(name)s”%(status)s") % facts
        )
    if launch is not None and late_for(paper, launch):
        return _("“%(name)s”在上线前（%(day)s）到期") % {"name": name, "day": paper.expires_on}
    return ""


def of_permissions(program: Program, rows: list[PermissionRow] | None = None) -> Iterator[Blocker]:
    """Interfaces that are needed and not granted; `rows` when they were read just now."""
    for row in permissions(program) if rows is None else rows:
        if row.why and row.state != PermissionState.GRANTED:
            text = _("接口“%(title)s”%(state)s：%(why)s") % {
                "title": row.title,
                "state": row.state_name,
                "why": row.why,
            }
            link = f"/console/launch/papers/permissions/?program={program.pk}#{row.capability}"
            yield Blocker(f"permission:{program.pk}:{row.capability}", text, link)


def of_tests(program: Program) -> Iterator[Blocker]:
    """A release environment that was never tested, or with something wrong in its newest finished test."""
    link = f"/console/launch/papers/selftest/?program={program.pk}"
    test = finished_test(program, Stage.RELEASE)
    if test is None:
        yield Blocker(f"test:{program.pk}", _("“%s”还没有做过环境自检") % program.name, link)
        return
    for kept in test.results:
        result = Result.from_json(kept)
        if result.state == "failed":
            text = _("自检：%(part)s，%(message)s") % {"part": result.part, "message": result.message}
            yield Blocker(f"test:{program.pk}:{result.code}", text, link)


def of_points(program: Program, found: list[Point] | None = None) -> Iterator[Blocker]:
    """Points of the checklist that are open; `found` when they were decided just now."""
    for point in points(program) if found is None else found:
        if point.state == "open":
            text = _("清单：%s") % point.title + (f"（{point.detail}）" if point.detail else "")
            link = f"/console/launch/papers/checklist/?program={program.pk}#{point.name}"
            yield Blocker(f"point:{program.pk}:{point.name}", text, link)
