"""Whether an event fits the tracking plan. Pure: a plan becomes one small check per event, made once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from fangcun.blueprint.vocabulary import AUTOMATIC_EVENTS

UNKNOWN_EVENT = "unknown_event"
MISSING_PROPERTY = "missing_property"
WRONG_TYPE = "wrong_type"
NOT_IN_ENUM = "not_in_enum"

# Planned without being written: what the tracking client sends by itself, its report on lost events and the variant
# of an experiment that it showed included. They carry what the phone gives them, so their properties are nobody's
# mistake and are not looked at.
OWN_EVENTS = frozenset({*AUTOMATIC_EVENTS, "events_dropped", "experiment_exposed"})

Test = Callable[[Any], bool]


class Flaw(NamedTuple):
    """Why an event does not fit: one of the problems above, and the property ("" for an unknown event)."""

    problem: str
    prop: str


Check = Callable[[Mapping[str, Any]], Flaw | None]


class Fit:
    """A tracking plan, ready to be asked about events."""

    def __init__(self, plan: Mapping[str, Any], *, revision: int) -> None:
        self.revision = revision
        self._checks = {event["name"]: _check(event["schema"]) for event in plan["events"]}
        self._checks |= dict.fromkeys(OWN_EVENTS)

    def flaw(self, event: Mapping[str, Any]) -> Flaw | None:
        """The first thing wrong with a plain event: missing properties come first, in the plan's order.

        A property that is null counts as absent; properties that the plan does not know are welcome.
        """
        try:
            check = self._checks[event["name"]]
        except KeyError:
            return Flaw(UNKNOWN_EVENT, "")
        return None if check is None else check(event["props"])


def _check(schema: Mapping[str, Any]) -> Check | None:
    properties = schema["properties"]
    required = [prop for prop in properties if prop in schema["required"]]
    tests = [(prop, *_test(rule)) for prop, rule in properties.items()]
    if not tests:
        return None

    def check(props: Mapping[str, Any]) -> Flaw | None:
        for prop in required:
            if props.get(prop) is None:
                return Flaw(MISSING_PROPERTY, prop)
        for prop, fits, values in tests:
            value = props.get(prop)
            if value is None:
                continue
            if not fits(value):
                return Flaw(WRONG_TYPE, prop)
            if values is not None and value not in values:
                return Flaw(NOT_IN_ENUM, prop)
        return None

    return check


def _test(rule: Mapping[str, Any]) -> tuple[Test, frozenset[Any] | None]:
    names = rule["type"] if isinstance(rule["type"], list) else [rule["type"]]
    values = frozenset(rule["enum"]) if "enum" in rule else None
    if len(names) == 1:
        return _TESTS[names[0]], values
    tests = [_TESTS[name] for name in names]
    return lambda value: any(test(value) for test in tests), values


def _is_integer(value: Any) -> bool:
    # 1.0 is a whole number, as JSON Schema says; True is none.
    return type(value) is int or (type(value) is float and value.is_integer())


_TESTS: dict[str, Test] = {
    "string": lambda value: isinstance(value, str),
    "integer": _is_integer,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
}
