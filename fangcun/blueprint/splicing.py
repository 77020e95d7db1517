"""Where a path leads in a text, and the splices that change what is there without touching the rest."""

from __future__ import annotations

import copy
import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fangcun.blueprint import composing, writing
from fangcun.blueprint.composing import Node, Unreadable

_TOKEN = re.compile(r"\.?([^.\[\]]+)|\[([^\]]*)\]")


class EditRefused(ValueError):
    """The edit can't be made; the text is as it was. The message is for the person who edits."""


@dataclass(frozen=True, slots=True)
class Key:
    """One part of a path: a key of a mapping, or an entry of a list by its id or place."""

    name: str
    is_item: bool


@dataclass(frozen=True, slots=True)
class Spot:
    """A value in the tree, and what it hangs on. `place` is its number among its siblings."""

    node: Node
    parent: Node | None
    place: int

    @property
    def key(self) -> Node | None:
        return (
            self.parent.pairs[self.place][0]
            if self.parent is not None and self.parent.kind == "map"
            else None
        )


def plain(node: Node) -> Any:
    """What a tree says, as dictionaries, lists and scalars."""
    if node.kind == "map":
        return {name_of(key): plain(value) for key, value in node.pairs}
    if node.kind == "list":
        return [plain(one) for one in node.items]
    return node.value


@functools.lru_cache(maxsize=2)
def _tree(text: str) -> Node:
    """The tree of a text, only to be read: what one edit proves is what the next one begins with."""
    return composing.compose(text)


