"""The API's document, as far as an attacker needs it: operations, what they take, and who may call them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from fangcun.doors.cli.plan.recording import REPOSITORY
from fangcun.doors.cli.suites.load.ground import NoGround
from fangcun.doors.cli.suites.security.ground import Ground

HERE = Path(__file__).parent
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `label` is e.g. "GET /orders/{number}", without the API's prefix."""

    method: str
    path: str
    raw: dict[str, Any]
    schemas: dict[str, Any]

    @property
    def label(self) -> str:
        return f"{self.method} {self.path.removeprefix('/api/v1')}"

    @property
    def needs_login(self) -> bool:
        """Whether the document says that only members may."""
        needed: list[dict[str, Any]] = self.raw.get("security") or []
        return bool(needed) and {} not in needed

    def parameters(self, where: str) -> list[dict[str, Any]]:
        return [one for one in self.raw.get("parameters", []) if one["in"] == where]

    @property
    def body(self) -> dict[str, Any] | None:
        """The schema of the JSON body, references resolved at the top; None without one."""
        content = self.raw.get("requestBody", {}).get("content", {}).get("application/json")
        return None if content is None else self.resolved(content["schema"])

    def resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The first thing that a schema may be, other than null."""
        if "$ref" in schema:
            return self.resolved(self.schemas[schema["$ref"].rpartition("/")[2]])
        for choice in schema.get("anyOf", ()):
            if choice.get("type") != "null":
                return self.resolved(choice)
        return schema

    def example(self, schema: dict[str, Any] | None = None) -> Any:
        """A small value that fits a schema; required fields only, unless there are none."""
        schema = self.resolved(schema if schema is not None else self.body or {})
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][0]
        if schema.get("default") is not None:
            return schema["default"]
        kind = schema.get("type")
        if kind == "object" or "properties" in schema:
            names = schema.get("required") or list(schema.get("properties", {}))
            return {name: self.example(schema["properties"][name]) for name in names}
        if kind == "array":
            return [self.example(schema["items"])] if "items" in schema else []
        least = max(int(schema.get("minimum", 1)), 1)
        return {"integer": least, "number": least, "boolean": True}.get(str(kind), _text(schema))

    def fields(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The fields of the body with their schemas."""
        for name, schema in ((self.body or {}).get("properties") or {}).items():
            yield name, self.resolved(schema)


def operations(document: dict[str, Any]) -> list[Operation]:
    """Every operation of a document."""
    schemas = document.get("components", {}).get("schemas", {})
    return [
        Operation(method.upper(), path, raw, schemas)
        for path, found in document["paths"].items()
        for method, raw in found.items()
        if method in METHODS
    ]


def served(ground: Ground) -> dict[str, Any]:
    """The document that the platform serves. Raises NoGround."""
    answer = ground.asker().get("/api/v1/openapi.json")
    document = answer.json()
    if answer.status != 200 or not isinstance(document, dict) or "paths" not in document:
        raise NoGround(f"{ground.api}/openapi.json 没有给出接口文档：{answer.status}")
    return document


def contract() -> dict[str, Any] | None:
    """The document that was agreed on, in contracts/; None in an installation without it."""
    file = REPOSITORY / "contracts" / "openapi.json"
    agreed: dict[str, Any] | None = json.loads(file.read_text()) if file.is_file() else None
    return agreed


@lru_cache(maxsize=1)
def rights() -> dict[str, Any]:
    """Who may call what, from rights.yaml: `strangers` (label -> why), `shared` (path parameters that are nobody's)."""
    told: dict[str, Any] = YAML(typ="safe").load(HERE / "rights.yaml")
    return told


def _text(schema: dict[str, Any]) -> str:
    if schema.get("format") == "date":
        return "2026-11-01"
    least = int(schema.get("minLength", 1))
    return "a1b2c3d4"[: max(least, 1)].ljust(least, "a") if schema.get("pattern") else "文" * max(least, 1)
