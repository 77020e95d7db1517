"""Questions about papers, permissions and environments: what really is, against what the plan says, and what blocks."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.utils.translation import gettext as _

from fangcun.blueprint.document import Qualification
from fangcun.build.artifacts.queries import folder_of, latest_ready
from fangcun.build.papers.capabilities import CAPABILITIES, needs, needs_of_package
from fangcun.build.papers.models import (
    Environment,
    InterfacePermission,
    Paper,
    Reminder,
    SelfTest,
    UploadKey,
)
from fangcun.build.papers.states import PaperStatus, PermissionState, Stage
from fangcun.grow.links.models import Link
from fangcun.identity.programs.models import Program
from fangcun.plan.revisions.queries import current_blueprint
from fangcun.plan.schedule.queries import progress


@dataclass(frozen=True, slots=True)
class PaperState:
    """A paper beside what the plan says of it. Either may be missing, not both."""

    paper: Paper | None
    planned: Qualification | None
    differences: tuple[str, ...]
    reminders: tuple[Reminder, ...]

    @property
    def name(self) -> str:
        """What people call it."""
        return self.paper.name if self.paper is not None else self.planned.name if self.planned else ""

    def holds(self, today: dt.date) -> bool:
        """Whether it can be shown to an auditor today; the plan is believed while no paper is registered."""
        if self.paper is not None:
            return self.paper.holds(today)
        return self.planned is not None and self.planned.status == PaperStatus.HAVE.value

    @property
    def covers(self) -> frozenset[str]:
        """What plan or paper says that it covers."""
        planned = self.planned.covers if self.planned is not None else ()
        return frozenset([*planned, *(self.paper.covers if self.paper is not None else ())])


@dataclass(frozen=True, slots=True)
class PermissionRow:
    """One interface of one mini program: why it is needed ("" when it is not), and how far it is."""

    capability: str
    title: str
    where: str
    probed: bool
    why: str
    row: InterfacePermission | None

    @property
    def state(self) -> str:
        return self.row.state if self.row is not None else PermissionState.NONE

    @property
    def state_name(self) -> str:
        return str(PermissionState(self.state).label)


def papers() -> list[PaperState]:
    """Every paper and every qualification of the plan, side by side; those of the plan first, in its order."""
    bp = current_blueprint()
    planned = {one.id: one for one in bp.qualifications} if bp is not None else {}
    kept = list(Paper.objects.prefetch_related("files"))
    waiting: dict[int, list[Reminder]] = {}
    for reminder in Reminder.objects.filter(settled_at=None):
        waiting.setdefault(reminder.paper_id, []).append(reminder)
    by_plan = {paper.plan_id: paper for paper in kept if paper.plan_id}
    rows = [
        _beside(by_plan.get(name), one, waiting.get(by_plan[name].pk, []) if name in by_plan else [])
        for name, one in planned.items()
    ]
    rows += [
        _beside(paper, None, waiting.get(paper.pk, [])) for paper in kept if paper.plan_id not in planned
    ]
    return rows


def _beside(paper: Paper | None, planned: Qualification | None, waiting: list[Reminder]) -> PaperState:
    return PaperState(paper, planned, tuple(differences(paper, planned)), tuple(waiting))


def differences(paper: Paper | None, planned: Qualification | None) -> list[str]:
    """Where a paper is not as the plan says."""
    if paper is None:
        return [_("蓝图里有，还没有登记")]
    if planned is None:
        return [_("蓝图里没有这一项")] if paper.plan_id else []
    found = []
    if planned.status != paper.status:
        names = {"have": _("已取得"), "applied": _("办理中"), "missing": _("还没有")}
        found.append(
            _("状态：蓝图写的是%(planned)s，实际是%(real)s")
            % {"planned": names[planned.status], "real": paper.get_status_display()}
        )
    if planned.expires != paper.expires_on:
        facts = {"planned": planned.expires or _("没有写"), "real": paper.expires_on or _("没有填")}
        found.append(_("有效期：蓝图写的是%(planned)s，实际是%(real)s") % facts)
    if sorted(planned.covers) != sorted(paper.covers):
        missing = [one for one in planned.covers if one not in paper.covers]
        more = [one for one in paper.covers if one not in planned.covers]
        if missing:
            found.append(_("没有覆盖：%s") % "、".join(missing))
        if more:
            found.append(_("比蓝图多覆盖：%s") % "、".join(more))
    return found


def lacking(categories: Iterable[str], *, today: dt.date) -> list[str]:
    """The names of papers that these categories need and that do not hold today, as the papers really are.

    A category that neither plan nor paper names needs none. Of what is not registered here yet, the plan is believed.
    """
    wanted = set(categories)
    return [one.name for one in papers() if wanted.intersection(one.covers) and not one.holds(today)]


def launch_begins(now: dt.datetime | None = None) -> dt.date | None:
    """The first expected day of the launch; None without a plan that has one, and once the launch is over."""
    found = progress(now)
    if found is None:
        return None
    days = [
        stage.expected.start
        for stage in found.stages
        if stage.stage.kind == "launch" and stage.finished_on is None
    ]
    return min(days, default=None)


def reminders() -> list[Reminder]:
    """What somebody should look at, the most urgent first."""
    return list(Reminder.objects.filter(settled_at=None).select_related("paper"))


def reminder_count() -> int:
    """How many papers wait for somebody."""
    return Reminder.objects.filter(settled_at=None).values("paper").distinct().count()


def permissions(program: Program) -> list[PermissionRow]:
    """Every interface, those that plan or newest package need first."""
    rows = {row.capability: row for row in InterfacePermission.objects.filter(program=program)}
    needed = needs(current_blueprint(), _package_needs())
    if Link.objects.filter(program=program).exists():
        needed.setdefault("code", _("推广链接和海报要画小程序码"))
    found = [
        PermissionRow(code, str(one.title), str(one.where), one.probed, needed.get(code, ""), rows.get(code))
        for code, one in CAPABILITIES.items()
    ]
    return sorted(found, key=lambda row: not row.why)


def _package_needs() -> dict[str, str] | None:
    built = latest_ready()
    return None if built is None else _remembered(str(folder_of(built)), built.digest)


@lru_cache(maxsize=4)
def _remembered(folder: str, digest: str) -> dict[str, str] | None:
    """The same build needs the same; its files never change."""
    place = Path(folder)
    try:
        app = json.loads((place / "app.json").read_text())
    except (OSError, ValueError):
        return None  # removed by the policy of keeping
    return needs_of_package(place, app)


def environments(program: Program) -> dict[str, Environment]:
    """The environments of a mini program by name; those that nobody filled in are empty and unsaved."""
    kept = {row.name: row for row in Environment.objects.filter(program=program)}
    return {name: kept.get(name) or Environment(program=program, name=name) for name in Stage.values}


def domains_of(program: Program, environment: str = Stage.RELEASE) -> frozenset[str] | None:
    """Every domain registered for one version of a mini program, with its scheme; None when nobody filled it in."""
    row = Environment.objects.filter(program=program, name=environment).first()
    return row.domains if row is not None and row.domains else None


def upload_key(program: Program) -> str:
    """The PEM text of the key that signs uploads of code; "" when there is none. Show it to nobody."""
    kept = UploadKey.objects.filter(program=program).first()
    return kept.private_key if kept is not None else ""


def upload_key_fingerprint(program: Program) -> str:
    """How the upload key is shown; "" when there is none."""
    return UploadKey.objects.filter(program=program).values_list("fingerprint", flat=True).first() or ""


def latest_test(program: Program, environment: str = Stage.RELEASE) -> SelfTest | None:
    """The newest self-test of an environment, running or done."""
    return SelfTest.objects.filter(program=program, environment=environment).order_by("-id").first()


def finished_test(program: Program, environment: str = Stage.RELEASE) -> SelfTest | None:
    """The newest self-test of an environment that came to its end."""
    done = SelfTest.objects.filter(program=program, environment=environment).exclude(finished_at=None)
    return done.order_by("-id").first()


def self_test(test_id: int) -> SelfTest | None:
    """One self-test."""
    return SelfTest.objects.filter(pk=test_id).first()


def active_programs() -> list[Program]:
    """The mini programs that a launch is about, the main one first."""
    rows = Program.objects.filter(is_active=True).select_related("merchant").order_by("id")
    return sorted(rows, key=lambda one: one.role != Program.Role.MAIN)
