"""Whether what arrived is what the plan expects: the right event, of the right person or thing, with all it carries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fangcun.blueprint.compiling.tracking import property_schema
from fangcun.blueprint.vocabulary import PERSON
from fangcun.doors.cli.plan.walk.ways import Step, Way
from fangcun.insight.tracking.fitting import MISSING_PROPERTY, UNKNOWN_EVENT, WRONG_TYPE, Fit

NOTHING = "没有收到事件"


@dataclass(frozen=True, slots=True)
class Arrived:
    """An event in the store. `page` is "" for what the server recorded; `flaw` says why it is in quarantine."""

    id: str
    name: str
    ts: int
    page: str
    props: Mapping[str, Any]
    member: int | None
    device: str | None
    flaw: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Who may have caused an event: a member, and the phones he held."""

    member: int | None
    devices: frozenset[str]

    def did(self, event: Arrived) -> bool:
        if event.member is not None:
            return event.member == self.member
        return event.device in self.devices


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a step waits for.

    `persons` are those it may be of; `value` is the key's, known from a step before. It happened between `since` and
    `until` (epoch ms), the moments of the steps before and after: a funnel counts no other.
    """

    step: Step
    persons: Collection[Person]
    key: str
    value: str | None
    since: int = 0
    until: int | None = None


def found(
    events: Iterable[Arrived], expected: Expectation, taken: Collection[str]
) -> tuple[Arrived | None, str]:
    """The first event that is as expected and was not taken by a step before; without one, why none is."""
    named = [event for event in events if event.name == expected.step.event and event.id not in taken]
    why = f"{NOTHING} {expected.step.event}"
    for event in sorted(named, key=lambda one: one.ts):
        if not _is_in_time(event, expected) or not _is_ours(event, expected):
            continue
        problem = _problem(event, expected)
        if not problem:
            return event, ""
        why = problem
    return None, why


def key_of(event: Arrived, key: str) -> str | None:
    """What a funnel by this key would count the event for; None when it counts persons."""
    value = None if key == PERSON else event.props.get(key)
    return None if value is None else str(value)


def _is_in_time(event: Arrived, expected: Expectation) -> bool:
    return expected.since <= event.ts and (expected.until is None or event.ts <= expected.until)


def _is_ours(event: Arrived, expected: Expectation) -> bool:
    if expected.value is not None and key_of(event, expected.key) == expected.value:
        return True
    return any(person.did(event) for person in expected.persons)


def _problem(event: Arrived, expected: Expectation) -> str:
    step, value = expected.step, key_of(event, expected.key)
    if event.flaw:
        return f"事件 {event.name} 到了，但被隔离：{event.flaw}"
    if event.page and step.path and event.page != step.path:
        return f"事件 {event.name} 是在 {event.page} 记录的，蓝图写的是 {step.path}"
    if expected.value is not None and value != expected.value:
        return f"事件 {event.name} 的 {expected.key} 是 {value}，前面的步骤是 {expected.value}"
    return flaw_of(event, step.props)


def flaw_of(event: Arrived, props: Mapping[str, str]) -> str:
    """What is wrong with the properties that a step plans; "" when nothing is."""
    schema = {
        "properties": {prop: property_schema(kind) for prop, kind in props.items()},
        "required": list(props),
    }
    plan = {"events": [{"name": event.name, "schema": schema}]}
    flaw = Fit(plan, revision=0).flaw({"name": event.name, "props": event.props})
    return (
        ""
        if flaw is None
        else flaw_said(event.name, flaw.problem, flaw.prop, event.props.get(flaw.prop), props)
    )


def flaw_said(event: str, problem: str, prop: str, value: Any, props: Mapping[str, str]) -> str:
    """Why an event does not fit a plan, for people."""
    if problem == UNKNOWN_EVENT:
        return f"蓝图里没有事件 {event}"
    if problem == MISSING_PROPERTY:
        return f"事件 {event} 缺少属性 {prop}"
    wrong = "类型不对" if problem == WRONG_TYPE else "不在列出的值里"
    return f"事件 {event} 的属性 {prop} 应为 {props.get(prop, '计划的类型')}，收到 {value!r}，{wrong}"


class Ledger:
    """The events of a way, one for each step that has one, as they are found in the store.

    `since` (epoch ms) is when the way began; what came before is none of its.
    """

    def __init__(self, way: Way) -> None:
        self.since = 0
        self._way = way
        self._events: dict[int, Arrived] = {}  # by the number of the step
        self._value: str | None = None

    def look(self, number: int, arrived: Iterable[Arrived], persons: Collection[Person]) -> str:
        """Note the event that a step of one of these persons caused; without one, why there is none."""
        taken = {event.id for event in self._events.values()}
        event, why = found(arrived, self._expected(number, persons), taken)
        if event is not None:
            self._events[number] = event
            self._value = self._value or key_of(event, self._way.key)
        return why

    def _expected(self, number: int, persons: Collection[Person]) -> Expectation:
        earlier = [event.ts for n, event in self._events.items() if n < number]
        later = [event.ts for n, event in self._events.items() if n > number]
        return Expectation(
            self._way.steps[number],
            persons,
            self._way.key,
            self._value,
            since=max(earlier, default=self.since),
            until=min(later, default=None),
        )
