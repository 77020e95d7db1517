"""Promises between the sides: what is written in contracts/ is what the program does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import validate

from fangcun.blueprint.compiling import tracking_plan
from fangcun.blueprint.composing import compose
from fangcun.blueprint.document import Blueprint
from fangcun.blueprint.editing import plain
from fangcun.blueprint.reading import read
from fangcun.doors.cli.main import contract_texts

ROOT = Path(__file__).resolve().parent.parent
CONTRACTS = ROOT / "contracts"
OPENAPI = CONTRACTS / "openapi.json"
METHODS = {"get", "post", "put", "patch", "delete"}


def test_what_is_written_in_contracts_is_what_the_program_does():
    written = {path.name: path.read_text() for path in CONTRACTS.glob("*.json")}
    now = contract_texts()
    assert sorted(written) == sorted(now)
    changed = [name for name, text in now.items() if written[name] != text]
    assert not changed, "they have changed: run `make contracts` and review the difference"


@pytest.mark.parametrize("name", ["blueprint.schema.json", "tracking.schema.json"])
def test_a_written_schema_is_a_sound_schema(name):
    Draft202012Validator.check_schema(json.loads((CONTRACTS / name).read_text()))


def test_the_shipped_plan_keeps_both_contracts():
    text = (ROOT / "blueprints" / "fresh-grocery.yaml").read_text()
    blueprint = read(text).blueprint
    assert isinstance(blueprint, Blueprint)
    for name, data in (
        ("blueprint.schema.json", plain(compose(text))),
        ("tracking.schema.json", tracking_plan(blueprint)),
    ):
        schema = json.loads((CONTRACTS / name).read_text())
        Draft202012Validator(schema, format_checker=FormatChecker()).validate(data)


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