class Splicer:
    """A text with its tree, and the splices that change it."""

    def __init__(self, text: str) -> None:
        self.text = text
        try:
            self.root = _tree(text)
        except Unreadable as refused:
            raise EditRefused(f"第 {refused.line} 行无法解析：{refused.message}") from None
        self.newline = "\r\n" if "\r\n" in text else "\n"

    def find(self, keys: list[Key]) -> Spot | None:
        spot = Spot(self.root, None, 0)
        for key in keys:
            place = place_of(spot.node, key)
            if place is None:
                return None
            inner = spot.node.pairs[place][1] if spot.node.kind == "map" else spot.node.items[place]
            spot = Spot(inner, spot.node, place)
        return spot

    def done(self, changed: str, meant: Callable[[Any], object]) -> str:
        """The changed text when it says what was meant, in this order of keys too."""
        wanted = copy.deepcopy(plain(self.root))
        meant(wanted)
        try:
            said = plain(_tree(changed))
        except Unreadable as refused:
            raise EditRefused(f"改动后第 {refused.line} 行无法解析：{refused.message}") from None
        if said != wanted:
            raise EditRefused("这里用了 YAML 引用或特别的写法，无法单独修改；请在文本里改")
        return changed

    def replace(self, spot: Spot, value: Any) -> str:
        node = spot.node
        nested = isinstance(value, Mapping | list | tuple)
        end = node.start + len(self.text[node.start : node.end].rstrip())
        if self._in_flow(spot) or (not nested and not self._is_block(node)):
            style = writing.flow(value) if nested else writing.scalar(value, in_flow=self._in_flow(spot))
            return self.text[: node.start] + self._lead(node) + style + self.text[end:]
        if spot.key is not None:
            indent = self._column(spot.key)
            colon = self.text.index(":", spot.key.end) + 1
            body = writing.block(value, indent=indent + 2, newline=self.newline)
            return self.text[:colon] + body + self.text[max(end, colon) :]
        if spot.parent is None:
            return writing.lines(value, indent=0, newline=self.newline) + self.newline
        dash = self.text.rindex("-", 0, node.start)
        body = writing.item(value, indent=dash - self._line_start(dash), newline=self.newline)
        return self.text[: node.start] + self._lead(node) + body + self.text[end:]

    def add_pair(self, spot: Spot, name: str, value: Any) -> str:
        node = spot.node
        if node.is_flow or not node.pairs:
            written = f"{writing.scalar(name, in_flow=True)}: {writing.flow(value)}"
            if not node.pairs:
                return self.text[: node.start] + "{" + written + "}" + self.text[node.end :]
            at = node.pairs[-1][1].end
            return f"{self.text[:at]}, {written}{self.text[at:]}"
        indent = self._column(node.pairs[0][0])
        written = " " * indent + writing.pair(name, value, indent=indent, newline=self.newline)
        return self._below(node.pairs[-1][1].end, written)

    def add_item(self, node: Node, place: int, value: Any) -> str:
        if node.is_flow:
            written = writing.flow(value)
            if place < len(node.items):
                at = node.items[place].start
                return f"{self.text[:at]}{written}, {self.text[at:]}"
            at = node.items[-1].end
            return f"{self.text[:at]}, {written}{self.text[at:]}"
        indent = self._dash_column(node)
        body = " " * indent + "- " + writing.item(value, indent=indent, newline=self.newline)
        if place < len(node.items):
            start = self._chunk(node, place)[0]
            return self.text[:start] + body + self.newline + self.text[start:]
        return self._below(node.items[-1].end, body)

    def cut(self, spot: Spot) -> str:
        parent = spot.parent
        if parent is None:
            raise EditRefused("不能删去整份文档")
        spans = self._spans(parent)
        if len(spans) == 1:
            empty = "{}" if parent.kind == "map" else "[]"
            return self._emptied(parent, empty)
        start, end = spans[spot.place]
        if parent.is_flow:
            if spot.place + 1 < len(spans):
                return self.text[:start] + self.text[spans[spot.place + 1][0] :]
            return self.text[: spans[spot.place - 1][1]] + self.text[end:]
        first = self._line_start(start)
        if self.text[first:start].strip(" -"):  # it begins behind a dash, on the line of the entry it opens
            raise EditRefused("请在文本里改这一处")
        if spot.place == 0 and "-" in self.text[first:start] and parent.kind == "map":
            following = spans[1][0]
            return self.text[:start] + self.text[following:]
        return self.text[:first] + self.text[self._line_end(end) :]

    def move(self, spot: Spot, to: int) -> str:
        parent = spot.parent
        assert parent is not None  # noqa: S101 - the caller has looked
        spans = self._spans(parent)
        order = list(range(len(spans)))
        order.insert(to, order.pop(spot.place))
        if parent.is_flow:
            texts = [self.text[start:end] for start, end in spans]
            gaps = [self.text[spans[n][1] : spans[n + 1][0]] for n in range(len(spans) - 1)]
            mixed = texts[order[0]] + "".join(
                gap + texts[one] for gap, one in zip(gaps, order[1:], strict=True)
            )
            return self.text[: spans[0][0]] + mixed + self.text[spans[-1][1] :]
        if parent.kind == "map" and "-" in self.text[self._line_start(spans[0][0]) : spans[0][0]]:
            raise EditRefused("请在文本里调整这一处的顺序")
        chunks = [self._chunk(parent, n) for n in range(len(spans))]
        pieces = [self.text[start:end] for start, end in chunks]
        # Between two entries there may be lines of nobody's; they stay where they are.
        gaps = [self.text[chunks[n][1] : chunks[n + 1][0]] for n in range(len(chunks) - 1)]
        pieces = [piece if piece.endswith("\n") else piece + self.newline for piece in pieces]
        mixed = pieces[order[0]] + "".join(
            gap + pieces[one] for gap, one in zip(gaps, order[1:], strict=True)
        )
        rest = self.text[chunks[-1][1] :]
        return self.text[: chunks[0][0]] + mixed + rest

    def _lead(self, node: Node) -> str:
        """The space that a value needs where there was none."""
        return " " if node.start == node.end and self.text[node.start - 1 : node.start] in (":", "-") else ""

    def _emptied(self, node: Node, empty: str) -> str:
        end = node.start + len(self.text[node.start : node.end].rstrip())
        if node.is_flow:
            return self.text[: node.start] + empty + self.text[end:]
        line = self._line_start(node.start)
        before = self.text[:line].rstrip()
        if self.text[line : node.start].strip(" -") == "" and before.endswith(":"):
            return f"{before} {empty}{self.text[end:]}"
        return self.text[: node.start] + empty + self.text[end:]

    def _spans(self, node: Node) -> list[tuple[int, int]]:
        if node.kind == "map":
            return [(key.start, max(value.end, key.end)) for key, value in node.pairs]
        return [(one.start, one.end) for one in node.items]

    def _chunk(self, node: Node, place: int) -> tuple[int, int]:
        """The whole lines of an entry, with the comment lines right above it that stand as far in as it does."""
        start, end = self._spans(node)[place]
        first = self._line_start(start)
        floor = self._line_end(self._spans(node)[place - 1][1]) if place else 0
        indent = len(self.text[first:start]) - len(self.text[first:start].lstrip(" "))
        while first > floor:
            above = self._line_start(first - 1)
            if not self.text[above:first].startswith(" " * indent + "#"):
                break
            first = above
        return first, self._line_end(end)

    def _below(self, offset: int, written: str) -> str:
        at = self._line_end(offset)
        lead = "" if at == 0 or self.text[at - 1] == "\n" else self.newline
        return f"{self.text[:at]}{lead}{written}{self.newline}{self.text[at:]}"

    def _is_block(self, node: Node) -> bool:
        return node.kind != "scalar" and not node.is_flow

    def _in_flow(self, spot: Spot) -> bool:
        return spot.parent is not None and spot.parent.is_flow

    def _column(self, node: Node) -> int:
        return node.start - self._line_start(node.start)

    def _dash_column(self, node: Node) -> int:
        dash = self.text.rindex("-", 0, node.items[0].start)
        return dash - self._line_start(dash)

    def _line_start(self, offset: int) -> int:
        return self.text.rfind("\n", 0, offset) + 1

    def _line_end(self, offset: int) -> int:
        """Behind the line end of the line that holds the last character before an offset."""
        if offset and self.text[offset - 1 : offset] == "\n":
            return offset
        found = self.text.find("\n", offset)
        return len(self.text) if found < 0 else found + 1


def keys_of(path: str) -> list[Key]:
    found = []
    at = 0
    while at < len(path):
        token = _TOKEN.match(path, at)
        if token is None:
            raise EditRefused(f"看不懂路径 {path}")
        found.append(Key(token[1], False) if token[1] is not None else Key(token[2], True))
        at = token.end()
    return found


def place_of(node: Node, key: Key) -> int | None:
    if key.is_item:
        return _place_of_item(node, key.name)
    if node.kind != "map":
        return None
    return next((n for n, pair in enumerate(node.pairs) if name_of(pair[0]) == key.name), None)


def _place_of_item(node: Node, name: str) -> int | None:
    if node.kind != "list":
        return None
    for number, one in enumerate(node.items):
        if any(name_of(key) == "id" and name_of(value) == name for key, value in one.pairs):
            return number
    number_text = name.rpartition("#")[2]  # a second entry of the same id is named by its place
    if number_text.isdigit() and int(number_text) < len(node.items):
        return int(number_text)
    return None


def name_of(node: Node) -> str:
    return node.value if isinstance(node.value, str) else str(node.value)
