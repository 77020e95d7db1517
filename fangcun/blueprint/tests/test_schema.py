"""The JSON Schema that editors check against and the reader say the same of any document's form."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from fangcun.blueprint import writing
from fangcun.blueprint.composing import compose
from fangcun.blueprint.document import json_schema
from fangcun.blueprint.editing import plain
from fangcun.blueprint.reading import read
from fangcun.blueprint.tests.clean import CLEAN

SCHEMA = Draft202012Validator(json_schema(), format_checker=FormatChecker())
FORM = {"wrong-type", "unknown-key", "missing-key"}
OTHERS: list[Any] = [
    None, "", "x y", "snake_case", "enum(a, b)", "2027-02-30", "#12345", "中文", 0, -1, 3, 6, 0.5, True, [], ["x"], [3],
    {}, {"id": "x"}, {"kind": "count", "event": "a_done"}, {"a b": 1},
]  # fmt: skip
Way = tuple[str | int, ...]


def ways(node: Any, way: Way = ()) -> list[Way]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [way, *(found for key, value in inner for found in ways(value, (*way, key)))]


def changed(node: Any, way: Way, value: Any) -> Any:
    """The same tree with another value in one place; Ellipsis takes it out."""
    copy = node.copy()
    if len(way) > 1:
        copy[way[0]] = changed(node[way[0]], way[1:], value)
    elif value is ...:
        del copy[way[0]]
    else:
        copy[way[0]] = value
    return copy


DATA = plain(compose(CLEAN))
WAYS = [way for way in ways(DATA) if way]


def is_sound(data: Any) -> bool:
    return not any(one.rule in FORM for one in read(writing.lines(data, indent=0)).findings)


def test_a_sound_document_keeps_the_schema():
    assert is_sound(DATA)
    SCHEMA.validate(DATA)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(WAYS), st.sampled_from([*OTHERS, ...]))
@example(("pages",), {"a b": {"title": "x", "path": "a/b", "package": "main"}})
@example(("brand",), None)
@example(("pages", "home", "tab"), None)
def test_schema_and_reader_agree_on_any_change(way, value):
    data = changed(DATA, way, value)
    assert SCHEMA.is_valid(data) == is_sound(data)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([way for way in WAYS if isinstance(way[-1], str)]))
def test_schema_and_reader_agree_on_any_key_too_many(way):
    data = changed(DATA, (*way[:-1], "surplus"), 1)
    assert SCHEMA.is_valid(data) == is_sound(data)
