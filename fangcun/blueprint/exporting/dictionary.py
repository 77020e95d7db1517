"""The dictionary of events for people: when, who, which properties, which goals."""

from __future__ import annotations

from collections.abc import Iterator

from fangcun.blueprint.compiling.tracking import PlannedEvent, expected_rates, planned_events
from fangcun.blueprint.document import (
    Blueprint,
    Branch,
    ConversionMetric,
    Metric,
    RatioMetric,
    RetentionMetric,
)
from fangcun.blueprint.vocabulary import AUTOMATIC_EVENTS

SPANS = {"day": "天", "week": "周", "month": "月"}


def markdown(bp: Blueprint) -> str:
    """A Markdown document in Chinese, one section an event."""
    lines = [f"# {bp.enterprise.name} 事件字典", ""]
    for event in planned_events(bp):
        lines += _section(bp, event)
    lines += ["## 自动采集", "", "不用埋点，小程序自己上报：", ""]
    for name, props in AUTOMATIC_EVENTS.items():
        lines.append(f"- `{name}`" + (f"：{'、'.join(f'`{prop}`' for prop in props)}" if props else ""))
    return "\n".join(lines) + "\n"


def _section(bp: Blueprint, event: PlannedEvent) -> list[str]:
    lines = [f"## `{event.name}`", ""]
    for one in event.triggers:
        moment = one.moment
        page = f"，页面“{_cell(bp.pages[moment.page].title)}”" if moment.page in bp.pages else ""
        when = f"，当{_cell(moment.when)}" if isinstance(moment, Branch) else ""
        lines.append(f"- 场景“{_cell(one.scenario.name)}”的 `{moment.id}`：{moment.actor}{page}{when}")
    goals = [goal.statement for goal in bp.goals if event.name in _events_of(bp, goal.metric)]
    if goals:
        lines.append(f"- 用于目标：{'；'.join(map(_cell, goals))}")
    rate = expected_rates(bp).get(event.name)
    if rate:
        lines.append(f"- 预期：每{SPANS[rate['per']]} {rate['low']:g}–{rate['high']:g}")
    if event.props:
        lines += ["", "| 属性 | 类型 | 必有 |", "| --- | --- | --- |"]
        for name, kind in event.props.items():
            lines.append(f"| `{name}` | {_cell(kind)} | {'是' if name in event.required else '否'} |")
    return [*lines, ""]


def _events_of(bp: Blueprint, metric: Metric) -> Iterator[str]:
    if isinstance(metric, RatioMetric):
        yield from (metric.of.event, metric.to.event)
    elif isinstance(metric, ConversionMetric):
        for scenario in bp.scenarios:
            if scenario.id == metric.scenario:
                yield from (step.event for step in scenario.steps)
    elif not isinstance(metric, RetentionMetric):
        yield metric.event


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
