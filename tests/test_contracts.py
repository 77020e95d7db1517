"""Promises between the sides: what is written in contracts/ is what the program does."""

from __future__ import annotations

import json
from pathlib import Path

from openapi_spec_validator import validate

from fangcun.doors.cli.main import openapi_text

ROOT = Path(__file__).resolve().parent.parent
OPENAPI = ROOT / "contracts" / "openapi.json"
METHODS = {"get", "post", "put", "patch", "delete"}


def test_the_written_api_contract_is_the_api():
    same = openapi_text() == OPENAPI.read_text()
    assert same, "the API has changed: run `make contracts` and review the difference"


def test_the_api_contract_is_valid_openapi():
    validate(json.loads(OPENAPI.read_text()))


def test_every_refusal_in_the_contract_has_code_message_and_details():
    document = json.loads(OPENAPI.read_text())
    wrong, seen = [], 0
    for path, operations in document["paths"].items():
        for method in METHODS & operations.keys():
            for status, response in operations[method]["responses"].items():
                if int(status) < 400:
                    continue
                seen += 1
                schema = response.get("content", {}).get("application/json", {}).get("schema", {})
                name = schema.get("$ref", "").rpartition("/")[2]
                properties = document["components"]["schemas"].get(name, {}).get("properties", {})
                if set(properties) != {"code", "message", "details"}:
                    wrong.append(f"{method} {path} {status}")
    assert seen > 0
    assert wrong == []
