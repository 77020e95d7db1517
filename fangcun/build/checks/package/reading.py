"""Reads package folders: a Node tool looks into them, its JSON becomes `Facts` and `Package`."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fangcun.build.artifacts.workshop import MINIAPP, find_node
from fangcun.build.checks.package.facts import (
    Call,
    Dynamic,
    Element,
    Facts,
    Fault,
    Feed,
    File,
    Log,
    Require,
    Script,
    Start,
    Style,
    StyleRule,
    Template,
    Text,
    Value,
)

TOOL = MINIAPP / "tools" / "wx-check" / "facts.mjs"
MOST_SECONDS = 600
SCHEMA = 1


class PackageUnreadable(Exception):
    """The folder holds no mini program package, or it could not be read; the message says why, in Chinese."""


def read_facts(
    folders: Sequence[Path], *, compiled: bool = False, seconds: int = MOST_SECONDS
) -> list[tuple[Path, Facts]]:
    """The root and the facts of the package in each folder, with one start of Node for all.

    `compiled` asks the official compiler too, which takes 2 to 20 seconds each. Raises PackageUnreadable, also when
    only one of them is no package.
    """
    return [_facts(Path(raw.get("folder", "")), raw) for raw in _run(folders, compiled, seconds)]


def _run(folders: Sequence[Path], compiled: bool, seconds: int) -> list[dict[str, Any]]:
    if not (TOOL.parent / "node_modules").is_dir():
        raise PackageUnreadable("检查工具还没有安装；在项目目录运行 make setup")
    for folder in folders:
        if not folder.is_dir():
            raise PackageUnreadable(f"没有这个目录：{folder}")
    with tempfile.TemporaryDirectory(prefix="fangcun-facts-") as scratch:
        answer = Path(scratch) / "facts.json"
        command = [find_node(), str(TOOL), "--out", str(answer), *(["--compile"] if compiled else [])]
        try:
            done = subprocess.run(
                [*command, *(str(folder.resolve()) for folder in folders)],
                capture_output=True,
                text=True,
                timeout=seconds,
                cwd=scratch,
            )
        except subprocess.TimeoutExpired:
            raise PackageUnreadable(f"读了 {seconds} 秒还没有读完这个包") from None
        if done.returncode or not answer.exists():
            raise PackageUnreadable(f"读不了这个包：{done.stderr.strip()[-500:]}")
        found: list[dict[str, Any]] = json.loads(answer.read_text(encoding="utf-8"))
    return found


def _facts(root: Path, raw: dict[str, Any]) -> tuple[Path, Facts]:
    if raw.get("error"):
        raise PackageUnreadable(
            f"{root} 不是微信小程序的代码包：没有 app.json；源码目录要先构建（uni-app：npm run build:mp-weixin）"
        )
    if raw["schema"] != SCHEMA:
        raise PackageUnreadable("检查工具的版本与平台不符；在项目目录运行 make setup")
    return root, Facts(
        framework=raw["framework"],
        files=tuple(
            File(one["file"], one["bytes"], one["kind"], one["type"], one["library"]) for one in raw["files"]
        ),
        json={name: one["value"] for name, one in raw["json"].items() if "value" in one},
        broken_json={name: one["error"] for name, one in raw["json"].items() if "error" in one},
        project=raw["project"] if isinstance(raw["project"], dict) else {},
        scripts={name: _script(one) for name, one in raw["scripts"].items()},
        templates={name: _template(one) for name, one in raw["templates"].items()},
        styles={name: _style(one) for name, one in raw["styles"].items()},
        faults=tuple(
            Fault(one["check"], one.get("file") or "", one.get("line") or 0, one["message"])
            for one in raw["faults"]
        ),
        quality=raw["quality"],
        compiled=raw["compiled"],
    )


def _script(raw: dict[str, Any]) -> Script:
    return Script(
        library=raw["library"],
        lines=raw["lines"],
        requires=tuple(
            Require(one["wanted"], one["to"], one["line"], bool(one.get("later"))) for one in raw["requires"]
        ),
        calls=tuple(_call(one) for one in raw["calls"]),
        texts=tuple(
            Text(
                one["text"],
                bool(one.get("open")),
                one["line"],
                one["near"],
                one["callee"],
                frozenset(one["hooks"]),
            )
            for one in raw["strings"]
        ),
        logs=tuple(Log(one["method"] or "", one["line"]) for one in raw["console"]),
        debuggers=tuple(raw["debuggers"]),
        dynamic=tuple(Dynamic(one["kind"], one["line"], one["code"]) for one in raw["dynamic"]),
        feeds=tuple(Feed(one["name"], one["source"], one["line"], one["key"]) for one in raw["feeds"]),
        starts=tuple(Start(one["file"], one["name"], frozenset(one["hooks"])) for one in raw["starts"]),
        source_map=raw["sourceMap"],
        unreadable=raw["error"]["message"] if raw["error"] else "",
    )


def _call(raw: dict[str, Any]) -> Call:
    return Call(
        api=raw["api"],
        via=raw["via"],
        line=raw["line"],
        guard=raw["guard"],
        hooks=frozenset(raw["hooks"]),
        asked=raw["asked"],
        options=_options(raw["options"]),
        inside=raw["inside"],
    )


def _options(raw: Mapping[str, Any]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, value in raw.items():
        found[name] = Value(value.get("text"), bool(value.get("open")))
        for number, item in enumerate(value.get("items", ())):
            found[f"{name}[{number}]"] = Value(item.get("text"), bool(item.get("open")))
    return found


def _template(raw: dict[str, Any]) -> Template:
    return Template(
        library=raw["library"],
        elements=tuple(
            Element(one["tag"], one["line"], one["parent"], one["attrs"], one["events"], one["text"])
            for one in raw["elements"]
        ),
        imports=tuple(raw["imports"]),
    )


def _style(raw: dict[str, Any]) -> Style:
    return Style(
        library=raw["library"],
        rules=tuple(StyleRule(tuple(one["selectors"]), one["line"], one["decls"]) for one in raw["rules"]),
        imports=tuple(raw["imports"]),
    )
