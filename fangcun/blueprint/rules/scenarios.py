"""Scenarios: do they close, can they be walked, does everybody who is told something have agreed to it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from fangcun.blueprint.document import Branch, Scenario, Step
from fangcun.blueprint.participles import is_participle
from fangcun.blueprint.rules.rule import Context, Problem, rule
from fangcun.blueprint.vocabulary import AUTOMATIC_EVENTS, PERSON, SYSTEM, plain_type

_SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")


def _path(scenario: Scenario, one: Step | Branch) -> str:
    return f"scenarios[{scenario.id}].{'steps' if isinstance(one, Step) else 'otherwise'}[{one.id}]"


@rule("feature-without-scenario")
def feature_without_scenario(context: Context) -> Iterator[Problem]:
    """A must or should feature lives in no scenario."""
    for feature in context.bp.features:
        path = f"features[{feature.id}]"
        if feature.priority not in ("must", "should") or feature.scenarios:
            continue
        if context.sound(f"{path}.scenarios", f"{path}.priority"):
            yield Problem(
                path,
                f"功能“{feature.name}”要做，却不在任何场景里",
                "在 scenarios 里写上用到它的场景；暂不做的改为 could 或 wont",
            )


@rule("scenario-open")
def scenario_open(context: Context) -> Iterator[Problem]:
    """Does not close: `closes_with` is not the last step, or somebody who took part is neither told nor sees it."""
    for scenario in context.bp.scenarios:
        path = f"scenarios[{scenario.id}]"
        if not scenario.steps:
            if context.sound(f"{path}.steps"):
                yield Problem(f"{path}.steps", f"场景“{scenario.name}”没有步骤", "写出谁在哪个页面做什么")
            continue
        last = scenario.steps[-1]
        if scenario.closes_with != last.id and context.sound(f"{path}.closes_with"):
            yield Problem(
                f"{path}.closes_with",
                f"场景“{scenario.name}”说以 {scenario.closes_with} 结束，但最后一步是 {last.id}",
                f"写 closes_with: {last.id}，或调整步骤的顺序",
            )
        if not context.sound(f"{_path(scenario, last)}.message", f"{_path(scenario, last)}.message.to"):
            continue
        reached = set(last.message.to) if last.message else set()
        if last.page:
            reached.add(last.actor)
        # Who never holds the phone, such as a clerk at the console, sees the result at his own place.
        persons = dict.fromkeys(step.actor for step in scenario.steps if step.page and step.actor != SYSTEM)
        lost = [person for person in persons if person not in reached]
        if lost:
            yield Problem(
                _path(scenario, last),
                f"场景“{scenario.name}”结束时，{'、'.join(lost)} 既没有收到消息，也没有在页面上看到结果",
                f"让最后一步的消息也发给 {'、'.join(lost)}，或加上让其看到结果的一步",
            )


@rule("scenario-no-otherwise")
def scenario_no_otherwise(context: Context) -> Iterator[Problem]:
    """A scenario has no unhappy branch."""
    for scenario in context.bp.scenarios:
        path = f"scenarios[{scenario.id}]"
        if not scenario.otherwise and context.sound(f"{path}.otherwise"):
            yield Problem(
                path,
                f"场景“{scenario.name}”没有说不顺利时怎么办",
                "加上 otherwise：什么情况下、在哪一步之后、怎么处理、告诉谁",
            )


@rule("journey-unwalkable")
def journey_unwalkable(context: Context) -> Iterator[Problem]:
    """The same actor's next step is on a page that is not reachable from the last one within `max_taps`."""
    most, pages = context.bp.navigation.max_taps, context.bp.pages
    if not context.sound("navigation", "navigation.max_taps"):
        return
    seen: set[tuple[str, str]] = set()
    for scenario in context.bp.scenarios:
        for way in scenario.ways():
            last: dict[str, str] = {}
            for one in way:
                if one.page not in pages or one.actor == SYSTEM:
                    continue
                before = last.get(one.actor)
                last[one.actor] = one.page
                if before is None or (_path(scenario, one), before) in seen:
                    continue
                seen.add((_path(scenario, one), before))
                taps = context.taps.distance(before, one.page)
                if taps is not None and taps <= most:
                    continue
                names = f"“{pages[before].title}”到“{pages[one.page].title}”"
                yield Problem(
                    _path(scenario, one),
                    f"{one.actor} 从{names}没有路可走"
                    if taps is None
                    else f"{one.actor} 从{names}要点 {taps} 次，超过 {most} 次",
                    f"在 {before} 的 leads_to 里加上 {one.page}，或在两步之间补上中间的一步",
                )


