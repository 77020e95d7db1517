"""Team, schedule, papers: can it be done by these people in this time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import get_args

from fangcun.blueprint.findings import Severity
from fangcun.blueprint.rules.rule import Context, Problem, rule
from fangcun.blueprint.timetable import cycles
from fangcun.blueprint.vocabulary import StageKind, TeamRole

LEAST_SLACK_DAYS = 3
SOON = dt.timedelta(days=60)

ROLES = {"planning": "策划", "design": "设计", "development": "开发", "test": "测试", "operations": "运营"}
KINDS = {
    "requirements": "需求评审",
    "design": "设计",
    "development": "开发",
    "test": "测试",
    "launch": "上线",
}


@rule("qualification-expires")
def qualification_expires(context: Context) -> Iterator[Problem]:
    """A qualification expires before the launch ends; a warning when within 60 days after."""
    end = context.launch_end
    for paper in context.bp.qualifications:
        path = f"qualifications[{paper.id}].expires"
        if end is None or paper.expires is None or not context.sound(path):
            continue
        if paper.expires < end:
            yield Problem(
                path, f"“{paper.name}”{paper.expires} 到期，那时还没有上线完（{end}）", "在上线之前续期或换证"
            )
        elif paper.expires <= end + SOON:
            days = (paper.expires - end).days
            yield Problem(
                path,
                f"“{paper.name}”上线后 {days} 天就到期（{paper.expires}）",
                "现在就安排续期",
                Severity.WARNING,
            )


@rule("stage-incomplete")
def stage_incomplete(context: Context) -> Iterator[Problem]:
    """A stage without owner, deliverable or acceptance."""
    for stage in context.bp.schedule.stages:
        path = f"schedule.stages[{stage.id}]"
        parts = (
            ("owner", bool(stage.owner), "负责人"),
            ("deliverables", bool(stage.deliverables), "交付物"),
            ("acceptance", bool(stage.acceptance), "验收标准"),
        )
        lacking = [(key, word) for key, there, word in parts if not there and context.sound(f"{path}.{key}")]
        if lacking:
            yield Problem(
                path,
                f"阶段“{stage.name}”没有{'、'.join(word for _key, word in lacking)}",
                f"加上 {'、'.join(key for key, _word in lacking)}",
            )


@rule("stage-kind-missing")
def stage_kind_missing(context: Context) -> Iterator[Problem]:
    """One of the five kinds of stages has no stage."""
    stages = context.bp.schedule.stages
    if not context.sound(
        "schedule", "schedule.stages", *(f"schedule.stages[{one.id}].kind" for one in stages)
    ):
        return
    there = {stage.kind for stage in stages}
    for kind in get_args(StageKind):
        if kind not in there:
            yield Problem("schedule.stages", f"排期里没有{KINDS[kind]}阶段", f"加上 kind: {kind} 的阶段")


@rule("schedule-cycle")
def schedule_cycle(context: Context) -> Iterator[Problem]:
    """Stages wait for each other."""
    names = {stage.id: stage.name for stage in context.bp.schedule.stages}
    for found in cycles(context.bp.schedule):
        round_trip = " → ".join(f"“{names[one]}”" for one in (*found, found[0]))
        yield Problem(
            f"schedule.stages[{found[0]}].after",
            f"阶段互相等待，谁也开始不了：{round_trip}",
            "去掉其中一个 after",
        )


@rule("team-gap")
def team_gap(context: Context) -> Iterator[Problem]:
    """One of the five roles is nobody's."""
    members = context.bp.team.members
    if not context.sound("team", "team.members", *(f"team.members[{one.id}].role" for one in members)):
        return
    there = {member.role for member in members}
    for role in get_args(TeamRole):
        if role not in there:
            yield Problem("team.members", f"团队里没有人负责{ROLES[role]}", f"加上 role: {role} 的成员")


@rule("audit-slack")
def audit_slack(context: Context) -> Iterator[Problem]:
    """No contingency for a refused audit, or fewer than 3 days of slack for it."""
    contingencies = context.bp.contingencies
    paths = [f"contingencies[{one.id}].{key}" for one in contingencies for key in ("when", "slack_days")]
    if not context.sound("contingencies", *paths):
        return
    refused = [one for one in contingencies if one.when == "audit_refused"]
    if not refused:
        yield Problem(
            "contingencies",
            "没有为审核被拒做预案",
            f"加上 when: audit_refused 的预案，留出不少于 {LEAST_SLACK_DAYS} 天的余量",
        )
        return
    best = max(refused, key=lambda one: one.slack_days)
    if best.slack_days < LEAST_SLACK_DAYS:
        yield Problem(
            f"contingencies[{best.id}].slack_days",
            f"为审核被拒只留了 {best.slack_days} 天余量",
            f"写 slack_days: {LEAST_SLACK_DAYS} 或更多",
        )
