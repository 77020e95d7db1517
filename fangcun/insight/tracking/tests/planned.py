"""Small tracking plans for these tests, in the form of a compiled `tracking.json`."""

from __future__ import annotations

from typing import Any

from fangcun.blueprint.compiling.tracking import property_schema


def planned(
    name: str, *, optional: tuple[str, ...] = (), automatic: bool = False, **props: str
) -> dict[str, Any]:
    """One event with its properties in the blueprint's types."""
    return {
        "name": name,
        "automatic": automatic,
        "triggers": [] if automatic else [{"scenario": "s", "step": name, "branch": False}],
        "schema": {
            "type": "object",
            "properties": {prop: property_schema(kind) for prop, kind in props.items()},
            "required": [prop for prop in props if prop not in optional],
            "additionalProperties": True,
        },
    }


def plan_of(*events: dict[str, Any]) -> dict[str, Any]:
    return {"version": 1, "enterprise": "青禾鲜", "events": list(events)}
