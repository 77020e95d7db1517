"""RudderStack: the documents of its data catalog (rudder/v1) in one YAML stream: events, properties, tracking plan."""

from __future__ import annotations

from typing import Any

from fangcun.blueprint import writing
from fangcun.blueprint.compiling.tracking import planned_events
from fangcun.blueprint.document import Blueprint
from fangcun.blueprint.exporting.told import told
from fangcun.blueprint.vocabulary import enum_values

PLAN = "fangcun"
_TYPES = {
    "text": "string",
    "int": "integer",
    "fen": "integer",
    "float": "number",
    "bool": "boolean",
    "time": "integer",
}


def rudder(bp: Blueprint) -> str:
    """Three documents behind each other; split them at `---` into files of a data catalog project."""
    events = planned_events(bp)
    properties: dict[
        tuple[str, str], str
    ] = {}  # a name with another type elsewhere is another property there
    for event in events:
        for name, kind in event.props.items():
            known = [id_ for (other, _kind), id_ in properties.items() if other == name]
            properties.setdefault((name, kind), name if not known else f"{name}_{len(known) + 1}")
    documents = [
        _document(
            "events",
            {
                "events": [
                    {"id": one.name, "name": one.name, "event_type": "track", "description": told(bp, one)}
                    for one in events
                ]
            },
        ),
        _document(
            "properties",
            {"properties": [_property(id_, name, kind) for (name, kind), id_ in properties.items()]},
        ),
        _document(
            "tracking-plan",
            {
                "id": PLAN,
                "display_name": bp.enterprise.name,
                "description": "由蓝图生成",
                "rules": [
                    {
                        "type": "event_rule",
                        "id": f"{event.name}_rule",
                        "event": f"#event:{event.name}",
                        "additional_properties": False,
                        "properties": [
                            {
                                "property": f"#property:{properties[name, kind]}",
                                "required": name in event.required,
                            }
                            for name, kind in event.props.items()
                        ],
                    }
                    for event in events
                ],
            },
        ),
    ]
    return "---\n".join(writing.lines(one, indent=0) + "\n" for one in documents)


def _document(kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {"version": "rudder/v1", "kind": kind, "metadata": {"name": PLAN}, "spec": spec}


def _property(id_: str, name: str, kind: str) -> dict[str, Any]:
    values = enum_values(kind)
    found: dict[str, Any] = {"id": id_, "name": name}
    if kind == "id":  # one type stands in `type`, several in `types`
        found["types"] = ["string", "integer"]
    else:
        found["type"] = "string" if values else _TYPES[kind]
    if values:
        found["config"] = {"enum": list(values)}
    return found
