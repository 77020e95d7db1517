"""The tracking plan: each event with its schema, when it comes, and how often it should."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from fangcun.blueprint.document import Blueprint, Branch, CountMetric, PersonsMetric, Scenario, Step
from fangcun.blueprint.vocabulary import AUTOMATIC_EVENTS, enum_values

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_JSON_TYPES: dict[str, Any] = {
    "id": ["string", "integer"],
    "text": "string",
    "int": "integer",
    "fen": "integer",
    "float": "number",
    "bool": "boolean",
    "time": "integer",  # epoch milliseconds
}
_TS_TYPES = {
    "id": "string | number",
    "text": "string",
    "int": "number",
    "fen": "number",
    "float": "number",
    "bool": "boolean",
    "time": "number",
}


@dataclass(frozen=True, slots=True)
class Trigger:
    """One place of the plan at which an event happens."""

    scenario: Scenario
    moment: Step | Branch

    def as_json(self) -> dict[str, Any]:
        is_branch = isinstance(self.moment, Branch)
        return {
            "scenario": self.scenario.id,
            "step": self.moment.id,
            "branch": is_branch,
            "actor": self.moment.actor,
            "page": self.moment.page,
            "when": self.moment.when if isinstance(self.moment, Branch) else None,
        }


@dataclass(slots=True)
class PlannedEvent:
    """An event with everything the plan says of it. A property that every trigger carries is required.

    What comes by itself has no trigger, and no property that it must carry.
    """

    name: str
    triggers: list[Trigger] = field(default_factory=list)
    props: dict[str, str] = field(default_factory=dict)

    @property
    def required(self) -> list[str]:
        return [
            name
            for name in self.props
            if self.triggers and all(name in one.moment.props for one in self.triggers)
        ]


def planned_events(bp: Blueprint) -> list[PlannedEvent]:
    """The events that the scenarios name, in the order of the document; automatic ones are no part of it."""
    found: dict[str, PlannedEvent] = {}
    for scenario in bp.scenarios:
        for moment in scenario.moments:
            if not moment.event or moment.event in AUTOMATIC_EVENTS:
                continue
            event = found.setdefault(moment.event, PlannedEvent(moment.event))
            event.triggers.append(Trigger(scenario, moment))
            for name, kind in moment.props.items():
                event.props.setdefault(name, kind)
    return list(found.values())


def automatic_events() -> list[PlannedEvent]:
    """The events that come by themselves."""
    return [PlannedEvent(name, props=dict(props)) for name, props in AUTOMATIC_EVENTS.items()]


def property_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema of one property; `x-type` keeps the blueprint's own word for it."""
    values = enum_values(kind)
    if values is not None:
        return {"type": "string", "enum": list(dict.fromkeys(values)), "x-type": "enum"}
    return {"type": _JSON_TYPES[kind], "x-type": kind}


def _schema(name: str, props: dict[str, str], required: list[str]) -> dict[str, Any]:
    return {
        "$schema": DIALECT,
        "title": name,
        "type": "object",
        "properties": {prop: property_schema(kind) for prop, kind in props.items()},
        "required": required,
        "additionalProperties": True,
    }


def expected_rates(bp: Blueprint) -> dict[str, dict[str, Any]]:
    """How often events should come, where a goal that counts them over a span says so; the first such goal decides."""
    rates: dict[str, dict[str, Any]] = {}
    for goal in bp.goals:
        metric = goal.metric
        if isinstance(metric, CountMetric | PersonsMetric) and metric.per and not metric.where:
            low, high = sorted((goal.baseline, goal.target))
            rates.setdefault(
                metric.event,
                {"goal": goal.id, "counts": metric.kind, "per": metric.per, "low": low, "high": high},
            )
    return rates


def tracking_plan(bp: Blueprint) -> dict[str, Any]:
    """Every event with triggers and schema: the planned ones, then those that come by themselves."""
    rates = expected_rates(bp)
    events: list[dict[str, Any]] = []
    for event in [*planned_events(bp), *automatic_events()]:
        entry: dict[str, Any] = {
            "name": event.name,
            "automatic": not event.triggers,
            "triggers": [one.as_json() for one in event.triggers],
            "schema": _schema(event.name, event.props, event.required),
        }
        if event.name in rates:
            entry["expected"] = rates[event.name]
        events.append(entry)
    return {"version": 1, "enterprise": bp.enterprise.name, "events": events}


def typescript(bp: Blueprint) -> str:
    """The events as TypeScript types, for a `track()` that can't be called wrongly."""
    lines = ["/** Made from the blueprint; change that instead. */", "export interface PlannedEvents {"]
    for event in [*planned_events(bp), *automatic_events()]:
        lines += [f"  /** {line} */" for line in _told(event)]
        lines.append(_signature(event.name, event.props, event.required))
    lines += ["}", "", "export type EventName = keyof PlannedEvents", ""]
    return "\n".join(lines)


def _told(event: PlannedEvent) -> Iterator[str]:
    places = []
    for one in event.triggers:
        where = f" on {one.moment.page}" if one.moment.page else ""
        places.append(f"{one.scenario.id}/{one.moment.id} by {one.moment.actor}{where}")
    if places:
        yield "; ".join(places)


def _signature(name: str, props: dict[str, str], required: list[str]) -> str:
    if not props:
        return f"  {name}: Record<string, never>"
    inside = ", ".join(
        f"{prop}{'' if prop in required else '?'}: {_ts_type(kind)}" for prop, kind in props.items()
    )
    return f"  {name}: {{ {inside} }}"


def _ts_type(kind: str) -> str:
    values = enum_values(kind)
    if values is None:
        return _TS_TYPES[kind]
    return " | ".join(_ts_text(value) for value in dict.fromkeys(values))


def _ts_text(value: str) -> str:
    inside = json.dumps(value, ensure_ascii=False)[1:-1].replace('\\"', '"').replace("'", "\\'")
    return f"'{inside}'"
