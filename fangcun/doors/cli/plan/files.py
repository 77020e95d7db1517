"""Blueprints in files: read with one clear sentence when that can't be done, written whole or not at all."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console

from fangcun.blueprint.checking import check, has_errors
from fangcun.blueprint.composing import MOST_BYTES, Unreadable, decode
from fangcun.blueprint.document import Blueprint
from fangcun.blueprint.findings import Finding, Severity
from fangcun.blueprint.reading import Document, read

OK, ERRORS, UNREADABLE = 0, 1, 2
out = Console(highlight=False, soft_wrap=True)
err = Console(highlight=False, soft_wrap=True, stderr=True)


@dataclass(frozen=True, slots=True)
class Checked:
    """A file with everything that was found in it. `unreadable` says why there is no text at all."""

    name: str
    document: Document
    findings: list[Finding]
    unreadable: bool

    @property
    def code(self) -> int:
        """The exit code that tells of it."""
        if self.unreadable:
            return UNREADABLE
        return ERRORS if has_errors(self.findings) else OK


def checked(name: str) -> Checked:
    """Read and check a file, or standard input for `-`."""
    try:
        source = sys.stdin.buffer.read(MOST_BYTES + 1) if name == "-" else _bytes(Path(name))
        decode(source)
    except OSError as error:
        return _unreadable(name, _why(name, error), "检查文件名和权限")
    except Unreadable as refused:
        return _unreadable(name, refused.message, refused.fix, refused.line)
    document = read(source)
    return Checked(name, document, check(document), False)


@dataclass(frozen=True, slots=True)
class Clean:
    """A blueprint without errors, and the text it was written in."""

    text: str
    blueprint: Blueprint


def clean(name: str) -> Clean:
    """The blueprint in a file without errors; otherwise the errors are shown and the command ends."""
    from fangcun.doors.cli.plan.showing import show_text

    found = checked(name)
    if found.code != OK or found.document.blueprint is None:
        errors = [one for one in found.findings if one.severity is Severity.ERROR]
        show_text(Checked(found.name, found.document, errors, found.unreadable), to=err)
        raise typer.Exit(found.code)
    return Clean(found.document.text, found.document.blueprint)


def write(path: Path, text: str) -> bool:
    """Put a text into a file, whole or not at all; False when it was there already."""
    data = text.encode()
    if path.is_file() and path.read_bytes() == data:
        return False
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_bytes(data)
    fresh.replace(path)
    return True


def refuse(sentence: str, code: int = UNREADABLE) -> typer.Exit:
    """Say one sentence; raise what this returns to end the command."""
    err.print(sentence, style="red", markup=False)
    return typer.Exit(code)


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)  # one more than may be, so that a huge file is refused and not read


def _why(name: str, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"没有文件 {name}"
    if isinstance(error, IsADirectoryError):
        return f"{name} 是文件夹，不是文件"
    if isinstance(error, PermissionError):
        return f"没有权限读取 {name}"
    return f"读不了 {name}：{error.strerror or error}"


def _unreadable(name: str, message: str, fix: str, line: int = 1) -> Checked:
    finding = Finding("yaml-syntax", Severity.ERROR, "", line, 1, message, fix)
    return Checked(name, Document("", None, (finding,), {}, frozenset()), [finding], True)
