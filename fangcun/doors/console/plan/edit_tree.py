"""A draft's text as plain values, found by the paths that findings use; and what differs between two of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from fangcun.blueprint.composing import Node, Unreadable, compose, decode

MOST_VALUES = 300_000  # with everything that aliases repeat
DEEPEST = 100

_TOKEN = re.compile(r"\[([^\[\]]*)\]|([^.\[\]]+)")


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of a list: by its id, or by its number where it has none."""

    name: str

    def __str__(self) -> str:
        return f"[{self.name}]"


Token: TypeAlias = str | Item
Tokens: TypeAlias = tuple[Token, ...]


def plain_of(text: str) -> Any:
    """A document as dicts, lists and scalars. Raises Unreadable when it is no YAML document of sane size."""
    left = MOST_VALUES

    def plain(node: Node, depth: int) -> Any:
        nonlocal left
        left -= 1
        if left < 0 or depth > DEEPEST:
            raise Unreadable(
                "展开 YAML 引用后内容过多", "不要让引用层层套用引用", line=node.line, column=node.column
            )
        if node.kind == "map":
            said: dict[str, Any] = {}
            for key, value in node.pairs:
                said.setdefault(
                    str(key.value), plain(value, depth + 1)
                )  # of two the first counts, as in reading
            return said
        if node.kind == "list":
            return [plain(item, depth + 1) for item in node.items]
        return node.value

    return plain(compose(decode(text)), 0)


def tokens_of(path: str) -> Tokens:
    """The parts of a path such as `scenarios[buy].steps[pay].event`."""
    return tuple(
        Item(found[1]) if found[1] is not None else found[2] for found in _TOKEN.finditer(path[:500])
    )


def path_of(tokens: Sequence[Token]) -> str:
    """The path that these parts make."""
    text = ""
    for token in tokens:
        text += str(token) if isinstance(token, Item) or not text else f".{token}"
    return text


def name_in(entries: Sequence[Any], number: int) -> str:
    """How a path names an entry of a list: as the reader of documents does it."""
    own = _id_of(entries[number])
    if own is None:
        return str(number)
    first = next(place for place, entry in enumerate(entries) if _id_of(entry) == own)
    return own if first == number else f"{own}#{number}"


def number_in(entries: Sequence[Any], name: str) -> int | None:
    """Where in a list the entry with this name is; None when it isn't there."""
    return next((number for number in range(len(entries)) if name_in(entries, number) == name), None)


def value_at(plain: Any, tokens: Sequence[Token]) -> Any:
    """The value at a path. Raises LookupError when there is none."""
    for token in tokens:
        if isinstance(token, Item):
            number = number_in(plain, token.name) if isinstance(plain, list) else None
            if number is None:
                raise LookupError(path_of(tokens))
            plain = plain[number]
        elif isinstance(plain, dict) and token in plain:
            plain = plain[token]
        else:
            raise LookupError(path_of(tokens))
    return plain


def _id_of(entry: Any) -> str | None:
    own = entry.get("id") if isinstance(entry, dict) else None
    return own if isinstance(own, str) else None
