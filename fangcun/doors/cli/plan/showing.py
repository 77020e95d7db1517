"""Findings for eyes, for programs, and for code scanning."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from fangcun.blueprint.findings import Finding, Severity
from fangcun.blueprint.rules import RULES
from fangcun.doors.cli.plan.files import Checked
from fangcun.kernel.sarif import sarif_log, uri_of

WIDTH = 100  # of the shown part of a source line
BEFORE_CARET = 60
_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # as YAML counts lines
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
COLOURS = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow"}
FORM = {
    "yaml-syntax": "The text is no sound YAML document.",
    "wrong-type": "A value is of another kind than the format asks for.",
    "unknown-key": "A key that the format does not know.",
    "missing-key": "A key that must be there is missing.",
    "duplicate-id": "An id, key or place is used twice.",
}


def show_text(found: Checked, *, to: Console) -> None:
    """Each finding with its line, a caret under the place, what is wrong and what to write; then the counts."""
    lines = _LINE_BREAK.split(found.document.text)
    for one in found.findings:
        head = Text(f"{found.name}:{one.line}:{one.column} ")
        head.append(one.severity.value, COLOURS[one.severity])
        head.append(f" {one.rule}", "bold")
        if one.path:
            head.append(f"  {one.path}", "dim")
        to.print(head)
        if one.line <= len(lines) and found.document.text:
            shown, caret = excerpt(lines[one.line - 1], one.column)
            to.print(Text(f"  {one.line:>5} │ {shown}"))
            to.print(Text(f"        │ {caret}", COLOURS[one.severity]))
        to.print(Text(f"  {one.message}"))
        to.print(Text(f"  → {one.fix}\n", "green"))
    errors = sum(one.severity is Severity.ERROR for one in found.findings)
    warnings = len(found.findings) - errors
    if not found.findings:
        to.print(Text(f"{found.name}：没有问题", "green"))
    else:
        to.print(Text(f"{found.name}：{errors} 个错误，{warnings} 个提醒", "bold"))


def excerpt(line: str, column: int) -> tuple[str, str]:
    """The part of a source line around a column (from 1), and the line with a caret under that column.

    Long lines are cut to what a terminal shows; tabs stay, so that both lines have them in the same places.
    """
    line = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", line)
    before, after = line[: column - 1], line[column - 1 :]
    room = WIDTH if len(line) <= WIDTH and _width(line) <= WIDTH else BEFORE_CARET
    start = len(before) - _fitting(before[::-1], room)
    end = max(1, _fitting(after, WIDTH - _width(before[start:])))
    lead, tail = "…" if start else "", "…" if end < len(after) else ""
    under = "".join("\t" if letter == "\t" else " " * _width(letter) for letter in lead + before[start:])
    return lead + before[start:] + after[:end] + tail, under + "^"


def _fitting(text: str, room: int) -> int:
    """How many characters from the beginning of a text fit into so many columns."""
    for number, letter in enumerate(text):
        room -= _width(letter)
        if room < 0:
            return number
    return len(text)


def _width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two, combining marks none."""
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def as_json(found: Checked) -> str:
    """The findings as a list of {rule, severity, path, line, message, fix}."""
    return json.dumps([one.as_json() for one in found.findings], ensure_ascii=False, indent=2)


def as_sarif(found: Checked) -> str:
    """The findings as SARIF 2.1.0, which code scanning services read."""
    names = sorted({one.name for one in RULES} | FORM.keys())
    says = {**{one.name: one.says for one in RULES}, **FORM}
    levels = {one.name: one.severity.value for one in RULES}
    return sarif_log(
        tool="fangcun plan check",
        rules=[
            {
                "id": name,
                "shortDescription": {"text": says[name].split("\n")[0]},
                "defaultConfiguration": {"level": levels.get(name, "error")},
            }
            for name in names
        ],
        results=[_result(found.name, one) for one in found.findings],
    )


def _result(name: str, one: Finding) -> dict[str, Any]:
    region = {"startLine": one.line, "startColumn": one.column}
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": "stdin" if name == "-" else uri_of(Path(name))},
            "region": region,
        }
    }
    if one.path:
        location["logicalLocations"] = [{"fullyQualifiedName": one.path}]
    return {
        "ruleId": one.rule,
        "level": one.severity.value,
        "message": {"text": f"{one.message}。{one.fix}"},
        "locations": [location],
    }
