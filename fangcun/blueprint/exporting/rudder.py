"""RudderStack: the documents of its data catalog (rudder/v1) in one YAML stream: events, properties, tracking plan.

`rudder-cli validate` wants descriptions and display names that begin with a Latin letter, and a property only once
for each name and type.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fangcun.blueprint import writing
from fangcun.blueprint.compiling.tracking import PlannedEvent, automatic_events, planned_events
from fangcun.blueprint.document import Blueprint
from fangcun.blueprint.exporting.told import told
from fangcun.blueprint.vocabulary import enum_values

PLAN = "fangcun"
LONGEST = 2000  # characters of a description
_TYPES: dict[str, tuple[str, ...]] = {
    "id": ("string", "integer"),
    "text": ("string",),
    "int": ("integer",),
    "fen": ("integer",),
    "float": ("number",),
    "bool": ("boolean",),
    "time": ("integer",),
}


@dataclass(slots=True)
class _Property:
    """A name with a type of the catalog. `values` are those of all its enumerations, None when any text may come."""

    id: str
    name: str
    types: tuple[str, ...]
    values: list[str] | None

    def as_document(self) -> dict[str, Any]:
        document: dict[str, Any] = {"id": self.id, "name": self.name}
        if len(self.types) == 1:  # one type stands in `type`, several in `types`
            document["type"] = self.types[0]
        else:
            document["types"] = list(self.types)
        if self.values:
            document["config"] = {"enum": self.values}
        return document


def rudder(bp: Blueprint) -> str:
    """Three documents behind each other; split them at `---` into files of a data catalog project."""
    events = [*planned_events(bp), *automatic_events()]
    properties = _properties(events)
    rules = [
        {
            "type": "event_rule",
            "id": f"{event.name}_rule",
            "event": f"#event:{event.name}",
            "additional_properties": False,
            "properties": [
                {
                    "property": f"#property:{properties[name, _types(kind)].id}",
                    "required": name in event.required,
                }
                for name, kind in event.props.items()
            ],
        }
        for event in events
    ]
    documents = [
        _document("events", events=[_event(bp, one) for one in events]),
        _document("properties", properties=[one.as_document() for one in properties.values()]),
        _document(
            "tracking-plan",
            id=PLAN,
            display_name="Fangcun tracking plan",
            description=f"Blueprint: {bp.enterprise.name}"[:LONGEST],
            rules=rules,
        ),
    ]
    return "---\n".join(writing.lines(one, indent=0) + "\n" for one in documents)


def _document(kind: str, **spec: Any) -> dict[str, Any]:
    return {"version": "rudder/v1", "kind": kind, "metadata": {"name": PLAN}, "spec": spec}


def _event(bp: Blueprint, event: PlannedEvent) -> dict[str, Any]:
    description = f"{event.name}: {told(bp, event)}"[:LONGEST]
    return {"id": event.name, "name": event.name, "event_type": "track", "description": description}


def _properties(events: list[PlannedEvent]) -> dict[tuple[str, tuple[str, ...]], _Property]:
    found: dict[tuple[str, tuple[str, ...]], _Property] = {}
    names = {name for event in events for name in event.props}
    for event in events:
        for name, kind in event.props.items():
            types, values = _types(kind), enum_values(kind)
            known = found.get((name, types))
            if known is None:
                id_ = name
                if any(one.id == name for one in found.values()):  # the same name has another type elsewhere
                    id_ = f"{name}_{'_or_'.join(types)}"
                    while id_ in names:
                        id_ += "_"
                found[name, types] = _Property(id_, name, types, None if values is None else [*values])
            elif known.values is not None:
                known.values = None if values is None else list(dict.fromkeys([*known.values, *values]))
    return found


def _types(kind: str) -> tuple[str, ...]:
    return ("string",) if enum_values(kind) is not None else _TYPES[kind]
