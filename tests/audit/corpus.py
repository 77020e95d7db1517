"""Small mini programs of several makes, and copies of them with one fault each.

A seed plants a fault that its rule must find; a twin changes nearly the same and its rule must stay silent.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fangcun.blueprint.document import Blueprint
from fangcun.blueprint.reading import read
from fangcun.build.checks.declaring import read_declared
from fangcun.build.checks.subject import Declared, declared_by
from tests.audit import seeds

PROGRAMS = Path(__file__).parent / "programs"
SAMPLE = Path(__file__).resolve().parents[2] / "blueprints" / "fresh-grocery.yaml"
BASES = ("shop", "content", "booking", "club", "taro")


class Files:
    """The files of a copy, to be changed."""

    def __init__(self, root: Path, declared: Declared) -> None:
        self.root, self.declared = root, declared
        self.blueprint: Blueprint | None = None

    def read(self, name: str) -> str:
        return (self.root / name).read_text(encoding="utf-8")

    def write(self, name: str, content: str | bytes) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace the first place; a change of the base program must not empty a seed unnoticed."""
        text = self.read(name)
        assert old in text, (name, old)
        self.write(name, text.replace(old, new, 1))

    def add(self, name: str, text: str) -> None:
        self.write(name, self.read(name) + text)

    def delete(self, name: str) -> None:
        (self.root / name).unlink()

    @contextmanager
    def json(self, name: str) -> Iterator[Any]:
        """A JSON file, written back."""
        value = json.loads(self.read(name))
        yield value
        self.write(name, json.dumps(value, ensure_ascii=False, indent=2))

    def page(self, path: str, wxml: str, js: str = "Page({})\n", title: str = "页面", **more: Any) -> None:
        """A page more, in the main package or in the sub-package whose root it begins with."""
        with self.json("app.json") as app:
            parts = app.get("subPackages") or app.get("subpackages") or []
            home = next((one for one in parts if path.startswith(f"{one['root'].rstrip('/')}/")), None)
            if home is None:
                app["pages"].append(path)
            else:
                home["pages"].append(path.removeprefix(f"{home['root'].rstrip('/')}/"))
        self.write(f"{path}.wxml", wxml)
        self.write(f"{path}.js", js)
        self.write(f"{path}.json", json.dumps({"navigationBarTitleText": title, **more}, ensure_ascii=False))

    def declare(self, **changes: Any) -> None:
        self.declared = replace(self.declared, **changes)

    def plan(self, *edits: tuple[str, str]) -> Blueprint:
        """Hold the copy against the sample blueprint, changed in places; only the case's own rule then judges."""
        text = SAMPLE.read_text(encoding="utf-8")
        for old, new in edits:
            assert old in text, old
            text = text.replace(old, new, 1)
        self.blueprint = read(text).blueprint
        assert self.blueprint is not None
        self.declared = declared_by(self.blueprint)
        return self.blueprint


Change = Callable[[Files], None]


@dataclass(frozen=True, slots=True)
class Case:
    """One changed copy. `also` are rules that may speak, too, because the change really breaks them."""

    rule: str
    name: str
    base: str
    change: Change
    faulty: bool
    also: frozenset[str] = frozenset()
    compiled: bool = False

    def __str__(self) -> str:
        return f"{self.rule}/{self.name}"


@dataclass(slots=True)
class Planted:
    """A copy on disk."""

    case: Case
    root: Path
    declared: Declared
    blueprint: Blueprint | None = None
    findings: list[Any] = field(default_factory=list)


CASES: list[Case] = []


def seed(
    rule: str, base: str = "shop", *, also: tuple[str, ...] = (), compiled: bool = False
) -> Callable[[Change], Change]:
    """A fault of this rule."""
    return _case(rule, base, also, compiled, True)


def twin(
    rule: str, base: str = "shop", *, also: tuple[str, ...] = (), compiled: bool = False
) -> Callable[[Change], Change]:
    """Nearly the fault, and none."""
    return _case(rule, base, also, compiled, False)


def _case(
    rule: str, base: str, also: tuple[str, ...], compiled: bool, faulty: bool
) -> Callable[[Change], Change]:
    def register(change: Change) -> Change:
        name = change.__name__.strip("_")
        CASES.append(Case(rule, name, base, change, faulty, frozenset(also), compiled))
        return change

    return register


def cases() -> list[Case]:
    """Every case, in the order of the files."""
    for found in pkgutil.iter_modules(seeds.__path__):
        importlib.import_module(f"tests.audit.seeds.{found.name}")
    assert len({str(case) for case in CASES}) == len(CASES), "two cases have one name"
    return list(CASES)


def plant(case: Case, folder: Path) -> Planted:
    """The changed copy in a folder of its own."""
    root = folder / f"{case.rule}--{case.name}"
    shutil.copytree(PROGRAMS / case.base, root)
    files = Files(root, declared_of(case.base))
    case.change(files)
    return Planted(case, root, files.declared, files.blueprint)


def declared_of(base: str) -> Declared:
    """What the makers of a base program have registered."""
    return read_declared(PROGRAMS / f"{base}.yaml")
