"""Names that point at nothing, and things that may be there only once."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator
from typing import get_args

from fangcun.blueprint.document import Branch, Metric, RatioMetric, Scenario, Step
from fangcun.blueprint.rules.rule import Context, Problem, rule
from fangcun.blueprint.vocabulary import SYSTEM, Capability


def _missing(names: Collection[str], path: str, what: str, known: Collection[str]) -> Iterator[Problem]:
    """A problem for each of `names` that is not known; `path` has {} for its place in the list."""
    for number, name in enumerate(names):
        if name and name not in known:
            yield _unknown(path.format(number), name, what, known)


def _unknown(path: str, name: str, what: str, known: Collection[str]) -> Problem:
    close = difflib.get_close_matches(name, list(known), n=1)
    if close:
        fix = f"是否想写 {close[0]}？"
    elif known:
        some = list(known)[:8]
        fix = f"写一个已有的{what}：{'、'.join(some)}{' 等' if len(known) > len(some) else ''}；或先把它加上"
    else:
        fix = f"先定义这个{what}"
    return Problem(path, f"没有名为 {name} 的{what}", fix)


@rule("unknown-reference")
def unknown_reference(context: Context) -> Iterator[Problem]:
    """A name refers to something that the document does not have."""
    bp, sound = context.bp, context.sound
    programs = {one.id for one in bp.programs}
    pains = {one.id for one in bp.enterprise.pains}
    criteria = [one.id for one in bp.competitors.criteria]
    features = [one.id for one in bp.features]
    scenarios = [one.id for one in bp.scenarios]
    members = [one.id for one in bp.team.members]
    stages = [one.id for one in bp.schedule.stages]
    pages = bp.pages
    for program in bp.programs:
        yield from _missing(program.jumps_to, f"programs[{program.id}].jumps_to[{{}}]", "小程序", programs)
    for goal in bp.goals:
        path = f"goals[{goal.id}]"
        if goal.pain and sound(f"{path}.pain"):
            yield from _missing([goal.pain], f"{path}.pain", "痛点", pains)
        yield from _metric_program(goal.metric, f"{path}.metric", programs)
    for entry in bp.competitors.entries:
        for criterion in entry.scores:
            path = f"competitors.entries[{entry.id}].scores.{criterion}"
            yield from _missing([criterion], path, "对比项", criteria)
    for number, opening in enumerate(bp.competitors.openings):
        path = f"competitors.openings[{number}]"
        if sound(f"{path}.criterion"):
            yield from _missing([opening.criterion], f"{path}.criterion", "对比项", criteria)
        if opening.feature and sound(f"{path}.feature"):
            yield from _missing([opening.feature], f"{path}.feature", "功能", features)
    for feature in bp.features:
        yield from _missing(feature.scenarios, f"features[{feature.id}].scenarios[{{}}]", "场景", scenarios)
    for name, page in pages.items():
        yield from _missing(page.leads_to, f"pages.{name}.leads_to[{{}}]", "页面", pages)
    if sound("navigation", "navigation.start"):
        yield from _missing([bp.navigation.start], "navigation.start", "页面", pages)
    for scenario in bp.scenarios:
        yield from _in_scenario(context, scenario)
    for video in bp.content.videos:
        path = f"content.videos[{video.id}]"
        yield from _missing([video.page], f"{path}.page", "页面", pages)
        yield from _missing([video.owner], f"{path}.owner", "成员", members)
    for ugc in bp.content.ugc:
        path = f"content.ugc[{ugc.id}]"
        yield from _missing([ugc.publish_page], f"{path}.publish_page", "页面", pages)
        yield from _missing([ugc.show_page], f"{path}.show_page", "页面", pages)
    for stage in bp.schedule.stages:
        path = f"schedule.stages[{stage.id}]"
        yield from _missing([stage.owner or ""], f"{path}.owner", "成员", members)
        yield from _missing(stage.after, f"{path}.after[{{}}]", "阶段", stages)
    for contingency in bp.contingencies:
        path = f"contingencies[{contingency.id}].owner"
        yield from _missing([contingency.owner], path, "成员", members)
    coverable = {*features, *get_args(Capability), *bp.launch.categories}
    for paper in bp.qualifications:
        path = f"qualifications[{paper.id}].covers[{{}}]"
        yield from _missing(paper.covers, path, "功能、能力或类目", coverable)
    if bp.launch.order_path:
        wanted = bp.launch.order_path.lstrip("/").partition("?")[0]
        paths = [page.path for page in pages.values()]
        yield from _missing([wanted], "launch.order_path", "页面路径", paths)


def _metric_program(metric: Metric, path: str, programs: Collection[str]) -> Iterator[Problem]:
    if metric.program:
        yield from _missing([metric.program], f"{path}.program", "小程序", programs)
    if isinstance(metric, RatioMetric):
        yield from _metric_program(metric.of, f"{path}.of", programs)
        yield from _metric_program(metric.to, f"{path}.to", programs)


def _in_scenario(context: Context, scenario: Scenario) -> Iterator[Problem]:
    bp, path = context.bp, f"scenarios[{scenario.id}]"
    goals = [goal.id for goal in bp.goals]
    steps = [step.id for step in scenario.steps]
    actors = {one.actor for one in scenario.moments} - {SYSTEM}
    yield from _missing(scenario.serves, f"{path}.serves[{{}}]", "目标", goals)
    if context.sound(f"{path}.closes_with"):
        yield from _missing([scenario.closes_with], f"{path}.closes_with", "步骤", steps)
    places: list[tuple[Step | Branch, str]] = [
        *((step, f"{path}.steps[{step.id}]") for step in scenario.steps),
        *((branch, f"{path}.otherwise[{branch.id}]") for branch in scenario.otherwise),
    ]
    for one, place in places:
        if one.page:
            yield from _missing([one.page], f"{place}.page", "页面", bp.pages)
        if one.message:
            yield from _missing(one.message.to, f"{place}.message.to[{{}}]", "参与者", sorted(actors))
    for branch in scenario.otherwise:
        if branch.after:
            yield from _missing([branch.after], f"{path}.otherwise[{branch.id}].after", "步骤", steps)


@rule("duplicate-id")
def pages_twice(context: Context) -> Iterator[Problem]:
    """Two pages share a path or a place in the tab bar."""
    paths: dict[str, str] = {}
    places: dict[int, str] = {}
    for name, page in context.bp.pages.items():
        if page.path and (first := paths.setdefault(page.path, name)) != name:
            yield Problem(
                f"pages.{name}.path", f"页面 {first} 已经用了路径 {page.path}", "每个页面写自己的路径"
            )
        if page.tab is not None and (first := places.setdefault(page.tab, name)) != name:
            yield Problem(f"pages.{name}.tab", f"页面 {first} 已经是第 {page.tab} 个标签", "换一个位置")


@rule("wrong-type")
def one_main_program(context: Context) -> Iterator[Problem]:
    """Not exactly one program has the role main."""
    programs = context.bp.programs
    main = [one for one in programs if one.role == "main"]
    roles = [f"programs[{one.id}].role" for one in programs]
    if len(main) == 1 or not context.sound("programs", *roles):
        return
    if not main:
        yield Problem("programs", "没有主小程序", "给其中一个写 role: main")
    for extra in main[1:]:
        message = f"{main[0].name} 已经是主小程序，只能有一个"
        yield Problem(f"programs[{extra.id}].role", message, "改为 content、members 或 tools")


@rule("missing-key")
def either_or(context: Context) -> Iterator[Problem]:
    """An opening is neither answered nor waived, an acceptance has neither check nor text, a message no template."""
    for number, opening in enumerate(context.bp.competitors.openings):
        if opening.feature is None and not opening.waived:
            path = f"competitors.openings[{number}]"
            if context.sound(f"{path}.feature", f"{path}.waived"):
                yield Problem(
                    path, "这个机会既没有对应的功能，也没有说明为什么不做", "加上 feature 或 waived"
                )
    for stage in context.bp.schedule.stages:
        for number, item in enumerate(stage.acceptance):
            path = f"schedule.stages[{stage.id}].acceptance[{number}]"
            if item.check is None and not item.text and context.sound(f"{path}.check", f"{path}.text"):
                yield Problem(path, "这条验收标准是空的", "加上 check 或 text")
    for scenario in context.bp.scenarios:
        path = f"scenarios[{scenario.id}]"
        for where, ones in (("steps", scenario.steps), ("otherwise", scenario.otherwise)):
            for one in ones:
                message = one.message
                place = f"{path}.{where}[{one.id}].message"
                if message is None or not message.needs_consent or message.template is not None:
                    continue
                if context.sound(place, f"{place}.template", f"{place}.channel"):
                    yield Problem(place, "订阅消息没有写用哪个模板", "加上 template")
