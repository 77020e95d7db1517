"""Plain values as YAML text, in the style in which people write blueprints: short things on one line."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Any

from fangcun.blueprint.composing import resolve

WIDTH = 110

# What other readers of YAML take for something else than text.
_NOT_TEXT = re.compile(
    r"(?i)(y|n|yes|no|on|off|true|false|null|~|=|<<)|[-+.]?\d[\d_.,:eExXa-fA-F+-]*|\d{4}-\d\d.*"
)
_INDICATORS = "-?:,[]{}#&*!|>'\"%@`"
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def scalar(value: Any, *, in_flow: bool) -> str:
    """One value as it is written: text without quotes where that is safe."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, int | float):
        return repr(value)
    text = str(value)
    return text if _is_plain(text, in_flow=in_flow) else quoted(text)


def quoted(text: str) -> str:
    """Text in double quotes, with everything escaped that YAML does not print."""
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def _is_plain(text: str, *, in_flow: bool) -> bool:
    if not text or text != text.strip() or text[0] in _INDICATORS or not text.isprintable():
        return False
    if _NOT_TEXT.fullmatch(text) or not isinstance(resolve(text), str):
        return False
    if ": " in text or " #" in text or text.endswith(":"):
        return False
    return not (in_flow and (set(text) & set(",[]{}") or ":" in text))


def flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        return (
            "{"
            + ", ".join(f"{scalar(key, in_flow=True)}: {flow(inner)}" for key, inner in value.items())
            + "}"
        )
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(inner) for inner in value) + "]"
    return scalar(value, in_flow=True)


def block(value: Any, *, indent: int, newline: str = "\n") -> str:
    """A value as it follows a key: on the same line when short, else below it, indented by `indent` spaces."""
    if isinstance(value, Mapping | list | tuple) and value:
        line = flow(value)
        if indent + len(line) <= WIDTH and not (isinstance(value, Mapping) and _is_deep(value)):
            return f" {line}"
        return newline + lines(value, indent=indent, newline=newline)
    return (
        f" {flow(value)}" if isinstance(value, Mapping | list | tuple) else f" {scalar(value, in_flow=False)}"
    )


def lines(value: Any, *, indent: int, newline: str = "\n") -> str:
    """A mapping or list in block style, every line indented, without the last line's end."""
    margin = " " * indent
    if isinstance(value, Mapping):
        return newline.join(
            f"{margin}{pair(key, inner, indent=indent, newline=newline)}" for key, inner in value.items()
        )
    return newline.join(f"{margin}- {item(inner, indent=indent, newline=newline)}" for inner in value)


def pair(key: str, value: Any, *, indent: int, newline: str = "\n") -> str:
    """A key with its value, as it stands behind an indent."""
    return f"{scalar(key, in_flow=True)}:{block(value, indent=indent + 2, newline=newline)}"


def item(value: Any, *, indent: int, newline: str = "\n") -> str:
    """An entry of a list, as it stands behind the dash."""
    line = flow(value) if isinstance(value, Mapping | list | tuple) else scalar(value, in_flow=False)
    if not isinstance(value, Mapping) or (indent + 2 + len(line) <= WIDTH and not _is_deep(value)):
        return line
    return lines(value, indent=indent + 2, newline=newline).lstrip(" ")


def _is_deep(value: Mapping[str, Any]) -> bool:
    """Whether something in it deserves lines of its own."""
    return any(
        isinstance(inner, list | tuple) and any(isinstance(one, Mapping) for one in inner)
        for inner in value.values()
    )