@rule("consent-missing")
def consent_missing(context: Context) -> Iterator[Problem]:
    """A subscribe message goes to somebody who has no unused consent for its template at that point."""
    for scenario in context.bp.scenarios:
        asked_later = {(step.actor, template) for step in scenario.steps for template in step.ask_consent}
        reported: set[tuple[str, str]] = set()
        for way in scenario.ways():
            consents: Counter[tuple[str, str]] = Counter()
            present: set[str] = set()
            for one in way:
                present.add(one.actor)
                consents.update((one.actor, template) for template in one.ask_consent)
                message = one.message
                if message is None or not message.needs_consent or message.template is None:
                    continue
                if not context.sound(f"{_path(scenario, one)}.ask_consent"):
                    continue
                for person in message.to:
                    consent = (person, message.template)
                    if consents[consent]:
                        consents[consent] -= 1
                    elif isinstance(one, Branch) and person not in present and consent in asked_later:
                        pass  # told only if he has come in by then, and coming in is where he is asked
                    elif (_path(scenario, one), person) not in reported:
                        reported.add((_path(scenario, one), person))
                        yield Problem(
                            _path(scenario, one),
                            f"要给 {person} 发订阅消息 {message.template}，但到这一步 {person} 没有可用的授权"
                            "（一次授权只能发一条）",
                            f"在 {person} 之前操作的一步写 ask_consent: [{message.template}]；要发几条就问几次",
                        )


@rule("key-missing")
def key_missing(context: Context) -> Iterator[Problem]:
    """The scenario's `key` is not a property of every step."""
    for scenario in context.bp.scenarios:
        if scenario.key == PERSON or not context.sound(f"scenarios[{scenario.id}].key"):
            continue
        for step in scenario.steps:
            path = _path(scenario, step)
            if scenario.key not in step.props and context.sound(f"{path}.props"):
                yield Problem(
                    path,
                    f"漏斗按 {scenario.key} 计数，但这一步的事件 {step.event} 没有带上它",
                    f"在 props 里加上 {scenario.key}: id；若按人计数，去掉场景的 key",
                )


@rule("event-name")
def event_name(context: Context) -> Iterator[Problem]:
    """An event is not named by two snake_case words or more that end in a past participle."""
    seen: set[str] = set(AUTOMATIC_EVENTS)
    for scenario in context.bp.scenarios:
        for one in scenario.moments:
            path = f"{_path(scenario, one)}.event"
            if not one.event or one.event in seen or not context.sound(path):
                continue
            seen.add(one.event)
            if not _SNAKE.fullmatch(one.event):
                why = "应由两个以上的小写单词组成，用下划线连接"
            elif not is_participle(one.event.rpartition("_")[2]):
                why = "应以过去分词结尾，说明已经发生了什么"
            else:
                continue
            yield Problem(path, f"事件名 {one.event} {why}", "例如 order_paid、group_opened")


@rule("event-conflict")
def event_conflict(context: Context) -> Iterator[Problem]:
    """One event has the same property with two types."""
    first: dict[tuple[str, str], str] = {}
    for scenario in context.bp.scenarios:
        for one in scenario.moments:
            for prop, kind in one.props.items():
                path = f"{_path(scenario, one)}.props.{prop}"
                if not one.event or not context.sound(path):
                    continue
                known = first.setdefault((one.event, prop), kind)
                if plain_type(known) != plain_type(kind):
                    yield Problem(
                        path,
                        f"事件 {one.event} 的属性 {prop} 在别处是 {known}，这里是 {kind}",
                        "同一事件的同一属性只能有一种类型，改成一致",
                    )
