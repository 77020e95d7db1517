"""From YAML text to a tree of nodes that know their place. Never recursive, so that no document can exhaust it.

ruamel.yaml does the scanning and parsing; only its events are used, because a tree of events tells for every key
and value where it stands, and because depth and size can be watched while it grows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

MOST_BYTES = 1024 * 1024
MOST_NODES = 60_000
DEEPEST = 40

_COLON = re.compile(r"[ \t]*:")
_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}

Scalar: TypeAlias = str | int | float | bool | None


class Unreadable(Exception):
    """The text is no document. Lines and columns count from 1."""

    def __init__(self, message: str, fix: str, *, line: int = 1, column: int = 1) -> None:
        self.message, self.fix, self.line, self.column = message, fix, line, column
        super().__init__(message)


@dataclass(slots=True)
class Node:
    """A value of the document and where it stands. `value` holds a scalar, `items` a list, `pairs` a mapping.

    `start` and `end` are offsets in the text; what is written in block style ends with its last part.
    """

    kind: Literal["scalar", "list", "map"]
    line: int
    column: int
    value: Scalar = None
    items: list[Node] = field(default_factory=list)
    pairs: list[tuple[Node, Node]] = field(default_factory=list)
    is_open: bool = True
    start: int = 0
    end: int = 0
    is_flow: bool = False


def decode(source: str | bytes) -> str:
    """The text of a document. Raises Unreadable when it is too large or not UTF-8 text."""
    if len(source) > MOST_BYTES:
        raise Unreadable(
            f"文件超过 {MOST_BYTES // 1024 // 1024} MB，不像一份蓝图",
            "检查文件是否正确；图片等附件不要写进蓝图",
        )
    if isinstance(source, bytes):
        try:
            source = source.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            raise Unreadable("文件不是 UTF-8 文本", "用文本编辑器另存为 UTF-8 编码", line=line) from None
    source = source.removeprefix("\ufeff")
    if "\0" in source:
        line = source[: source.index("\0")].count("\n") + 1
        raise Unreadable("文件里有二进制内容", "蓝图是一份 YAML 文本，检查文件是否正确", line=line)
    return source


def compose(text: str) -> Node:
    """The root of the document's tree. Raises Unreadable for what is no single, sound YAML document."""
    root: Node | None = None
    open_nodes: list[tuple[Node, Node | None]] = []  # a mapping carries the key that waits for its value
    anchors: dict[str, Node] = {}
    count = documents = 0
    for event in _events(text):
        if isinstance(event, DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise Unreadable("文件里有不止一份 YAML 文档", "删去第二个 --- 及其后的内容", **_place(event))
        elif isinstance(event, CollectionEndEvent):
            node, waiting = open_nodes.pop()
            node.is_open = False
            parts = node.items if node.kind == "list" else [value for _key, value in node.pairs]
            node.end = (
                event.end_mark.index if node.is_flow else max((one.end for one in parts), default=node.start)
            )
            if node.kind == "map":
                _merge(node)
        elif isinstance(event, NodeEvent):
            count += 1
            if count > MOST_NODES:
                raise Unreadable("文档的内容过多", "一份蓝图通常不超过几千行", **_place(event))
            node = _node(event, anchors)
            root = root or node
            if open_nodes:
                parent, waiting = open_nodes[-1]
                if node.kind == "scalar" and node.start == node.end:
                    node.start = node.end = _gap(text, node.start, waiting, parent)
                if parent.kind == "list":
                    parent.items.append(node)
                elif waiting is None:
                    if node.kind != "scalar":
                        raise Unreadable("键必须是文字", "把键写成一个单词，例如 name:", **_place(event))
                    open_nodes[-1] = (parent, node)
                else:
                    parent.pairs.append((waiting, node))
                    open_nodes[-1] = (parent, None)
            if isinstance(event, MappingStartEvent | SequenceStartEvent):
                open_nodes.append((node, None))
                if len(open_nodes) > DEEPEST:
                    raise Unreadable(f"嵌套超过 {DEEPEST} 层", "检查缩进和括号是否配对", **_place(event))
    return root or Node("scalar", 1, 1)


def _events(text: str) -> Iterator[Any]:
    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = {} if mark is None else {"line": mark.line + 1, "column": mark.column + 1}
        raise Unreadable(
            f"YAML 语法错误：{error.problem or error.context}",
            "检查这一行附近的缩进、冒号、引号和括号",
            **place,
        ) from None
    except ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise Unreadable("有不允许出现的控制字符", "删去这一行里不可见的字符", line=line) from None
    except (Unreadable, GeneratorExit):
        raise
    except Exception as error:  # hostile text reaches corners of the parser that raise anything
        raise Unreadable(f"无法解析：{type(error).__name__}", "检查文件是否是一份 YAML 文本") from error


def _node(event: NodeEvent, anchors: dict[str, Node]) -> Node:
    place = _place(event)
    line, column = place["line"], place["column"]
    if isinstance(event, AliasEvent):
        node = anchors.get(event.anchor)
        if node is None:
            raise Unreadable(f"没有名为 &{event.anchor} 的锚点", "先定义锚点，或直接写出内容", **place)
        if node.is_open:
            raise Unreadable(f"*{event.anchor} 引用了它自己所在的内容", "直接写出内容", **place)
        span = (event.start_mark.index, event.end_mark.index)
        return Node(node.kind, line, column, node.value, node.items, node.pairs, False, *span)
    tag: str | None = getattr(event, "tag", None)
    if tag not in (None, "!", "tag:yaml.org,2002:str"):
        raise Unreadable(f"不支持 YAML 标签 {tag}", "删去标签，直接写值", **place)
    if isinstance(event, ScalarEvent):
        is_plain = event.style in (None, "") and tag is None
        value = resolve(event.value) if is_plain else event.value
        node = Node("scalar", line, column, value, is_open=False)
    else:
        node = Node("map" if isinstance(event, MappingStartEvent) else "list", line, column)
    node.start, node.end = event.start_mark.index, event.end_mark.index
    node.is_flow = bool(getattr(event, "flow_style", False))
    if event.anchor:
        anchors[event.anchor] = node
    return node


def _gap(text: str, mark: int, key: Node | None, parent: Node) -> int:
    """Where a value that is left out would stand: right behind its colon or dash, not where the next thing begins."""
    if key is not None:
        colon = _COLON.match(text, key.end)
        return colon.end() if colon is not None and colon.end() <= mark else mark
    if parent.kind == "list" and not parent.is_flow:
        return text.rfind("-", parent.items[-1].end if parent.items else parent.start, mark) + 1 or mark
    return mark


def resolve(text: str) -> Scalar:
    """A plain scalar by the core schema of YAML 1.2; dates stay text until a date is asked for."""
    if text in _WORDS:
        return _WORDS[text]
    if len(text) <= 30:
        if _INT.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
    return text


def _merge(node: Node) -> None:
    """Fill in what `<<: *anchor` brings along; the mapping's own keys win."""
    merged = [value for key, value in node.pairs if key.value == "<<"]
    if not merged:
        return
    node.pairs = [pair for pair in node.pairs if pair[0].value != "<<"]
    own = {key.value for key, _value in node.pairs}
    for value in merged:
        for source in value.items if value.kind == "list" else [value]:
            for key, inner in source.pairs:
                if key.value not in own:
                    own.add(key.value)
                    place = (value.line, value.column)
                    node.pairs.append((Node("scalar", *place, key.value, is_open=False), inner))


def _place(event: Any) -> dict[str, int]:
    return {"line": event.start_mark.line + 1, "column": event.start_mark.column + 1}
