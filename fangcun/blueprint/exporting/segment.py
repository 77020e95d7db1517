"""Segment Protocols: the rules of a tracking plan, as its public API takes them (a JSON Schema draft-07 an event)."""

from __future__ import annotations

import json
from typing import Any

from fangcun.blueprint.compiling.tracking import automatic_events, planned_events, property_schema
from fangcun.blueprint.document import Blueprint
from fangcun.blueprint.exporting.told import told


def segment(bp: Blueprint) -> str:
    """A tracking plan with a TRACK rule for each event, those that come by themselves among them."""
    rules = []
    for event in [*planned_events(bp), *automatic_events()]:
        properties = {name: _schema(kind) for name, kind in event.props.items()}
        rules.append(
            {
                "key": event.name,
                "type": "TRACK",
                "version": 1,
                "jsonSchema": {
                    "$schema": "http://json-schema.org/draft-07/schema#",
                    "type": "object",
                    "description": told(bp, event),
                    "properties": {
                        "context": {},
                        "traits": {"type": "object"},
                        "properties": {
                            "type": "object",
                            "properties": properties,
                            "required": event.required,
                            "additionalProperties": False,
                        },
                    },
                    "required": ["properties"],
                },
            }
        )
    plan = {"name": bp.enterprise.name, "type": "LIVE", "rules": rules}
    return json.dumps(plan, ensure_ascii=False, indent=2) + "\n"


def _schema(kind: str) -> dict[str, Any]:
    schema = property_schema(kind)
    return {key: value for key, value in schema.items() if key != "x-type"} | {"description": kind}
