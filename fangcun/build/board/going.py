"""Papers and environments, the dates, and the release that is on its way."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.build.board.parts import Part
from fangcun.build.papers.blocking import PAPERS, Blocker, of_papers, of_permissions, of_points, of_tests
from fangcun.build.papers.points import points
from fangcun.build.papers.queries import finished_test, papers, permissions, reminder_count
from fangcun.build.papers.states import PaperStatus, PermissionState, Stage
from fangcun.build.release.models import Release
from fangcun.build.release.queries import failed_errand, live_release, open_items, open_release
from fangcun.build.release.states import ReleaseStatus
from fangcun.identity.programs.models import Program
from fangcun.plan.schedule.queries import progress

OLD_DAYS = 7
SCHEDULE = "/console/plan/schedule/"
RELEASES = "/console/launch/releases/"


def qualifications() -> Part:
    """The papers."""
    rows = papers()
    have = sum(one.paper is not None and one.paper.status == PaperStatus.HAVE for one in rows)
    facts = (_("%(have)s / %(all)s 份已取得") % {"have": have, "all": len(rows)},) if rows else ()
    blockers = tuple(of_papers(rows))
    notes = []
    if waiting := reminder_count():
        notes.append(Blocker("papers:reminders", _("%s 份资质有提醒") % waiting, f"{PAPERS}#reminders"))
    if not rows:
        notes.append(Blocker("papers:none", _("还没有登记资质"), PAPERS))
    return Part("papers", _("资质"), PAPERS, facts, blockers, tuple(notes))


def interfaces(programs: Iterable[Program]) -> Part:
    """The permissions of interfaces."""
    blockers: list[Blocker] = []
    facts: list[str] = []
    several = list(programs)
    for program in several:
        needed = [row for row in permissions(program) if row.why]
        granted = sum(row.state == PermissionState.GRANTED for row in needed)
        told = _("%(granted)s / %(all)s 个接口已开通") % {"granted": granted, "all": len(needed)}
        facts.append(f"{program.name}：{told}" if len(several) > 1 else told)
        blockers += of_permissions(program, needed)
    link = "/console/launch/papers/permissions/"
    return Part("permissions", _("接口权限"), link, tuple(facts), tuple(blockers))


def environment(programs: Iterable[Program]) -> Part:
    """What the self-tester said last."""
    blockers: list[Blocker] = []
    facts, notes = [], []
    link = "/console/launch/papers/selftest/"
    for program in programs:
        blockers += of_tests(program)
        test = finished_test(program, Stage.RELEASE)
        if test is None:
            continue
        days = (timezone.now() - test.at).days
        if days >= OLD_DAYS:
            told = _("%(name)s：上次自检是 %(days)s 天前") % {"name": program.name, "days": days}
            notes.append(Blocker(f"test:{program.pk}:old", told, f"{link}?program={program.pk}"))
        kinds = [one.get("state") for one in test.results]
        facts.append(_("%(name)s：%(ok)s 项正常") % {"name": program.name, "ok": kinds.count("ok")})
        if open_questions := kinds.count("undecided"):
            told = _("%(name)s：%(count)s 项无法判断") % {"name": program.name, "count": open_questions}
            notes.append(Blocker(f"test:{program.pk}:undecided", told, f"{link}?program={program.pk}"))
    return Part("environment", _("环境"), link, tuple(facts), tuple(blockers), tuple(notes))


def checklist(programs: Iterable[Program]) -> Part:
    """The points that WeChat or the law asks for."""
    blockers: list[Blocker] = []
    facts = []
    for program in programs:
        found = points(program)
        done = sum(one.state == "done" for one in found)
        facts.append(
            _("%(name)s：%(done)s / %(all)s 项") % {"name": program.name, "done": done, "all": len(found)}
        )
        blockers += of_points(program, found)
    return Part("checklist", _("清单"), "/console/launch/papers/checklist/", tuple(facts), tuple(blockers))


def schedule() -> Part:
    """The dates of the launch: they block nothing, and tell how late one is."""
    title, found = _("排期"), progress()
    if found is None:
        return Part("schedule", title, SCHEDULE)
    facts, notes = [], []
    for one in found.stages:
        if one.stage.kind != "launch":
            continue
        dates = {"name": one.stage.name, "start": one.expected.start, "end": one.expected.end}
        if one.status == "finished":
            facts.append(_("%(name)s：已在 %(end)s 完成") % dates)
        else:
            facts.append(_("%(name)s：预计 %(start)s 至 %(end)s") % dates)
            facts.append(_("余量 %s 个工作日") % one.slack_days)
    if found.launch_slip_days > 0:
        told = _("上线比最初计划晚 %s 个工作日") % found.launch_slip_days
        notes.append(Blocker("schedule:late", told, SCHEDULE))
    for one in found.stages:
        if one.stage.kind != "launch" and one.status == "late":
            told = _("阶段“%s”已经晚了") % one.stage.name
            notes.append(Blocker(f"schedule:{one.stage.id}", told, f"{SCHEDULE}#stage-{one.stage.id}"))
    return Part("schedule", title, SCHEDULE, tuple(facts), notes=tuple(notes))


def release(programs: Iterable[Program]) -> Part:
    """How far the release is."""
    facts, blockers, notes = [], [], []
    for program in programs:
        live, going = live_release(program.pk), open_release(program.pk)
        if live is not None:
            facts.append(_("%(name)s：%(version)s 已全量") % {"name": program.name, "version": live.version})
        if going is not None:
            facts.append(f"{program.name}：{going.version} {going.get_status_display()}")
            blockers += _held_up(going)
        elif live is None:
            told = _("%s 还没有发布；前面都通过之后新建一个") % program.name
            notes.append(Blocker(f"release:{program.pk}:none", told, RELEASES))
    return Part("release", _("发布"), RELEASES, tuple(facts), tuple(blockers), tuple(notes))


def _held_up(going: Release) -> list[Blocker]:
    link, found = f"{RELEASES}{going.pk}/", []
    if going.status == ReleaseStatus.REFUSED:
        told = _("%(version)s 被驳回，%(count)s 条意见待整改") % {
            "version": going.version,
            "count": len(open_items(going)),
        }
        found.append(Blocker(f"release:{going.pk}:refused", told, link))
    if going.held:
        told = _("%(version)s 的灰度已暂停：%(why)s") % {"version": going.version, "why": going.held}
        found.append(Blocker(f"release:{going.pk}:held", told, link))
    if (errand := failed_errand(going)) is not None:
        told = _("%(version)s 的“%(what)s”失败了") % {
            "version": going.version,
            "what": errand.get_kind_display(),
        }
        found.append(Blocker(f"release:{going.pk}:errand", told, link))
    return found
