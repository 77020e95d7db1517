"""What a compiled tracking plan looks like, as a JSON Schema for everybody who reads one."""

from __future__ import annotations

from typing import Any

from fangcun.blueprint.compiling.tracking import DIALECT

_TEXT = {"type": "string"}
_TEXT_OR_NOTHING = {"type": ["string", "null"]}


def _closed(properties: dict[str, Any], *optional: str) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def tracking_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of `tracking.json`."""
    trigger = _closed(
        {
            "scenario": _TEXT,
            "step": _TEXT,
            "branch": {"type": "boolean"},
            "actor": _TEXT,
            "page": _TEXT_OR_NOTHING,
            "when": _TEXT_OR_NOTHING,
        }
    )
    expected = _closed(
        {
            "goal": _TEXT,
            "counts": {"enum": ["count", "persons"]},
            "per": {"enum": ["day", "week", "month"]},
            "low": {"type": "number"},
            "high": {"type": "number"},
        }
    )
    event = _closed(
        {
            "name": _TEXT,
            "automatic": {"type": "boolean"},
            "triggers": {"type": "array", "items": trigger},
            "schema": {"$ref": DIALECT},
            "expected": expected,
        },
        "expected",
    )
    plan = _closed(
        {"version": {"const": 1}, "enterprise": _TEXT, "events": {"type": "array", "items": event}},
    )
    return {"$schema": DIALECT, "title": "Fangcun tracking plan, version 1", **plan}
