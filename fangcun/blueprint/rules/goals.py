"""Goals and competitors: what is to change, how it is measured, what others leave open."""

from __future__ import annotations

from collections.abc import Iterator

from fangcun.blueprint.document import (
    ConversionMetric,
    CountMetric,
    Metric,
    PersonsMetric,
    RatioMetric,
    RepeatMetric,
    RetentionMetric,
    SumMetric,
)
from fangcun.blueprint.findings import Severity
from fangcun.blueprint.rules.rule import Context, Problem, rule
from fangcun.blueprint.vocabulary import NUMBERS

GOOD = 2  # a competitor that scores above this is good at it


@rule("pain-unanswered", Severity.WARNING)
def pain_unanswered(context: Context) -> Iterator[Problem]:
    """A pain that no goal names."""
    named = {goal.pain for goal in context.bp.goals}
    for pain in context.bp.enterprise.pains:
        if pain.id not in named:
            yield Problem(
                f"enterprise.pains[{pain.id}]",
                f"没有目标回应痛点“{pain.text}”",
                f"给一个目标写上 pain: {pain.id}；如果不打算解决，就删去它",
            )


@rule("goal-unmeasurable")
def goal_unmeasurable(context: Context) -> Iterator[Problem]:
    """A goal's metric needs an event, property or scenario that nothing in the plan produces."""
    for goal in context.bp.goals:
        path = f"goals[{goal.id}].metric"
        if context.sound(path):
            yield from _unmeasurable(context, goal.metric, path)


def _unmeasurable(context: Context, metric: Metric, path: str) -> Iterator[Problem]:
    match metric:
        case ConversionMetric():
            yield from _conversion(context, metric, path)
        case RatioMetric():
            yield from _unmeasurable(context, metric.of, f"{path}.of")
            yield from _unmeasurable(context, metric.to, f"{path}.to")
        case CountMetric() | SumMetric() | PersonsMetric() | RepeatMetric():
            props = context.events.get(metric.event)
            if props is None:
                yield Problem(
                    f"{path}.event",
                    f"指标要数事件 {metric.event}，但计划里没有哪一步产生它",
                    "在某个场景里加上产生它的步骤，或换一个已有的事件",
                )
                return
            if isinstance(metric, SumMetric):
                yield from _sum(metric, props, path)
            for prop in metric.where:
                if prop not in props:
                    yield Problem(
                        f"{path}.where.{prop}",
                        f"事件 {metric.event} 没有属性 {prop}，无法按它筛选",
                        f"给产生 {metric.event} 的步骤加上这个属性，或去掉这个条件",
                    )
        case RetentionMetric():
            pass  # visits are recorded without being planned


def _sum(metric: SumMetric, props: dict[str, str], path: str) -> Iterator[Problem]:
    kind = props.get(metric.prop)
    if kind is None:
        yield Problem(
            f"{path}.prop",
            f"指标要把 {metric.event} 的 {metric.prop} 加起来，但这个事件没有这个属性",
            f"给产生 {metric.event} 的步骤加上 {metric.prop}，或换一个属性",
        )
    elif kind not in NUMBERS:
        yield Problem(
            f"{path}.prop",
            f"{metric.event} 的 {metric.prop} 是 {kind}，不能相加",
            "换一个类型为 int、fen 或 float 的属性",
        )


def _conversion(context: Context, metric: ConversionMetric, path: str) -> Iterator[Problem]:
    scenario = next((one for one in context.bp.scenarios if one.id == metric.scenario), None)
    if scenario is None:
        yield Problem(
            f"{path}.scenario",
            f"指标要看场景 {metric.scenario} 的转化，但计划里没有这个场景",
            "加上这个场景，或换一个已有的场景",
        )
        return
    for prop in metric.where:
        if not any(prop in step.props for step in scenario.steps):
            yield Problem(
                f"{path}.where.{prop}",
                f"场景 {scenario.name} 的事件都没有属性 {prop}，无法按它筛选",
                "给其中的步骤加上这个属性，或去掉这个条件",
            )


@rule("goal-unserved")
def goal_unserved(context: Context) -> Iterator[Problem]:
    """No scenario serves a goal."""
    served = {goal for scenario in context.bp.scenarios for goal in scenario.serves}
    for goal in context.bp.goals:
        if goal.id not in served:
            yield Problem(
                f"goals[{goal.id}]",
                f"没有场景服务于目标“{goal.statement or goal.id}”",
                f"在能推动它的场景里写上 serves: [{goal.id}]",
            )


@rule("goal-direction")
def goal_direction(context: Context) -> Iterator[Problem]:
    """The target does not lie on the wished side of the baseline."""
    for goal in context.bp.goals:
        path = f"goals[{goal.id}]"
        if not context.sound(f"{path}.baseline", f"{path}.target", f"{path}.direction"):
            continue
        way = goal.target - goal.baseline
        if (way > 0) if goal.direction == "up" else (way < 0):
            continue
        wanted = "提高" if goal.direction == "up" else "降低"
        yield Problem(
            f"{path}.target",
            f"目标应是{wanted}，但目标值 {goal.target:g} 相对基线 {goal.baseline:g} 并没有{wanted}",
            f"检查 baseline 和 target；若方向写反了，改 direction: {'down' if goal.direction == 'up' else 'up'}",
        )


@rule("goal-before-launch", Severity.WARNING)
def goal_before_launch(context: Context) -> Iterator[Problem]:
    """A goal is due before the launch ends."""
    end = context.launch_end
    for goal in context.bp.goals:
        path = f"goals[{goal.id}].due"
        if end is not None and context.sound(path) and goal.due < end:
            yield Problem(
                path,
                f"目标 {goal.due} 到期，那时还没有上线完（按排期 {end} 上线）",
                "把到期日放到上线之后，或提前上线",
            )


@rule("opening-unanswered")
def opening_unanswered(context: Context) -> Iterator[Problem]:
    """No competitor scores above 2 on a criterion, and no opening answers or waives it."""
    competitors = context.bp.competitors
    answered = {opening.criterion for opening in competitors.openings}
    for criterion in competitors.criteria:
        best = max((entry.scores.get(criterion.id, 0) for entry in competitors.entries), default=0)
        if best <= GOOD and criterion.id not in answered:
            yield Problem(
                f"competitors.criteria[{criterion.id}]",
                f"竞品在“{criterion.name}”上都不超过 {GOOD} 分，这是机会，但计划没有回应",
                f"在 openings 里写 {{criterion: {criterion.id}, feature: 对应的功能}}，或用 waived 说明为什么不做",
            )


@rule("claim-without-evidence", Severity.WARNING)
def claim_without_evidence(context: Context) -> Iterator[Problem]:
    """A competitor is scored without dated evidence."""
    for entry in context.bp.competitors.entries:
        path = f"competitors.entries[{entry.id}]"
        if entry.scores and not entry.evidence and context.sound(f"{path}.evidence"):
            yield Problem(
                path,
                f"给“{entry.name}”打了分，却没有带日期的依据",
                "加上 evidence: [{on: 体验的日期, note: 看到了什么}]",
            )
