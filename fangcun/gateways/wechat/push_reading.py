"""The two ways in which WeChat writes a push: XML or JSON. XML brings nothing along but its elements."""

from __future__ import annotations

import json
from typing import Any, NoReturn
from xml.parsers import expat

_DEEPEST = 8


class Unreadable(ValueError):
    """Neither XML nor JSON of the shape a push has."""


def read(body: bytes) -> dict[str, Any]:
    """The fields of a push by their names; texts, or objects and lists of them. Raises Unreadable.

    An XML element with children is an object, one that occurs several times a list. Document types, and with them
    entities, are refused: nothing expands and nothing is fetched.
    """
    start = body.lstrip()[:1]
    if start == b"<":
        return _from_xml(body)
    if start != b"{":
        raise Unreadable("a push is XML or a JSON object")
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as failure:
        raise Unreadable("this is not JSON") from failure
    if not isinstance(value, dict):
        raise Unreadable("a push is a JSON object")
    return value


def _from_xml(body: bytes) -> dict[str, Any]:
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.EntityDeclHandler = _no_doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError) as failure:
        raise Unreadable("this is not XML that a push may be") from failure
    if not isinstance(reader.whole, dict):
        raise Unreadable("a push has fields")
    return reader.whole


def _no_doctype(*_: object) -> NoReturn:
    raise Unreadable("a push has no document type and no entities")


class _Reader:
    def __init__(self) -> None:
        self.whole: Any = None
        self._open: list[tuple[str, dict[str, Any], list[str]]] = []

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        if len(self._open) >= _DEEPEST:
            raise Unreadable("a push is not that deep")
        self._open.append((name, {}, []))

    def text(self, data: str) -> None:
        if self._open:
            self._open[-1][2].append(data)

    def end(self, _name: str) -> None:
        name, fields, texts = self._open.pop()
        value: Any = fields or "".join(texts)
        if not self._open:
            self.whole = value
            return
        around = self._open[-1][1]
        if name not in around:
            around[name] = value
        elif isinstance(around[name], list):
            around[name].append(value)
        else:
            around[name] = [around[name], value]
