"""What is planned, built, inspected and tried out."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.blueprint.checking import has_errors
from fangcun.build.artifacts.models import Artifact
from fangcun.build.artifacts.queries import latest_ready
from fangcun.build.board.parts import Part
from fangcun.build.checks.finding import Finding, Severity
from fangcun.build.checks.pack import rules
from fangcun.build.checks.queries import latest_run, open_report
from fangcun.build.papers.blocking import Blocker
from fangcun.build.suites.queries import states
from fangcun.plan.revisions.queries import blueprint_of, current, findings

PLAN = "/console/plan/"
BUILDS = "/console/launch/builds/"
CHECKS = "/console/launch/checks/"
REPORTS = "/console/launch/reports/"
SHOWN = 5  # findings of an inspection; the rest is counted


def plan() -> Part:
    """Whether there is a plan, and a sound one."""
    title, revision = _("规划"), current()
    if revision is None:
        first = Blocker("plan:none", _("还没有发布蓝图。第一步：写一份，或从样例开始"), "/console/plan/edit/")
        return Part("plan", title, PLAN, blockers=(first,))
    facts = (_("第 %s 版") % revision.number,)
    found = findings(revision.text)
    if has_errors(found):
        wrong = Blocker("plan:errors", _("第 %s 版蓝图有错误") % revision.number, "/console/plan/findings/")
        return Part("plan", title, PLAN, facts, (wrong,))
    return Part("plan", title, PLAN, facts)


def build() -> Part:
    """Whether there is a package of the plan as it is now."""
    title, made, revision = _("构建"), latest_ready(), current()
    if made is None:
        none = Blocker("build:none", _("还没有可用的微信包，先构建一个"), BUILDS)
        return Part("build", title, BUILDS, blockers=(none,))
    facts = (f"#{made.number} · {made.version} · {made.get_environment_display()}",)
    link = f"{BUILDS}{made.number}/"
    if revision is not None and made.revision != revision.number:
        told = _("构建用的是第 %(built)s 版蓝图，现在是第 %(now)s 版") % {
            "built": made.revision,
            "now": revision.number,
        }
        return Part("build", title, BUILDS, facts, (Blocker("build:old", told, BUILDS),))
    if made.environment != "release":
        told = _("最新的构建是%s的，发布要用正式版的构建") % made.get_environment_display()
        return Part("build", title, link, facts, notes=(Blocker("build:environment", told, BUILDS),))
    return Part("build", title, link, facts)


def checks() -> Part:
    """What an auditor would refuse in the newest package."""
    title, made = _("检查"), latest_ready()
    if made is None:
        return Part("checks", title, CHECKS, notes=(Blocker("checks:build", _("有了构建才能检查"), BUILDS),))
    run = latest_run(made)
    report = open_report(run) if run is not None else None
    if run is None or report is None:
        told = _("构建 #%s 还没有检查") % made.number
        return Part("checks", title, CHECKS, blockers=(Blocker("checks:none", told, CHECKS),))
    link = f"{CHECKS}{run.pk}/"
    errors = [one for one in report.findings if report.severity(one.rule) is Severity.ERROR]
    warnings = report.counts[Severity.WARNING]
    facts = [_("%(errors)s 个错误，%(warnings)s 个提醒") % {"errors": len(errors), "warnings": warnings}]
    if report.waived:
        facts.append(_("%s 个已豁免") % len(report.waived))
    blockers = [Blocker(f"checks:{one.key}", _told(one), link) for one in errors[:SHOWN]]
    if len(errors) > SHOWN:
        blockers.append(Blocker("checks:more", _("还有 %s 个错误") % (len(errors) - SHOWN), link))
    notes = []
    if report.expired:
        notes.append(Blocker("checks:expired", _("%s 个豁免已过期") % len(report.expired), CHECKS))
    return Part("checks", title, link, tuple(facts), tuple(blockers), tuple(notes))


def _told(one: Finding) -> str:
    rule = rules().get(one.rule)
    return f"{rule.title}：{one.message}" if rule is not None else one.message


def suites() -> Part:
    """How the test suites went last. One that failed blocks; so does one that acceptance asks for and nobody ran."""
    asked, made = _asked_for(), latest_ready()
    facts: list[str] = []
    blockers: list[Blocker] = []
    notes: list[Blocker] = []
    for one in states():
        name, run = str(one.suite.label), one.deciding
        command = f"fangcun test {one.suite.value}"
        if run is None:
            told = _("“%(name)s”还没有跑过：%(command)s") % {"name": name, "command": command}
            kind = blockers if f"{one.suite.value}_pass" in asked else notes
            kind.append(Blocker(f"suite:{one.suite.value}:none", told, REPORTS))
            continue
        link = f"{REPORTS}{run.pk}/"
        if not run.passed:
            told = _("“%(name)s”没有通过：%(summary)s") % {"name": name, "summary": run.summary[:120]}
            blockers.append(Blocker(f"suite:{one.suite.value}:failed", told, link))
            continue
        at = timezone.localtime(run.created_at)
        facts.append(_("%(name)s通过（%(at)s）") % {"name": name, "at": f"{at:%m-%d %H:%M}"})
        if made is not None and _older(run.created_at, made):
            told = _("“%(name)s”是在构建 #%(number)s 之前跑的") % {"name": name, "number": made.number}
            notes.append(Blocker(f"suite:{one.suite.value}:old", told, link))
    return Part("suites", _("测试"), REPORTS, tuple(facts), tuple(blockers), tuple(notes))


def _older(at: dt.datetime, made: Artifact) -> bool:
    return at < made.created_at


def _asked_for() -> set[str]:
    """The checks on which the acceptance of some stage rests."""
    revision = current()
    if revision is None:
        return set()
    stages = blueprint_of(revision).schedule.stages
    return {str(item.check) for stage in stages for item in stage.acceptance if item.check}
