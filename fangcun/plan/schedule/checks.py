"""Checks that decide acceptance: worked out from plan and events, or recorded by who ran them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal, get_args

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fangcun.blueprint.checking import has_errors
from fangcun.blueprint.vocabulary import Check
from fangcun.insight.tracking.queries import coverage
from fangcun.plan.revisions.models import Revision
from fangcun.plan.revisions.queries import findings
from fangcun.plan.schedule.models import CheckResult

State = Literal["open", "passed", "failed", "stale"]

TITLES: dict[str, str | Promise] = {
    "plan_clean": gettext_lazy("规划没有错误"),
    "package_budget": gettext_lazy("小程序包没有超出体积预算"),
    "events_covered": gettext_lazy("规划的事件都在上报"),
    "journeys_pass": gettext_lazy("所有场景走查通过"),
    "compat_pass": gettext_lazy("兼容性测试通过"),
    "load_pass": gettext_lazy("压力测试通过"),
    "security_pass": gettext_lazy("安全测试通过"),
    "audit_clean": gettext_lazy("提审前检查没有错误"),
    "audit_passed": gettext_lazy("微信审核通过"),
}
WORKED_OUT = frozenset({"plan_clean", "events_covered"})
RECORDED = frozenset(get_args(Check)) - WORKED_OUT


@dataclass(frozen=True, slots=True)
class CheckState:
    """What a check says now. `open` has never been run; `stale` was run before the newest revision."""

    check: str
    state: State
    detail: str = ""
    by: str = ""
    at: dt.datetime | None = None
    evidence: Any = None


def check_states(revision: Revision, *, now: dt.datetime) -> dict[str, CheckState]:
    """Every check by its name."""
    newest = _newest()
    recorded = {name: _recorded(name, newest.get(name), revision) for name in sorted(RECORDED)}
    return {
        "plan_clean": _plan_clean(revision, now),
        "events_covered": _events_covered(now),
        **recorded,
    }


def _plan_clean(revision: Revision, now: dt.datetime) -> CheckState:
    wrong = has_errors(findings(revision.text))
    state: State = "failed" if wrong else "passed"
    detail = _("第 {number} 版有错误") if wrong else _("第 {number} 版没有错误")
    return CheckState("plan_clean", state, detail.format(number=revision.number), at=now)


def _events_covered(now: dt.datetime) -> CheckState:
    found = coverage(now)
    if found is None:
        return CheckState("events_covered", "open", at=now)
    missing = [arrival.event for arrival in found.events if not arrival.week]
    planned, arrived = len(found.events), len(found.events) - len(missing)
    detail = _("规划的 {planned} 个事件，最近 7 天到了 {arrived} 个").format(planned=planned, arrived=arrived)
    state: State = "open"
    if arrived:
        state = "failed" if missing else "passed"
    return CheckState("events_covered", state, detail, at=now, evidence={"missing": missing})


def _newest() -> dict[str, CheckResult]:
    """The result that counts, by the name of its check."""
    place = Window(RowNumber(), partition_by=[F("check_name")], order_by=[F("at").desc(), F("id").desc()])
    results = CheckResult.objects.filter(check_name__in=RECORDED).annotate(place=place).filter(place=1)
    return {one.check_name: one for one in results}


def _recorded(name: str, newest: CheckResult | None, revision: Revision) -> CheckState:
    if newest is None:
        return CheckState(name, "open")
    state: State = "passed" if newest.passed else "failed"
    if newest.at < revision.published_at:
        state = "stale"
    return CheckState(name, state, newest.detail, newest.actor_name, newest.at, newest.evidence)
