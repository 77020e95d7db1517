"""What is promised differently: goals on the scoreboard, acceptance, papers for the audit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fangcun.blueprint.compiling import acceptance, funnels
from fangcun.blueprint.compiling.tracking import planned_events
from fangcun.blueprint.differences.difference import Difference, gap, number, plain
from fangcun.blueprint.document import (
    Blueprint,
    ConversionMetric,
    Goal,
    Metric,
    RatioMetric,
    RetentionMetric,
    SumMetric,
)
from fangcun.blueprint.timetable import Cyclic, Timetable, timetable
from fangcun.blueprint.vocabulary import PERMITTED, PRIVATE, plain_type


def scoreboard(before: Blueprint, after: Blueprint) -> Iterator[Difference]:
    """Goals that came or went, are counted otherwise, need another pace, or are served by other scenarios."""
    old_goals, new_goals = ({goal.id: goal for goal in bp.goals} for bp in (before, after))
    for name, old in old_goals.items():
        if name not in new_goals:
            text = f"记分牌：不再有“{old.statement}”"
            yield Difference("scoreboard", "removed", name, text, False, plain(old.metric), None)
    for name, goal in new_goals.items():
        if name in old_goals:
            yield from _goal(old_goals[name], goal, before, after)
        else:
            source = _source(after, goal.metric)
            text = f"记分牌：增加“{goal.statement}”，由{source}{gap(source)}计数"
            yield Difference("scoreboard", "added", name, text, False, None, plain(goal.metric))


def _goal(old: Goal, goal: Goal, before: Blueprint, after: Blueprint) -> Iterator[Difference]:
    source = _source(after, goal.metric)
    if old.metric != goal.metric:
        text = f"记分牌：“{goal.statement}”从头按新的指标计数（{source}），改动前后的数字不能比较"
        metrics = plain(old.metric), plain(goal.metric)
        yield Difference("scoreboard", "redefined", goal.id, text, True, *metrics)
    elif (was := _basis(before, goal.metric)) != (now := _basis(after, goal.metric)):
        text = f"记分牌：“{goal.statement}”所依据的{source}{gap(source)}变了，改动前后的数字不能比较"
        yield Difference("scoreboard", "recounted", goal.id, text, True, was, now)
    elif old != goal:
        text = f"记分牌：“{goal.statement}”仍由{source}{gap(source)}计数"
        yield Difference("scoreboard", "counted_from", goal.id, text, False, None, source)
    paces = [_pace(old, before), _pace(goal, after)]
    if old != goal and paces[0] != paces[1]:
        text = (
            f"记分牌：“{goal.statement}”每天要推进 {_rounded(paces[0])} → {_rounded(paces[1])}（上线到到期）"
        )
        yield Difference("scoreboard", "pace", goal.id, text, False, *paces)
    served, serving = _serving(before, goal), _serving(after, goal)
    if served != serving:
        text = f"记分牌：“{goal.statement}”改由场景 {'、'.join(serving) or '（没有）'} 推动"
        yield Difference("scoreboard", "served_by", goal.id, text, False, served, serving)
    elif old != goal and serving:
        text = f"记分牌：“{goal.statement}”由场景 {'、'.join(serving)} 推动，请确认它们仍够用"
        yield Difference("scoreboard", "served_by", goal.id, text, False, None, serving)


def _serving(bp: Blueprint, goal: Goal) -> list[str]:
    return [one.name for one in bp.scenarios if goal.id in one.serves]


def _rounded(pace: float | None) -> str:
    """Three digits are enough to steer by."""
    return number(None if pace is None else float(f"{pace:.3g}"))


def _pace(goal: Goal, bp: Blueprint) -> float | None:
    table = table_of(bp)
    days = (goal.due - table.launch_end).days if table else 0
    return round((goal.target - goal.baseline) / days, 6) if days > 0 else None


def _source(bp: Blueprint, metric: Metric) -> str:
    """What a metric is counted from, in words."""
    if isinstance(metric, ConversionMetric):
        names = [one.name for one in bp.scenarios if one.id == metric.scenario]
        return f"漏斗“{names[0] if names else metric.scenario}”"
    if isinstance(metric, RetentionMetric):
        return "到访记录"
    if isinstance(metric, RatioMetric):
        return f"事件 {'、'.join(dict.fromkeys((metric.of.event, metric.to.event)))}"
    return f"事件 {metric.event}"


def _basis(bp: Blueprint, metric: Metric) -> Any:
    """Everything outside a goal that decides what its number means."""
    if isinstance(metric, ConversionMetric):
        return next((one for one in funnels(bp) if one["id"] == metric.scenario), None)
    if isinstance(metric, RetentionMetric):
        return None
    parts = (metric.of, metric.to) if isinstance(metric, RatioMetric) else (metric,)
    events = {one.name: one.props for one in planned_events(bp)}
    return [
        {
            "event": part.event,
            "planned": part.event in events,
            "properties": {name: _kind(events.get(part.event, {}).get(name)) for name in _used(metric, part)},
        }
        for part in parts
    ]


def _used(metric: Metric, part: Any) -> list[str]:
    counted = [part.prop] if isinstance(part, SumMetric) else []
    return [*counted, *part.where, *(name for name in metric.where if metric is not part)]


def _kind(kind: str | None) -> str | None:
    return None if kind is None else plain_type(kind)


def acceptances(before: Blueprint, after: Blueprint) -> Iterator[Difference]:
    """Of each scenario the ways that are walked differently when it is accepted: those that came, went or changed."""
    old, new = _ways(before), _ways(after)
    for name in dict.fromkeys([*old, *new]):
        was, now = old.get(name, {}), new.get(name, {})
        found = {
            "增加走查": [one for way, one in now.items() if way not in was],
            "不再走查": [one for way, one in was.items() if way not in now],
            "要按新的步骤走查": [
                one for way, one in now.items() if way in was and _walk(was[way]) != _walk(one)
            ],
        }
        told = "；".join(
            what + "、".join(f"“{way['name']}”" for way in ways) for what, ways in found.items() if ways
        )
        if told:
            names = [[way["name"] for way in ways.values()] for ways in (was, now)]
            yield Difference("acceptance", "changed", name, f"验收：{told}", False, *names)


def _ways(bp: Blueprint) -> dict[str, dict[str | None, dict[str, Any]]]:
    found: dict[str, dict[str | None, dict[str, Any]]] = {}
    for one in acceptance(bp):
        found.setdefault(one["scenario"], {})[one["branch"]] = one
    return found


def _walk(way: dict[str, Any]) -> Any:
    return way["steps"], way["then"]


def papers(before: Blueprint, after: Blueprint) -> Iterator[Difference]:
    """What is filled in at submission and follows from elsewhere: pages of a capability, days left of a paper."""
    used, uses = _uses(before), _uses(after)
    for name in dict.fromkeys([*used, *uses]):
        was, now = used.get(name, []), uses.get(name, [])
        if was != now:
            text = f"提审材料：用到 {name} 的页面从 {_titles(before, was)} 改为 {_titles(after, now)}"
            yield Difference("dossier", "changed", f"uses.{name}", text, False, was, now)
    left, leaves = _days_left(before), _days_left(after)
    for paper in after.qualifications:
        days = left.get(paper.id), leaves.get(paper.id)
        if None not in days and days[0] != days[1]:
            text = f"提审材料：“{paper.name}”上线后还有效 {days[0]} 天 → {days[1]} 天"
            yield Difference("dossier", "changed", f"days_left.{paper.id}", text, False, *days)


def _uses(bp: Blueprint) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, page in bp.pages.items():
        for capability in page.uses:
            if capability not in PRIVATE | PERMITTED:
                continue
            found.setdefault(capability, []).append(name)
    return found


def _titles(bp: Blueprint, names: list[str]) -> str:
    return "、".join(bp.pages[name].title for name in names) or "（没有）"


def _days_left(bp: Blueprint) -> dict[str, int]:
    table = table_of(bp)
    if table is None:
        return {}
    return {one.id: (one.expires - table.launch_end).days for one in bp.qualifications if one.expires}


def table_of(bp: Blueprint) -> Timetable | None:
    """The planned dates; None where a draft has none yet."""
    try:
        return timetable(bp.schedule) if bp.schedule.stages else None
    except Cyclic:
        return None
